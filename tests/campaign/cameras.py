"""Cameras that send as their firmware does: one after the other, each again until it is acknowledged."""

import asyncio
import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from tests.support.town import Town, new_plate
from tools.demo.cameras import CameraClient

XML = "application/xml"
OTHERS = 20
AGAIN_SECONDS = 0.1
# In the middle; some posts follow at once, as at a green light.
BETWEEN_SECONDS = 0.2


@dataclass
class Street:
    """One camera: what was acknowledged, in the order in which it happened, and which of it is of the wanted plate."""

    town: Town
    camera: CameraClient
    wanted: str = field(default_factory=new_plate)
    acknowledged: list[str] = field(default_factory=list)
    rings: set[str] = field(default_factory=set)
    tries: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        others = [new_plate() for _ in range(OTHERS)]
        for plate in itertools.cycle([self.wanted, *others]):
            if stop.is_set():
                return
            event_ids = await self._send(self.town.read(plate))
            self.acknowledged += event_ids
            if plate == self.wanted:
                self.rings |= set(event_ids)
            await asyncio.sleep(random.expovariate(1 / BETWEEN_SECONDS))

    async def _send(self, body: bytes) -> list[str]:
        while True:
            self.tries += 1
            try:
                answer = await self.camera.post(XML, body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                accepted: list[str] = answer.json()["accepted"]
                return accepted
            assert answer is None or answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            await asyncio.sleep(random.uniform(0, AGAIN_SECONDS))


def lanes(numbers: Iterable[int]) -> int:
    """The fewest sequences, each in order, that these numbers can be a mixture of (patience sorting)."""
    last: list[int] = []
    for number in numbers:
        lane = next((lane for lane, before in enumerate(last) if before < number), len(last))
        last[lane : lane + 1] = [number]
    return len(last)
