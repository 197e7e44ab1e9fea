"""850 cameras that are asked, each a connection of its own: the memory of the process that asks them.

All of ingest is imported; the broker is a stand-in that takes everything, as what is measured is what connections cost.
The cameras are another process: each asks for proof, then sends a sign of life every five seconds and a read every ten.
The limit beside it: the same process before the first camera. Cameras that publish over MQTT need no connection here.
"""

import asyncio
import contextlib
import json
import multiprocessing
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import psutil

from benchmarks._bench import machine, metrics, run
from rasid.contract.codec import Message
from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from services.ingest import app
from services.ingest.devices import Device, Devices
from services.ingest.intake import Intake
from services.ingest.normalize import StoredPicture
from services.ingest.payload.reading import CameraContext
from services.ingest.pull.camera_http import camera_client
from services.ingest.pull.camera_pull import PullParts
from services.ingest.pull.pulling import Pulling
from services.ingest.pull.stream_client import follow
from services.ingest.pull.vault import CameraCredential
from tools.demo.hikvision import anpr_xml, heartbeat_xml

CAMERAS = 850
SECONDS = 20.0
GOAL_MEGABYTES = 400
LIFE_SECONDS = 5.0
MEGABYTE = 1024 * 1024
CHALLENGE = (
    b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="y", qop="auth"\r\n'
    b"Content-Length: 0\r\n\r\n"
)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=boundary\r\nConnection: close\r\n\r\n"


class Bus:
    """Takes everything."""

    def __init__(self) -> None:
        self.taken = 0

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Count it."""
        del message, deadline_seconds
        self.taken += 1


class NoPictures:
    """Cameras on streams send none here."""

    async def keep(self, pictures: Sequence[StoredPicture], received_at: datetime) -> list[str | None]:
        """There are none."""
        del received_at
        return [None for _ in pictures]


class Alone:
    """One process has all cameras."""

    async def hold(self, wanted: Iterable[str], *, most: int) -> frozenset[str]:
        """As many of them as it may."""
        return frozenset(sorted(wanted)[:most])

    async def owned(self, wanted: Iterable[str]) -> int:
        """All of them."""
        return len(list(wanted))

    async def release(self, _: Iterable[str]) -> None:
        """None."""

    async def given(self, wanted: Iterable[str]) -> dict[str, datetime]:
        """Long ago."""
        return dict.fromkeys(wanted, datetime(2026, 3, 1, tzinfo=UTC))


def part(body: bytes) -> bytes:
    """One part of a stream."""
    return b"--boundary\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body), body)


async def camera(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection of a camera."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while b"authorization:" not in (await reader.readuntil(b"\r\n\r\n")).lower():
            writer.write(CHALLENGE)
        writer.write(HEAD)
        for number in range(10**9):
            now = datetime.now(UTC)
            writer.write(part(heartbeat_xml(captured_at=now)))
            if number % 2:
                writer.write(part(anpr_xml(f"13A{number:05}", captured_at=now, event_id=f"{id(writer)}-{number}")))
            await writer.drain()
            await asyncio.sleep(LIFE_SECONDS)


def cameras(told: Connection) -> None:
    """The process of all cameras."""

    async def serve() -> None:
        server = await asyncio.start_server(camera, "127.0.0.1", 0, backlog=1024)
        told.send(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    asyncio.run(serve())


def city(port: int) -> Devices:
    """The cameras as the registry has them."""
    devices = Devices()
    devices.is_loaded = True
    for number in range(CAMERAS):
        context = CameraContext(f"cam-{number}", time_zone="Asia/Baghdad", adapter="hikvision")
        devices.apply(Device(context, "active", (), 1, address="127.0.0.1", pull="hikvision", pull_port=port))
    return devices


async def credential(_: str) -> CameraCredential:
    """All have the same."""
    return CameraCredential("rasid", "password")


async def asked(port: int) -> None:
    """Ask them all for a while, and print what that took."""
    before, bus, figures, devices = psutil.Process().memory_info().rss, Bus(), metrics(), city(port)
    async with camera_client(loopback=True) as http:
        parts = PullParts(
            http=http,
            converse={"hikvision": follow},
            devices=devices,
            intake=Intake(bus, NoPictures(), metrics=figures, deadline_seconds=1),
            bus=bus,
            credential_of=credential,
            clock=SystemClock(),
            ids=RandomIds(),
            metrics=figures,
            silence_seconds=60,
            limit_bytes=4 * MEGABYTE,
            deadline_seconds=1,
        )
        pulling = Pulling(parts, Alone(), Alone(), most=CAMERAS)
        task = asyncio.create_task(pulling.run())
        await measured(pulling, bus, before)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def connected(pulling: Pulling) -> int:
    """How many are."""
    return sum(one.state == "connected" for one in pulling.statuses())


async def measured(pulling: Pulling, bus: Bus, before: int) -> None:
    """Wait for all, then let a while pass."""
    began = time.perf_counter()
    while connected(pulling) < CAMERAS:  # noqa: ASYNC110 - nobody tells when they all are
        await asyncio.sleep(0.1)
    all_connected_seconds = time.perf_counter() - began
    taken, worked, began = bus.taken, time.process_time(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    seconds = time.perf_counter() - began
    rss = psutil.Process().memory_info().rss
    figures = {
        "benchmark": "connected_cameras",
        "unit": "MB of resident memory",
        "figure": round(rss / MEGABYTE),
        "goal": GOAL_MEGABYTES,
        "reached": rss <= GOAL_MEGABYTES * MEGABYTE and connected(pulling) == CAMERAS,
        "limit": round(before / MEGABYTE),
        "limit_is": "the same process before the first camera",
        "cameras": connected(pulling),
        "kilobytes_per_camera": round((rss - before) / CAMERAS / 1024, 1),
        "all_connected_after_seconds": round(all_connected_seconds, 1),
        "events_per_second": round((bus.taken - taken) / seconds, 1),
        "processor_share": round((time.process_time() - worked) / seconds, 3),
    }
    print(json.dumps(figures | machine()))


def main() -> None:
    """Start the cameras, ask them, end them."""
    assert app.create_app is not None, "all of ingest is in memory"
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=cameras, args=(theirs,), daemon=True)
    child.start()
    try:
        run(asked(ours.recv()))
    finally:
        child.terminate()
        child.join()


if __name__ == "__main__":
    main()
