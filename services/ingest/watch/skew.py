"""How far a camera's clock is ahead, from when it says things happened and when they arrived. No IO.

What arrives is late by the network and by what the device holds back, and never early: so of many differences the upper
ones are near the truth. A quarter of the samples may be as late as it likes; a clock that jumps about has no skew.
"""

from collections import deque
from datetime import datetime

SAMPLES = 21
ENOUGH = 12
# Samples of one burst say one thing.
APART_SECONDS = 10.0
# How late an event of a camera with a right clock usually is.
USUAL_LATENESS_SECONDS = 1.0
# Whole seconds, and what a network does.
GRAIN_SECONDS = 2.0
STEADY_SECONDS = 5.0
# Beyond this a clock is wrong, and the camera's health says so.
WRONG_SECONDS = 10.0


class SkewSamples:
    """The latest differences of one camera: seconds that its time is ahead of the arrival."""

    __slots__ = ("_at", "_differences")

    def __init__(self) -> None:
        self._differences: deque[float] = deque(maxlen=SAMPLES)
        self._at: datetime | None = None

    def is_due(self, received_at: datetime) -> bool:
        """Whether another sample would say something new."""
        # Either way: when our own clock was put back, the latest sample is of a time to come.
        return self._at is None or abs((received_at - self._at).total_seconds()) >= APART_SECONDS

    def add(self, captured_at: datetime, received_at: datetime) -> None:
        """One event, dated by the camera itself and not held back as far as it says."""
        self._at = received_at
        self._differences.append((captured_at - received_at).total_seconds())

    def estimate(self) -> float | None:
        """Seconds that the clock is ahead; None while too little is known or the samples contradict each other."""
        if len(self._differences) < ENOUGH:
            return None
        ordered = sorted(self._differences)
        middle, upper = ordered[len(ordered) // 2], ordered[(len(ordered) * 3) // 4]
        if upper - middle > STEADY_SECONDS:
            return None
        skew = upper + USUAL_LATENESS_SECONDS
        return 0.0 if abs(skew) <= GRAIN_SECONDS else round(skew, 1)


def is_news(estimate: float, known: float | None) -> bool:
    """Whether an estimate says something else than what is registered."""
    return known is None or abs(estimate - known) > max(GRAIN_SECONDS, abs(known) / 10)


def is_wrong(skew: float | None) -> bool:
    """Whether a clock is so far off that somebody should set it."""
    return skew is not None and abs(skew) > WRONG_SECONDS
