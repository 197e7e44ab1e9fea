"""Brings batches of recorded reads to ingest, as their camera, until each is durable there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import httpx

from rasid.errors import TemporarilyUnavailable, Unprocessable
from services.ingest.adapters.rasid import MEDIA_TYPE
from tools.demo.cameras import CameraClient
from tools.importing.lines import Batch

TRIES = 60
LONGEST_WAIT_SECONDS = 30.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Tally:
    """What became of the lines so far; everything up to `last` is settled."""

    last: int = 0
    accepted: int = 0
    refused: int = 0


class Sender:
    """Sends batches in order. Sending one again is harmless: the same lines are the same events."""

    def __init__(self, camera: CameraClient, *, tries: int = TRIES, sleep: Sleep = asyncio.sleep) -> None:
        self._camera = camera
        self._tries = tries
        self._sleep = sleep
        self.tally = Tally()

    async def send_all(self, batches: Iterable[Batch], told: Callable[[Batch], None]) -> None:
        """Send each batch and tell of it. Raises Problem when ingest will not take them."""
        for batch in batches:
            if batch.events:
                accepted = await self._send(batch)
                self.tally.accepted += accepted
            self.tally.refused += len(batch.wrong)
            self.tally.last = batch.last
            told(batch)

    async def _send(self, batch: Batch) -> int:
        """How many events ingest has made durable; waits while it is away."""
        for attempt in range(self._tries):
            answer = await self._post(batch.body)
            if answer is not None and answer.status_code == httpx.codes.OK:
                return len(answer.json()["accepted"])
            if answer is not None and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise Unprocessable("import-refused", f"ingest answers {answer.status_code}: {_why(answer)}")
            await self._sleep(min(LONGEST_WAIT_SECONDS, 0.5 * 2**attempt))
        raise TemporarilyUnavailable(
            "ingest-away", "ingest does not take the reads: see whether it is ready, then go on"
        )

    async def _post(self, body: bytes) -> httpx.Response | None:
        try:
            return await self._camera.post(MEDIA_TYPE, body)
        except httpx.TransportError:
            return None


def _why(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail", answer.reason_phrase))
    except ValueError:
        return answer.reason_phrase
