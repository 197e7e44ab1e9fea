"""Drives vehicles through the demo's city: open-loop posts in Hikvision's format, some of wanted plates."""

import asyncio
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx

from rasid.runtime.clock import Clock
from tools.demo.cameras import CameraClient
from tools.demo.city import TIME_ZONE, Traffic
from tools.demo.drawing import plate_jpeg, scene_jpeg
from tools.demo.figures import Latencies
from tools.demo.hikvision import PICTURE_KINDS, anpr_xml, multipart

# Longer than the passage window, so that every pass of a wanted plate is a new alert.
WANTED_AGAIN_SECONDS = 130.0
AT_ONCE = 64
# Pictures are drawn once for so many vehicles: drawing would otherwise be most of the work at 50 a second.
DRAWN = 200


@dataclass(slots=True)
class Posted:
    """What has been posted and what became of it."""

    sent: int = 0
    accepted: int = 0
    refused: int = 0
    failed: int = 0


class Driver:
    """Posts `rate` reads a second until cancelled."""

    def __init__(
        self,
        cameras: Mapping[str, CameraClient],
        wanted: Sequence[str],
        *,
        rate: float,
        latencies: Latencies,
        clock: Clock,
    ) -> None:
        self.posted = Posted()
        self._latencies = latencies
        self._cameras = cameras
        self._wanted = itertools.cycle(wanted)
        self._wanted_every_seconds = WANTED_AGAIN_SECONDS / len(wanted)
        self._rate = rate
        self._clock = clock
        self._traffic = Traffic()
        self._drawn: dict[str, tuple[bytes, bytes]] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Post on time, whatever the answers take: a late answer does not slow the traffic down."""
        due = self._clock.monotonic()
        async with asyncio.TaskGroup() as posts:
            for number, plate in enumerate(self._plates()):
                await self._clock.sleep(max(0.0, due - self._clock.monotonic()))
                due += 1 / self._rate
                await self._free.acquire()
                posts.create_task(self._post(number, plate))

    def _plates(self) -> Iterator[str]:
        passes_at = self._clock.monotonic()
        while True:
            if self._clock.monotonic() >= passes_at:
                passes_at += self._wanted_every_seconds
                yield next(self._wanted)
            else:
                yield self._traffic.plate()

    async def _post(self, number: int, plate: str) -> None:
        try:
            camera = self._traffic.camera()
            content_type, body = self._payload(number, plate)
            began = self._clock.monotonic()
            self.posted.sent += 1
            answer = await self._cameras[camera.camera_id].post(content_type, body)
            self._count(answer, began)
        except httpx.TransportError:
            self.posted.failed += 1
        finally:
            self._free.release()

    def _payload(self, number: int, plate: str) -> tuple[str, bytes]:
        now = self._clock.now().astimezone(ZoneInfo(TIME_ZONE))
        xml = anpr_xml(plate=plate, captured_at=now, event_id=f"demo-{now:%Y%m%d%H%M%S}-{number}")
        return multipart(xml, dict(zip(PICTURE_KINDS, self._pictures(plate, number), strict=True)))

    def _pictures(self, plate: str, number: int) -> tuple[bytes, bytes]:
        if plate not in self._drawn:
            if len(self._drawn) >= DRAWN:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[plate] = (plate_jpeg(plate), scene_jpeg(plate, number))
        return self._drawn[plate]

    def _count(self, answer: httpx.Response, began: float) -> None:
        if answer.status_code != httpx.codes.OK:
            self.posted.refused += 1
            return
        accepted = answer.json()["accepted"]
        self.posted.accepted += len(accepted)
        for detection_id in accepted:
            self._latencies.posted(detection_id, began)
