"""The passages of the search service in memory. They promise what those on MongoDB do: one suite runs on both."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rasid.errors import Unavailable
from services.search.passage import Passage
from services.search.passages import by_sighting, settle
from services.search.ports import Added, PassageQuery


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
