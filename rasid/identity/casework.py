"""Whether casework is alive: while nobody hears of it, nobody knows which cases still hold (accountability A2).

Faces wait less long (A5): an authorization is revoked within five seconds, and nobody knows whether one was.
"""

import math
from datetime import timedelta

from rasid.contract.fields import parse_utc
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.errors import Forbidden
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics

SILENT = timedelta(seconds=30)
# A revocation has five seconds in all (A5). Casework takes two of them at most: one until its next beat sees what waits
# to be told, one until it falls silent over it.
FACES_WAIT = timedelta(seconds=3)
# How far casework's clock may be ahead of ours before faces pause: by so much a heartbeat can be older than it seems.
FACES_SKEW = timedelta(seconds=1)
RETRY_AFTER = {"Retry-After": "5"}


class Casework:
    """Hears casework's heartbeats. Until the first, and 30 s after the last was sent, it is silent.

    How long ago is measured by this machine's own clock that never jumps, from the time in the heartbeat on: one that
    the topic has kept for 29 s counts for one second more. A heartbeat from the future is none either: a clock that
    somebody has put back here would let what is over count again. Faces bear less of that (`FACES_SKEW`).
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._heard_at = metrics.casework_heard
        self._last = -math.inf
        self._last_for_faces = -math.inf

    def hear(self, heartbeat: CaseworkHeartbeatV1) -> None:
        """Take one."""
        now = self._clock.now()
        try:
            age = now - parse_utc(heartbeat.at)
        except ValueError:
            return
        if abs(age) > SILENT:
            return
        on_the_way = max(0.0, age.total_seconds())
        sent = self._clock.monotonic() - on_the_way
        self._last = max(self._last, sent)
        if age >= -FACES_SKEW:
            self._last_for_faces = max(self._last_for_faces, sent)
        self._heard_at.set(now.timestamp() - on_the_way)

    @property
    def is_silent(self) -> bool:
        """Whether it has not been heard of for 30 s."""
        return self._clock.monotonic() - self._last >= SILENT.total_seconds()

    @property
    def faces_pause(self) -> bool:
        """Whether it has not been heard of for 3 s: no face is matched or searched until it is."""
        return self._clock.monotonic() - self._last_for_faces >= FACES_WAIT.total_seconds()

    def check_faces(self) -> None:
        """Raise Forbidden while faces pause."""
        if self.faces_pause:
            raise Forbidden(
                "faces-paused",
                f"The casework service has not been heard of for {FACES_WAIT.seconds} s, or its clock and this "
                "service's differ by more than a second, so nobody knows which authorizations still hold. No face is "
                "matched or searched until that is mended.",
                headers=RETRY_AFTER,
            )

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
