"""Whether casework is alive: while nobody hears of it, nobody knows which cases still hold (accountability A2)."""

from datetime import timedelta

from rasid.contract.fields import parse_utc
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.errors import Forbidden
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics

SILENT = timedelta(seconds=30)
RETRY_AFTER = {"Retry-After": "5"}


class Casework:
    """Hears casework's heartbeats. Until the first, and 30 s after the last, it is silent.

    How long ago is measured by this machine's own clock that never jumps. The time in a heartbeat only tells one that
    was sent just now from one that the topic has kept since yesterday; a clock that is ahead over there keeps nothing
    alive here.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._heard_at = metrics.casework_heard
        self._last: float | None = None

    def hear(self, heartbeat: CaseworkHeartbeatV1) -> None:
        """Take one."""
        now = self._clock.now()
        try:
            is_old = parse_utc(heartbeat.at) < now - SILENT
        except ValueError:
            is_old = True
        if not is_old:
            self._last = self._clock.monotonic()
            self._heard_at.set(now.timestamp())

    @property
    def is_silent(self) -> bool:
        """Whether it has not been heard of for 30 s."""
        return self._last is None or self._clock.monotonic() - self._last >= SILENT.total_seconds()

    def check(self) -> None:
        """Raise Forbidden when it is silent."""
        if self.is_silent:
            raise Forbidden(
                "casework-silent",
                f"The casework service has not been heard of for {SILENT.seconds} s, so nobody knows which cases still "
                "hold. Nothing is disclosed until it is back; send the request again then.",
                headers=RETRY_AFTER,
            )
