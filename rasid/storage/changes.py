"""Keeps a process's memory in step with what other processes write: numbered changes, and a follower of them.

Every change of a followed document takes the next number of one counter and is stored under it. A number is taken
before its document is written, so a follower may see 8 before 7 is there: it reads again from the number that was
the newest `SETTLE_SECONDS` ago, and whoever keeps the documents ignores what is not newer.
"""

from collections import deque
from collections.abc import Callable, Sequence

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.storage.indexes import Index
from rasid.storage.mongo import Collection, Document, Duplicate, Mongo

COUNTERS = "counters"
FIELD = "changed"
INTERVAL_SECONDS = 1.0
# Longer than taking a number and writing under it can take: twice a store's deadline with its grace, and some.
SETTLE_SECONDS = 15.0
# Both ends of a range are given (the engines read everything otherwise); no counter gets there.
LAST = 2**53

log = get_logger(__name__)


def change_index(collection: str) -> Index:
    """The index that lets a look read only what changed."""
    return Index(collection, ((FIELD, 1),))


class ChangeCounter:
    """Numbers that only grow, also after a document is deleted and made again; gaps are normal."""

    def __init__(self, mongo: Mongo, name: str) -> None:
        self._collection = mongo.collection(COUNTERS)
        self._name = name

    async def take(self, count: int = 1) -> int:
        """Take `count` numbers in a row and return the first; the documents must be written soon after."""
        try:
            return await self._take(count)
        except Duplicate:  # another process made the counter at this moment: now it is there
            return await self._take(count)

    async def last(self) -> int:
        """The newest number taken by anybody; 0 before the first."""
        found = await self._collection.find_one({"_id": self._name})
        return int(found["last"]) if found else 0

    async def _take(self, count: int) -> int:
        counted = await self._collection.update({"_id": self._name}, {"$inc": {"last": count}}, upsert=True)
        return int((counted or {"last": count})["last"]) - count + 1


class ChangeFollower:
    """Hands every changed document of one collection to `apply`, about once a second.

    `apply` gets documents (only `fields` of them, when given) that carry their number in `changed`; it gets some of
    them more than once and must ignore one that is not newer than what it has. Deletions are not seen: a followed
    document is marked, never removed. `on_state` is told whether the database answered (why not, else None).
    """

    def __init__(
        self,
        counter: ChangeCounter,
        collection: Collection,
        apply: Callable[[Document], None],
        *,
        clock: Clock,
        fields: Sequence[str] | None = None,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._counter = counter
        self._collection = collection
        self._apply = apply
        self._clock = clock
        self._fields = None if fields is None else (*fields, FIELD)
        self._on_state = on_state
        self._mark = 0
        self._is_away = False
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, mark: int) -> None:
        """Start after the number `mark` instead of with everything: the caller has read what there was before it.

        What was being written at that moment is not seen: read again once `SETTLE_SECONDS` later.
        """
        self._mark = mark

    async def look(self) -> None:
        """Apply what changed since the last look; the first look applies everything. Raises Unavailable."""
        now = self._clock.monotonic()
        newest = await self._counter.last()
        if newest > self._mark:
            for document in await self._changed():
                self._apply(document)
        self._settle(now, newest)

    async def run(self) -> None:
        """Look about once a second, for ever; a database that is away is waited for."""
        while True:
            await self._clock.sleep(INTERVAL_SECONDS)
            await self._look_again()

    async def _look_again(self) -> None:
        try:
            await self.look()
        except Unavailable as error:
            if not self._is_away:
                log.warning("changes cannot be followed", collection=self._collection.name, why=error.detail)
            self._is_away = True
            self._on_state(str(error))
        else:
            self._is_away = False
            self._on_state(None)

    async def _changed(self) -> list[Document]:
        return await self._collection.find(
            {FIELD: {"$gt": self._mark, "$lt": LAST}},
            sort=[(FIELD, 1)],
            fields=self._fields,
        )

    def _settle(self, now: float, newest: int) -> None:
        """Move the mark to what was the newest number long enough ago that nothing below it can still be written."""
        if not self._seen or self._seen[-1][1] < newest:
            self._seen.append((now, newest))
        while self._seen and now - self._seen[0][0] >= SETTLE_SECONDS:
            self._mark = max(self._mark, self._seen.popleft()[1])
