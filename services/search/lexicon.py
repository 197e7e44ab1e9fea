"""Every distinct plate there is a passage of, in memory: patterns are matched here, passages fetched by exact key."""

import asyncio
import re
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


def kept_until(expires_at: datetime) -> datetime:
    """How long a plate stays known: to the full hour, so that one that is read all day is not written all day."""
    return expires_at.replace(minute=0, second=0, microsecond=0) + HOUR


class Lexicon:
    """Normalized plates, each until the last passage of it has expired."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._until)

    def put(self, plate: str, until: datetime) -> None:
        """Know a plate until then, or longer if it is known for longer."""
        self._until[plate] = max(until, self._until.get(plate, until))

    def knows(self, plate: str, until: datetime) -> bool:
        """Whether it is known that long."""
        known = self._until.get(plate)
        return known is not None and known >= until

    async def matching(self, pattern: re.Pattern[str], now: datetime, most: int) -> list[str] | None:
        """The plates a pattern matches, in order; None when they are more than `most`."""
        return await asyncio.to_thread(self._matching, pattern, now, most)

    def forget(self, now: datetime) -> None:
        """Let go of what has expired."""
        for plate, until in list(self._until.items()):
            if until <= now:
                del self._until[plate]

    def _matching(self, pattern: re.Pattern[str], now: datetime, most: int) -> list[str] | None:
        found = []
        for plate, until in list(self._until.items()):
            if until > now and pattern.fullmatch(plate):
                found.append(plate)
                if len(found) > most:
                    return None
        return sorted(found)
