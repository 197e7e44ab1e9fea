"""Whether this machine and the database still have the same time, while a service runs.

At the start a clock that is off is refused (opening.py). Later nobody is helped by a service that ends: it goes on, and
tells. What it notes meanwhile has a wrong time, so how long it lasted matters to whoever reads it afterwards.
"""

from collections.abc import Callable
from contextlib import suppress

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.storage.mongo import Mongo
from rasid.storage.opening import MAX_SKEW, ahead_seconds

LOOK_SECONDS = 5.0

log = get_logger(__name__)


class ClockWatch:
    """Tells every few seconds how far ahead the database's clock is (`on_ahead`), and what is wrong with that."""

    def __init__(
        self,
        mongo: Mongo,
        *,
        clock: Clock,
        on_ahead: Callable[[float], None],
        on_trouble: Callable[[str | None], None],
    ) -> None:
        self._mongo = mongo
        self._clock = clock
        self._on_ahead = on_ahead
        self._on_trouble = on_trouble
        self._is_off = False

    async def run(self) -> None:
        """Look for ever; a database that is away is told by others."""
        while True:
            with suppress(Unavailable):
                await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Ask the database for its time; raises Unavailable."""
        asked_at, began = self._clock.now(), self._clock.monotonic()
        hello = await self._mongo.hello()
        # By the monotonic clock: the other one may step at this moment.
        ahead = ahead_seconds(hello, asked_at) - (self._clock.monotonic() - began) / 2
        self._on_ahead(ahead)
        self._tell(ahead)

    def _tell(self, ahead: float) -> None:
        is_off = abs(ahead) > MAX_SKEW.total_seconds()
        told = f"the database's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
        self._on_trouble(f"{told}: synchronize both with NTP" if is_off else None)
        if is_off != self._is_off:
            log.error("the clocks are off", ahead_seconds=round(ahead)) if is_off else log.info(
                "the clocks agree again"
            )
        self._is_off = is_off
