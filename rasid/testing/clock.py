"""Time and ids that a test owns."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class ManualClock:
    """A clock that moves only when told. `sleep` returns when the clock has been moved far enough."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 0.0
        self._moved = asyncio.Condition()

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that never jump back."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been advanced by `seconds`."""
        until = self._monotonic + seconds
        async with self._moved:
            await self._moved.wait_for(lambda: self._monotonic >= until)

    async def advance(self, seconds: float) -> None:
        """Move both clocks forward and wake the sleepers."""
        self.shift(seconds)
        async with self._moved:
            self._moved.notify_all()

    def shift(self, seconds: float) -> None:
        """Move both clocks forward, for code that does not sleep."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class SequenceIds:
    """Ids and secrets that count: `id-1`, `id-2`, ..."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        """The next id."""
        self._count += 1
        return f"id-{self._count}"

    def secret(self) -> str:
        """The next secret."""
        self._count += 1
        return f"secret{self._count:034d}"
