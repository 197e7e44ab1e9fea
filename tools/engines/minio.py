"""MinIO: the object store of compose and production, as an engine built from its Go module.

AGPL-3.0: it runs as a program of its own and is never imported or shipped. Upstream is archived; this is the newest
version that the module proxy serves, with one patch (deploy/minio).
"""

import asyncio
import http.client
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from rasid.contract.buckets import GRANTS, NAMES, Bucket
from tools.engines.built import Recipe, build
from tools.engines.engine import PROBE_SECONDS
from tools.engines.in_thread import in_thread
from tools.engines.object_store import ObjectStoreEngine
from tools.engines.object_users import ensure_users
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

DRIVES = 4
OK = 200
SCRIPT = Path(__file__).parents[2] / "deploy" / "minio" / "build.sh"

RECIPE = Recipe(
    title="MinIO",
    name="minio",
    version="7aac2a2c5b7c-1",  # the module's revision, and the number of our patch
    minutes=5,
    tools=("go", "git"),
    tools_are="Go 1.24 or newer and git",
    given_by="RASID_TEST_S3",
    command=(str(SCRIPT), "{folder}"),
)


class Minio(ObjectStoreEngine):
    """One node with four drives (folders), so that damage in one of them is found and healed.

    `cache` is where the program is kept, the user's cache folder if not said.
    """

    name: ClassVar[str] = "minio"
    title: ClassVar[str] = "S3 (MinIO)"
    port_names: ClassVar[tuple[str, ...]] = ("s3",)

    def __init__(self, data_folder: Path, *, cache: Path | None = None, buckets: Mapping[Bucket, str] = NAMES) -> None:
        super().__init__(data_folder, buckets=buckets)
        self._cache = cache

    @property
    def drives(self) -> Sequence[Path]:
        """The folders it spreads its data over."""
        return [self.folder / "store" / f"d{number}" for number in range(1, DRIVES + 1)]

    async def answers(self) -> bool:
        """Whether its cluster is whole and takes writes."""
        return await asyncio.to_thread(self._is_healthy)

    async def prepare(self, progress: Progress) -> None:
        """Build it if this version never was; make the keys at the first start."""
        await in_thread(partial(build, RECIPE, cache=self._cache), progress)
        await asyncio.to_thread(self.keys.ensure)
        for drive in self.drives:
            drive.mkdir(parents=True, exist_ok=True)

    async def furnish(self) -> None:
        """Make the user of each process, with what it may do."""
        users = {name: self.of(name) for name in GRANTS}
        await asyncio.to_thread(ensure_users, self.address, self.admin, users, self.buckets)

    def command(self) -> Sequence[str]:
        """The server."""
        address = f"{LOOPBACK}:{self.port('s3')}"
        drives = f"store/d{{1...{DRIVES}}}"
        return (str(RECIPE.program(self._cache)), "server", "--quiet", "--address", address, drives)

    def environment(self) -> Mapping[str, str]:
        """Its administrator; drives may share one disk; no console."""
        return os.environ | {
            "MINIO_ROOT_USER": self.admin.access_key,
            "MINIO_ROOT_PASSWORD": self.admin.secret_key,
            "MINIO_CI_CD": "1",
            "MINIO_BROWSER": "off",
            "MINIO_CONFIG_DIR": str(self.folder / "config"),
        }

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self.port("s3"), timeout=PROBE_SECONDS - 1)
        try:
            connection.request("GET", "/minio/health/cluster")
            return connection.getresponse().status == OK
        except http.client.HTTPException:
            return False
        finally:
            connection.close()
