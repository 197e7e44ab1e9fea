"""Deletes pictures whose time is over: within minutes, where the promise is an hour (accountability A7, decision 0033).

Their keys say when they expire, and sort by it: what is due is found first, and nothing else is looked at.
"""

from datetime import datetime

from rasid.contract.pictures import CLASSES, PictureClass, expiry_of, first_not_due, prefix_of
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from services.archive.ports import PassingPictures

EVERY_SECONDS = 60.0

log = get_logger(__name__)


class PictureRounds:
    """One round a minute. Rounds of two processes do no harm: what is gone need not be deleted."""

    def __init__(self, pictures: PassingPictures, *, clock: Clock, metrics: Metrics, pulse: Pulse) -> None:
        self._pictures = pictures
        self._clock = clock
        self._metrics = metrics
        self._pulse = pulse
        self._clean_until = clock.now()
        """What expired before this is gone, as far as is known."""

    async def run(self) -> None:
        """One round after the other, until cancelled."""
        while True:
            await self.once()
            self._pulse.rest()
            await self._clock.sleep(EVERY_SECONDS)

    async def once(self) -> None:
        """Delete what has expired by now; what cannot be deleted is told, and there for the next round."""
        now = self._clock.now()
        try:
            for kind in CLASSES:
                await self._delete(kind, now)
        except Unavailable as error:
            log.warning("expired pictures cannot be deleted for now", what=error.what, why=error.detail)
            self._tell(self._clock.now())
        else:
            self._clean_until = now
            self._tell(now)

    async def _delete(self, kind: PictureClass, now: datetime) -> None:
        before, after = first_not_due(kind, now), ""
        while True:
            self._pulse.beat()
            keys = await self._pictures.first(prefix_of(kind), before, after=after)
            if not keys:
                return
            # A key that says no expiry is none of ours.
            due = {key: expires_at for key in keys if (expires_at := expiry_of(key)) is not None}
            if due:
                self._clean_until = min(self._clean_until, *due.values())
                self._tell(now)
                await self._pictures.remove(list(due))
                self._metrics.pictures_removed.labels(kind).inc(len(due))
            after = keys[-1]

    def _tell(self, now: datetime) -> None:
        self._metrics.overdue_pictures.set(max(0.0, (now - self._clean_until).total_seconds()))
