"""A clip over HTTP until it is locked, noted and answered, against a bare put of the same bytes and their SHA-256.

The bare put is the store's own client: bytes are hashed, then `put_object` sends them in parts into the same bucket,
with a retention as the archive's. Both in turn, one at a time, warm. The memory is that of the archive's process: its
most during all clips, above what it had before the first.
"""

import asyncio
import hashlib
import http.client
import io
import json
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import uvloop
from minio import Minio
from minio.retention import Retention

from benchmarks._bench import report
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import CameraStateV1
from rasid.runtime.clock import SystemClock
from rasid.testing.builders import case_state
from services.archive.digests import digest_field
from tests.support.clips import clip
from tools.demo.platform import Platform

SIZE_BYTES = 200 * 1024 * 1024
ROUNDS = 5
CAMERA = "bench-camera"
CASE = "bench-case"
OFFICER = "officer-1"
LOOPBACK = "127.0.0.1"
PART_BYTES = 8 * 1024 * 1024
BLOCK_BYTES = 256 * 1024
LOOK_SECONDS = 0.02
CLOCK = SystemClock()


class Client:
    """One officer with a kept connection."""

    def __init__(self, platform: Platform) -> None:
        port = platform.archive.port("http")
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=120, blocksize=BLOCK_BYTES)
        self._headers = {
            "Authorization": f"Bearer {platform.token(OFFICER, 'police', ['investigator'])}",
            "Rasid-Case": CASE,
            "Rasid-Purpose": "road-accident",
        }

    def ask(self) -> str:
        """New evidence; returns its id."""
        start = CLOCK.now() - timedelta(seconds=100 + secrets.randbelow(10**6))
        window = {"from_at": utc_text(start), "to_at": utc_text(start + timedelta(seconds=30))}
        body = json.dumps({"camera_id": CAMERA, "reason": "bench", **window})
        answer = self._send("POST", "/v1/evidence", body, {"Content-Type": "application/json"})
        return str(json.loads(answer)["evidence_id"])

    def put(self, evidence_id: str, body: bytes, sha256: str) -> None:
        """Send a clip; returns when it is answered."""
        headers = {"Repr-Digest": digest_field(sha256), "Content-Length": str(len(body))}
        self._send("PUT", f"/v1/evidence/{evidence_id}/clip", io.BytesIO(body), headers)

    def _send(self, method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
        self._connection.request(method, path, body, {**self._headers, **headers})  # type: ignore[arg-type]
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == http.client.CREATED, content
        return content


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """The resident memory of a process, and that of its children is not counted: they end."""
    process, seen, ended = psutil.Process(pid), [], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            seen.append(process.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def bare(platform: Platform, body: bytes) -> float:
    """Seconds that hashing and the client's own put take."""
    objects = platform.engines.objects
    client = Minio(objects.address.removeprefix("http://"), *objects.archive, secure=False, region="us-east-1")
    retention = Retention("GOVERNANCE", CLOCK.now() + timedelta(days=21))
    started = CLOCK.monotonic()
    key = hashlib.sha256(body).hexdigest()
    client.put_object(
        "rasid-evidence", f"bare/{key}", io.BytesIO(body), len(body), part_size=PART_BYTES, retention=retention
    )
    return CLOCK.monotonic() - started


def through_the_archive(client: Client, body: bytes) -> float:
    """Seconds until the archive has answered."""
    evidence_id, sha256 = client.ask(), hashlib.sha256(body).hexdigest()
    started = CLOCK.monotonic()
    client.put(evidence_id, body, sha256)
    return CLOCK.monotonic() - started


async def prepare(platform: Platform) -> None:
    """A case and a camera that the archive knows."""
    camera = CameraStateV1(camera_id=CAMERA, site_id=None, kind="fixed", state="active", version=1)
    async with platform.producer("bench") as producer:
        await producer.publish(case_state(CASE, assigned=(OFFICER,)))
        await producer.publish(new_event("bench-camera-1", "/ingest", CLOCK.now(), camera))
    client = Client(platform)
    for _ in range(200):
        try:
            await asyncio.to_thread(client.ask)
        except AssertionError:
            await CLOCK.sleep(0.1)
        else:
            return
    raise SystemExit("the archive does not learn of the case")


async def main() -> None:
    """Everything on this machine."""
    with tempfile.TemporaryDirectory(prefix="rasid-bench-") as folder:
        async with Platform(Path(folder)) as platform:
            await prepare(platform)
            client = Client(platform)
            pid = platform.archive.pid or 0
            await asyncio.to_thread(through_the_archive, client, clip(SIZE_BYTES // 100))
            before = psutil.Process(pid).memory_info().rss
            figures, limits = [], []
            with watched(pid) as seen:
                for _ in range(ROUNDS):
                    body = clip(SIZE_BYTES)
                    limits.append(await asyncio.to_thread(bare, platform, body))
                    figures.append(await asyncio.to_thread(through_the_archive, client, clip(SIZE_BYTES)))
    mebibytes = SIZE_BYTES / 1024 / 1024
    report(
        "clip_put",
        "MiB/s",
        [mebibytes / seconds for seconds in figures],
        [mebibytes / seconds for seconds in limits],
        goal_ratio=0.7,
        limit="SHA-256 and put_object of the same bytes into a bucket with retention",
        clip_mebibytes=round(mebibytes),
        archive_memory_growth_mebibytes=(max(seen) - before) // 1024**2,
        archive_memory_goal_mebibytes=64,
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
