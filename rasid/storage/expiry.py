"""Whether the database really removes what has expired: it does so by itself, and would say nothing if it did not.

Readers never see an expired document (they filter); that it is physically gone within minutes is a promise of its own
(decision 0021), which a switched-off or overwhelmed removal would break in silence.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.storage.indexes import Index
from rasid.storage.mongo import Mongo

LOOK_SECONDS = 60.0
# A database looks for what has expired about once a minute, and then has to remove it.
USUAL = timedelta(seconds=120)
# Both ends of a range are given.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class ExpiryWatch:
    """Tells `on_overdue` about once a minute how long ago the oldest document expired that is still there, in seconds.

    0 as long as nothing is older than the database usually takes.
    """

    def __init__(
        self, mongo: Mongo, indexes: Iterable[Index], *, clock: Clock, on_overdue: Callable[[float], None]
    ) -> None:
        self._mongo = mongo
        self._expiring = [(index.collection, index.keys[0][0]) for index in indexes if _removes(index)]
        self._clock = clock
        self._on_overdue = on_overdue

    async def run(self) -> None:
        """Look for ever; a database that is away is told by others."""
        while True:
            with suppress(Unavailable):
                self._on_overdue(await self.overdue_seconds())
            await self._clock.sleep(LOOK_SECONDS)

    async def overdue_seconds(self) -> float:
        """The age of the oldest; raises Unavailable."""
        now = self._clock.now()
        oldest = [await self._oldest(collection, field, now - USUAL) for collection, field in self._expiring]
        return max(((now - at).total_seconds() for at in oldest if at is not None), default=0.0)

    async def _oldest(self, collection: str, field: str, before: datetime) -> datetime | None:
        overdue = {field: {"$gte": EARLIEST, "$lt": before}}
        rows = await self._mongo.collection(collection).find(overdue, sort=[(field, 1)], limit=1, fields=[field])
        at: datetime | None = rows[0][field] if rows else None
        return at


def _removes(index: Index) -> bool:
    return index.expire_after_seconds is not None
