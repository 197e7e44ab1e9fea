"""Measures the demo: how long from a camera's post to the ring, and how much memory every process holds."""

from collections import OrderedDict, deque

import psutil

KEPT = 10_000
MEBIBYTE = 1024 * 1024


class Latencies:
    """Seconds from the post of a read to its ring; post and ring are told in either order, by detection id.

    The ring is usually the first of the two: the camera's answer and the live stream race each other.
    """

    def __init__(self) -> None:
        self.seconds: deque[float] = deque(maxlen=KEPT)
        self._posted: OrderedDict[str, float] = OrderedDict()
        self._rang: OrderedDict[str, float] = OrderedDict()

    def posted(self, detection_id: str, at: float) -> None:
        """The post of this read began at `at` (monotonic seconds)."""
        _keep(self._posted, detection_id, at)
        self._meet(detection_id)

    def rang(self, detection_id: str, at: float) -> None:
        """This read rang at `at` (monotonic seconds)."""
        _keep(self._rang, detection_id, at)
        self._meet(detection_id)

    def percentile_ms(self, percent: float) -> float | None:
        """The value below which `percent` of the figures lie, in milliseconds; None without figures."""
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 1)

    def _meet(self, detection_id: str) -> None:
        if detection_id in self._posted and detection_id in self._rang:
            self.seconds.append(self._rang.pop(detection_id) - self._posted.pop(detection_id))


def memory_mebibytes(pid: int | None) -> int | None:
    """Resident memory of a process; None when it does not run."""
    try:
        return None if pid is None else psutil.Process(pid).memory_info().rss // MEBIBYTE
    except psutil.NoSuchProcess:
        return None


def _keep(times: OrderedDict[str, float], key: str, at: float) -> None:
    times[key] = at
    if len(times) > KEPT:
        times.popitem(last=False)
