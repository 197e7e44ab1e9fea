"""Looking passages up: by plate or pattern, time and place, with what is known of the cameras beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rasid.errors import NotFound
from rasid.runtime.clock import Clock
from services.search import tiers
from services.search.coverage import Coverage, coverage
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.paging import Position
from services.search.passage import Passage
from services.search.plate_query import PlateQuery
from services.search.ports import PassageQuery, PassageStore
from services.search.query import Asked, Wanted, invalid, understand
from services.search.registry import Registry

# More plates than this are not fetched by key: the passages of the window are gone through instead.
MOST_PLATES = 500
SCAN_ROWS = 1_000
SCANS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A page. `end` is where it ended, None on the last one; a page may be short, even empty, and not be the last."""

    passages: Sequence[Passage]
    end: Position | None
    coverage: Coverage


class SearchDesk:
    """Passages, for whoever may see them."""

    def __init__(
        self,
        store: PassageStore,
        lexicon: Lexicon,
        registry: Registry,
        knowledge: Knowledge,
        *,
        retention: timedelta,
        clock: Clock,
    ) -> None:
        self._store = store
        self._lexicon = lexicon
        self._registry = registry
        self._knowledge = knowledge
        self._retention = retention
        self._clock = clock

    async def search(self, asked: Asked, after: Position | None, limit: int, *, alone: bool = True) -> Found:
        """A page of what is asked for; raises Unprocessable, Forbidden or Unavailable.

        Not `alone`: a second person has consented to look back further than one's own authority reaches.
        """
        self._registry.check_complete()
        wanted = understand(asked, self._registry)
        now = self._clock.now()
        query = PassageQuery(
            window=tiers.window(asked.from_at, asked.to_at, now, self._retention, alone=alone),
            camera_ids=wanted.camera_ids,
            site_ids=wanted.site_ids,
            after=after,
            limit=limit,
        )
        passages, end = await self._page(query, wanted.plate, asked)
        return Found(passages, end, self._coverage(wanted))

    async def passage(self, passage_id: str, *, alone: bool = True) -> Passage:
        """One passage; raises NotFound, Forbidden or Unavailable. `alone`: see `search`."""
        now = self._clock.now()
        passage = await self._store.passage(passage_id, now)
        if passage is None:
            raise NotFound("passage-unknown", "There is no passage with this id, or it is no longer kept.")
        if alone:
            tiers.check_age(passage.received_at, now)
        return passage

    async def _page(
        self, query: PassageQuery, plate: PlateQuery | None, asked: Asked
    ) -> tuple[Sequence[Passage], Position | None]:
        if plate is None:
            return await self._fetch(query)
        if plate.pattern is None:
            return await self._fetch(replace(query, plates=[plate.written]))
        plates = await self._lexicon.matching(plate, self._clock.now(), MOST_PLATES)
        if plates is not None:
            return await self._fetch(replace(query, plates=plates)) if plates else ((), None)
        if asked.from_at is None or asked.to_at is None:
            wrong = f"matches more than {MOST_PLATES} plates: give more of it, or from_at and to_at"
            raise invalid([{"field": "body.plate", "wrong": wrong}])
        return await self._scan(query, plate)

    async def _fetch(self, query: PassageQuery) -> tuple[Sequence[Passage], Position | None]:
        """One row more than asked for tells whether there is another page."""
        found = await self._store.find(replace(query, limit=query.limit + 1), self._clock.now())
        shown = found[: query.limit]
        return shown, _position(shown[-1]) if len(found) > len(shown) else None

    async def _scan(self, query: PassageQuery, plate: PlateQuery) -> tuple[Sequence[Passage], Position | None]:
        """Go through the window and keep what the pattern matches, but not for ever."""
        shown: list[Passage] = []
        for _ in range(SCANS):
            rows = await self._store.find(replace(query, limit=SCAN_ROWS), self._clock.now())
            for row in rows:
                if _matches(row, plate):
                    shown.append(row)
                if len(shown) == query.limit:
                    return shown, _position(row)
            if len(rows) < SCAN_ROWS:
                return shown, None
            query = replace(query, after=_position(rows[-1]))
        return shown, query.after

    def _coverage(self, wanted: Wanted) -> Coverage:
        now = self._clock.now()
        asked = wanted.asked
        cameras = asked.cameras if asked.cameras is not None else self._registry.cameras_at(wanted.site_ids)
        since = max(asked.from_at or now - self._retention, now - self._retention)
        return coverage(sorted(set(cameras)), since, asked.to_at or now, now, self._knowledge)


def _matches(passage: Passage, plate: PlateQuery) -> bool:
    pattern = plate.pattern
    return pattern is not None and any(pattern.fullmatch(text) for text in passage.plates)


def _position(passage: Passage) -> Position:
    return Position(passage.captured_at, passage.passage_id)
