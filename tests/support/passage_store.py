"""The passages of the search service in memory. They promise what those on MongoDB do: one suite runs on both."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rasid.errors import Unavailable
from rasid.runtime.paging import Cursor
from services.search.lookback import Lookback
from services.search.passage import Passage
from services.search.passages import by_sighting, settle
from services.search.ports import Added, PassageQuery


class MemoryLookbackStore:
    """Consents in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[str, Lookback] = {}

    async def lookback(self, lookback_id: str, now: datetime) -> Lookback | None:
        await asyncio.sleep(0)
        found = self.stored.get(lookback_id)
        return found if found is not None and found.expires_at > now else None

    async def save(self, lookback: Lookback, over: int) -> bool:
        await asyncio.sleep(0)
        before = self.stored.get(lookback.lookback_id)
        if (0 if before is None else before.revision) != over:
            return False
        self.stored[lookback.lookback_id] = lookback
        return True

    async def page(
        self, agency: str, case_id: str | None, after: Cursor | None, limit: int, now: datetime
    ) -> list[Lookback]:
        await asyncio.sleep(0)
        found = [one for one in self.stored.values() if one.agency == agency and one.is_open and one.expires_at > now]
        found = [one for one in found if case_id in {None, one.consent.case_id}]
        found.sort(key=_newest, reverse=True)
        return [one for one in found if after is None or _newest(one) < (after.at, after.row_id)][:limit]


def _newest(lookback: Lookback) -> tuple[datetime, str]:
    return lookback.asked_at, lookback.lookback_id


class MemoryPassageStore:
    """Keeps passages in a dictionary by sighting; lets others run before every step, as a database does."""

    def __init__(self) -> None:
        self.sightings: dict[str, list[Passage]] = {}
        self.is_away = False
        self.queries: list[PassageQuery] = []

    @property
    def passages(self) -> dict[str, Passage]:
        return {passage.passage_id: passage for each in self.sightings.values() for passage in each}

    async def add(self, parts: Sequence[Passage]) -> Added:
        await self._answer()
        counts = {"new": 0, "grown": 0, "known": 0}
        for sighting_id, new in by_sighting(parts).items():
            before = self.sightings.get(sighting_id, [])
            after = self.sightings[sighting_id] = settle([*before, *new])
            counts["new" if not before else "known" if before == after else "grown"] += 1
        return Added(**counts)

    async def passage(self, passage_id: str, now: datetime) -> Passage | None:
        await self._answer()
        found = self.passages.get(passage_id)
        return found if found is not None and found.expires_at > now else None

    async def find(self, query: PassageQuery, now: datetime) -> list[Passage]:
        await self._answer()
        self.queries.append(query)
        found = [passage for passage in self.passages.values() if _is_wanted(passage, query, now)]
        found.sort(key=lambda passage: (passage.captured_at, passage.passage_id), reverse=True)
        return found[: query.limit]

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


def _is_wanted(passage: Passage, query: PassageQuery, now: datetime) -> bool:
    window, after = query.window, query.after
    return (
        window.since <= passage.captured_at < window.until
        and passage.expires_at > now
        and passage.received_at >= window.received_since
        and (query.plates is None or not set(query.plates).isdisjoint(passage.plates))
        and (query.camera_ids is None or passage.camera_id in query.camera_ids)
        and (query.site_ids is None or passage.site_id in query.site_ids)
        and (after is None or (passage.captured_at, passage.passage_id) < (after.captured_at, after.passage_id))
    )
