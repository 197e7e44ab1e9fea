"""Keeps the demo's latencies and says their percentiles."""

from collections import deque
from dataclasses import dataclass, field

KEPT = 10_000


@dataclass(slots=True)
class Latencies:
    """The last figures, in seconds."""

    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, seconds: float) -> None:
        """Keep one more."""
        self.seconds.append(seconds)

    def percentile_ms(self, percent: float) -> float | None:
        """The value below which `percent` of the figures lie, in milliseconds; None without figures."""
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        index = min(len(ordered) - 1, int(len(ordered) * percent / 100))
        return round(ordered[index] * 1000, 1)
