"""When dead letters are no longer the exception. Pure.

One broken camera may fill the dead-letter topic for ever and nobody else should notice. But when record after record of
*different* cameras is unreadable, it is not the records that are wrong, it is us (a bad release, a wrong schema): then
the consumer must stop before it files the city's reads away as rubbish.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`in_a_row` dead letters from at least `keys` keys, or `ratio` of the last `window` records."""

    in_a_row: int = 100
    keys: int = 2
    ratio: float = 0.2
    window: int = 1000


class DeadLetterLimit:
    """Counts what a consumer does with its records; asked *before* each dead letter is published."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self.reset()

    def reset(self) -> None:
        """Begin anew: an operator has looked at it and said go on."""
        self._seen = 0
        self._dead_at: deque[int] = deque()
        self._run = 0
        self._run_keys: set[bytes] = set()

    def good(self, records: int = 1) -> None:
        """These records were handled."""
        self._seen += records
        self._run = 0
        self._run_keys.clear()

    def dead(self, key: bytes) -> None:
        """A record with this key has become a dead letter."""
        self._seen += 1
        self._dead_at.append(self._seen)
        self._run += 1
        if len(self._run_keys) < self._limit.keys:
            self._run_keys.add(key)

    def reached(self) -> str | None:
        """Why no further dead letter may be written, in words for an operator; None while there is no reason."""
        while self._dead_at and self._dead_at[0] <= self._seen - self._limit.window:
            self._dead_at.popleft()
        if self._run >= self._limit.in_a_row and len(self._run_keys) >= self._limit.keys:
            return f"{self._run} records in a row from {self._limit.keys} or more keys became dead letters"
        if len(self._dead_at) >= self._limit.ratio * self._limit.window:
            return f"{len(self._dead_at)} of the last {self._limit.window} records became dead letters"
        return None
