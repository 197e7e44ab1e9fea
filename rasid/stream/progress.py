"""Since when a consumer that has something to do has done nothing. Pure.

Known ways for a Kafka client to go quiet without an error (after long stalls of the event loop, after a rejoin, after
the whole cluster was down) all look the same from outside: records wait, and the first undone one stays the same.
"""

from collections.abc import Mapping


class Progress:
    """Remembers for each partition since when its first undone record has been the same."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, float]] = {}

    def still_since(self, undone: Mapping[int, int], ends: Mapping[int, int], now: float) -> float:
        """When the stillest partition last moved; `now` when all of them move or have nothing to do.

        `undone` holds the first undone offset of every partition that should be moving: one that is paused on purpose
        is left out, and starts afresh when it is back. `ends` holds the offset after the last record of each.
        """
        seen: dict[int, tuple[int, float]] = {}
        for partition, offset in undone.items():
            before, since = self._seen.get(partition, (-1, now))
            waits = offset < ends.get(partition, 0) and offset == before
            seen[partition] = (offset, since if waits else now)
        self._seen = seen
        return min((since for _, since in seen.values()), default=now)
