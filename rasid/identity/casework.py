"""Whether casework is alive: while nobody hears of it, nobody knows which cases still hold (accountability A2).

Faces wait less long (A5): an authorization is revoked within five seconds, and nobody knows whether one was.
"""

from datetime import timedelta

from rasid.contract.fields import parse_utc
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.errors import Forbidden
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics

SILENT = timedelta(seconds=30)
FACES_WAIT = timedelta(seconds=5)
RETRY_AFTER = {"Retry-After": "5"}


class Casework:
    """Hears casework's heartbeats. Until the first, and 30 s after the last, it is silent.

    How long ago is measured by this machine's own clock that never jumps. The time in a heartbeat tells one that was
    sent just now from one that the topic has kept since yesterday - and a clock that somebody has put back here, so
    that what is over would count again: a heartbeat from the future is no heartbeat either.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._heard_at = metrics.casework_heard
        self._last: float | None = None

    def hear(self, heartbeat: CaseworkHeartbeatV1) -> None:
        """Take one."""
        now = self._clock.now()
        try:
            is_of_now = abs(parse_utc(heartbeat.at) - now) <= SILENT
        except ValueError:
            is_of_now = False
        if is_of_now:
            self._last = self._clock.monotonic()
            self._heard_at.set(now.timestamp())

    @property
    def is_silent(self) -> bool:
        """Whether it has not been heard of for 30 s."""
        return self._is_missed_for(SILENT)

    @property
    def faces_pause(self) -> bool:
        """Whether it has not been heard of for 5 s: no face is matched or searched until it is."""
        return self._is_missed_for(FACES_WAIT)

    def check_faces(self) -> None:
        """Raise Forbidden while faces pause."""
        if self.faces_pause:
            raise Forbidden(
                "faces-paused",
                f"The casework service has not been heard of for {FACES_WAIT.seconds} s, so nobody knows which "
                "authorizations still hold. No face is matched or searched until it is back.",
                headers=RETRY_AFTER,
            )

    def _is_missed_for(self, time: timedelta) -> bool:
        return self._last is None or self._clock.monotonic() - self._last >= time.total_seconds()

    def check(self) -> None:
        """Raise Forbidden when it is silent."""
        if self.is_silent:
            raise Forbidden(
                "casework-silent",
                f"The casework service has not been heard of for {SILENT.seconds} s, or its clock and this service's "
                "differ by more, so nobody knows which cases still hold. Nothing is disclosed until that is mended; "
                "send the request again then.",
                headers=RETRY_AFTER,
            )
