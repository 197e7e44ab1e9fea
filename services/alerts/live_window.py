"""The last events of the alerts topic in memory, so that a listener can resume on any replica. No IO."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from rasid.contract.envelope import Event

# -1 stands before the first event of a topic. No offset has more than 19 digits.
_POSITION = re.compile(r"([0-9a-z]{1,32})-(-1|[0-9]{1,19})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One event of the topic and its offset."""

    offset: int
    event: Event[Any]

    @property
    def alert_id(self) -> str:
        """The alert it is about."""
        return self.event.key


@dataclass(frozen=True, slots=True)
class Position:
    """Where a listener stopped: the topic's incarnation and the last offset it has seen."""

    epoch: str
    offset: int


class Window:
    """The last `size` events in order, each once: a copy with the id of one of the last `2 * size` is passed over."""

    def __init__(self, epoch: str, start: int, size: int) -> None:
        self.epoch = epoch
        self.end = start
        """The offset after the last one taken."""
        self._start = start
        self._size = size
        self._items: deque[Item] = deque()
        self._known: dict[str, None] = {}

    def is_known(self, event_id: str) -> bool:
        """Whether an event with this id has been taken."""
        return event_id in self._known

    def take(self, item: Item) -> None:
        """Take the next event of the topic; a copy of a known one only moves the end."""
        self.end = item.offset + 1
        if self.is_known(item.event.id):
            return
        self._known[item.event.id] = None
        if len(self._known) > 2 * self._size:
            del self._known[next(iter(self._known))]
        self._items.append(item)
        if len(self._items) > self._size:
            self._start = self._items.popleft().offset + 1

    def after(self, position: Position) -> list[Item] | None:
        """What a listener has missed since `position`; None when that cannot be told any more.

        A position at or beyond the end misses nothing that is here: another replica was ahead of this one.
        """
        if position.epoch != self.epoch or position.offset + 1 < self._start:
            return None
        missed = []
        for item in reversed(self._items):
            if item.offset <= position.offset:
                break
            missed.append(item)
        return missed[::-1]


def write_position(position: Position) -> str:
    """A position as the `id` of a server-sent event."""
    return f"{position.epoch}-{position.offset}"


def read_position(text: str) -> Position | None:
    """What `write_position` wrote; None for anything else, which then cannot be resumed."""
    found = _POSITION.fullmatch(text)
    return None if found is None else Position(found[1], int(found[2]))
