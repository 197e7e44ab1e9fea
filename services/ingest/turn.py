"""Refuses posts when more come than can be worked on: by how much one turn of the event loop works on them.

A post is worked on as soon as it is there, and its answer waits for what is read in a later turn. When more comes than
can be worked on, each turn finds more posts than the one before and takes longer: answers take seconds, and what Kafka
has acknowledged is not read in time. So a turn has a length, and what it finds beyond that is refused while refusing is
all it costs. Posts that wait, for Kafka or a slow line or a picture's store, are no work and refuse nobody; nor is it
work when the machine lets others run, so the length is of processor time.
"""

import asyncio
from collections.abc import Callable

from rasid.errors import TemporarilyUnavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest.intake import UNKNOWN_ADAPTER
from services.ingest.refusals import RETRY_AFTER

# Of processor time. What a moment's standstill leaves is still worked off; an answer takes three to four turns.
LONGEST_SECONDS = 0.1
# Thousands are refused in a second: it is said once, and once more when it goes on or begins again after this long.
SAID_AGAIN_SECONDS = 60.0

log = get_logger(__name__)


class Turn:
    """One turn of the loop after the other, each beginning with its first post.

    `worked` tells the processor time of the loop's thread so far, in seconds.
    """

    def __init__(self, worked: Callable[[], float], clock: Clock, metrics: Metrics) -> None:
        self._worked = worked
        self._clock = clock
        self._refused = metrics.payloads.labels(UNKNOWN_ADAPTER, "unavailable")
        self._began: float | None = None
        self._said_at: float | None = None

    def check(self) -> None:
        """Asked by whoever is going to work on a post that is read; raises TemporarilyUnavailable beyond its length."""
        worked = self._worked()
        if self._began is None:
            self._began = worked
            # What is ready in this turn runs before it.
            asyncio.get_running_loop().call_soon(self._end)
        elif worked - self._began >= LONGEST_SECONDS:
            self._refuse()

    def _end(self) -> None:
        self._began = None

    def _refuse(self) -> None:
        self._refused.inc()
        now = self._clock.monotonic()
        if self._said_at is None or now - self._said_at >= SAID_AGAIN_SECONDS:
            self._said_at = now
            log.warning("more is posted than can be worked on: posts are refused")
        detail = "more is posted than can be worked on: nothing is promised, send it again"
        raise TemporarilyUnavailable("overloaded", detail, headers=RETRY_AFTER)
