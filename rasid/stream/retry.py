"""How long a partition waits after something was unavailable. Pure: time and chance are handed in."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `base_seconds` up to `cap_seconds`."""

    base_seconds: float = 0.25
    cap_seconds: float = 30.0

    def delay_seconds(self, tries: int, chance: float) -> float:
        """The wait after failure number `tries` (from 1): between half of it and all of it, as `chance` (0-1) says.

        Without chance, partitions that failed together would come back together, onto a store that has just recovered.
        """
        longest = min(self.cap_seconds, self.base_seconds * 2.0 ** min(tries - 1, MOST_DOUBLINGS))
        return longest * (0.5 + 0.5 * chance)


class Retries:
    """Which partitions wait, until when, and how often they have failed in a row."""

    def __init__(self, backoff: Backoff, chance: Callable[[], float]) -> None:
        self._backoff = backoff
        self._chance = chance
        self._tries: dict[int, int] = {}
        self._until: dict[int, float] = {}

    def failed(self, partition: int, now: float) -> float:
        """The partition failed at `now`: it waits; returns for how many seconds."""
        tries = self._tries[partition] = self._tries.get(partition, 0) + 1
        delay = self._backoff.delay_seconds(tries, self._chance())
        self._until[partition] = now + delay
        return delay

    def succeeded(self, partition: int) -> None:
        """The partition works: its next failure is its first."""
        self._tries.pop(partition, None)
        self._until.pop(partition, None)

    def waiting(self, now: float) -> frozenset[int]:
        """The partitions whose wait is not over."""
        return frozenset(partition for partition, until in self._until.items() if now < until)

    def keep(self, partitions: Collection[int]) -> None:
        """Forget every other partition: a rebalance gave it to somebody else."""
        self._tries = {partition: tries for partition, tries in self._tries.items() if partition in partitions}
        self._until = {partition: until for partition, until in self._until.items() if partition in partitions}
