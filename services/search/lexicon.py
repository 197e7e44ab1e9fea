"""Every distinct plate there is a passage of, in memory: patterns are matched here, passages fetched by exact key."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from services.search.plate_query import PlateQuery

HOUR = timedelta(hours=1)
# So many new plates are looked through one by one before the text of all is made anew.
MOST_FRESH = 5_000
END = "\n"


def kept_until(expires_at: datetime) -> datetime:
    """How long a plate stays known: to the full hour, so that one that is read all day is not written all day."""
    return expires_at.replace(minute=0, second=0, microsecond=0) + HOUR


class Lexicon:
    """Normalized plates, each until the last passage of it has expired.

    They stand in one text, a line each: finding a part of a plate there is hundreds of times quicker than trying a
    pattern on each, and only what has that part is tried.
    """

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._text = END
        self._fresh: list[str] = []

    def __len__(self) -> int:
        return len(self._until)

    def put(self, plate: str, until: datetime) -> None:
        """Know a plate until then, or longer if it is known for longer."""
        known = self._until.get(plate)
        if known is None:
            self._fresh.append(plate)
        self._until[plate] = until if known is None else max(until, known)

    def outlasts(self, plate: str, expires_at: datetime) -> bool:
        """Whether it is known beyond that moment."""
        known = self._until.get(plate)
        return known is not None and known > expires_at

    async def matching(self, query: PlateQuery, now: datetime, most: int) -> list[str] | None:
        """The plates a pattern matches, in order; None when they are more than `most`."""
        if len(self._fresh) > MOST_FRESH:
            self._gather()
        return await asyncio.to_thread(self._matching, query, now, most)

    def forget(self, now: datetime) -> None:
        """Let go of what has expired."""
        for plate, until in list(self._until.items()):
            if until <= now:
                del self._until[plate]
        self._gather()

    def _gather(self) -> None:
        self._text = END + "".join(f"{plate}{END}" for plate in self._until)
        self._fresh = []

    def _matching(self, query: PlateQuery, now: datetime, most: int) -> list[str] | None:
        found: set[str] = set()
        if query.pattern is None:
            return [query.written] if self._until.get(query.written, now) > now else []
        for plate in self._with(query.literal):
            if query.pattern.fullmatch(plate) and self._until.get(plate, now) > now:
                found.add(plate)
                if len(found) > most:
                    return None
        return sorted(found)

    def _with(self, literal: str) -> Iterator[str]:
        """Every plate that has this part. The text may lag behind: a plate may come that is known no longer."""
        yield from list(self._fresh)
        text = self._text
        if not literal:
            yield from text.split()
            return
        at = text.find(literal)
        while at >= 0:
            end = text.index(END, at)
            yield text[text.rindex(END, 0, at) + 1 : end]
            at = text.find(literal, end)
