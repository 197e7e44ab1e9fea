"""Looks at a consumer from outside: how far behind it is, whether it moves, and whether there is a broker at all.

The question goes over a fresh connection, because the consumer's own client may be the very thing that went quiet.
"""

from collections.abc import Collection, Mapping

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.offsets import Offsets
from rasid.stream.ports import Bounds, GroupConsumer, Log
from rasid.stream.progress import Progress
from rasid.stream.settings import LoopSettings

AWAY_LOOK_SECONDS = 1.0

logger = get_logger(__name__)


class LagWatch:
    """Beats the pulse of a consumer as long as it does what there is to do; knows its lag and its readiness.

    While the broker is away nothing can move: then the pulse rests and the consumer is not ready. Ending the process
    would help nobody.
    """

    def __init__(
        self,
        topic: str,
        consumer: GroupConsumer,
        log: Log,
        *,
        clock: Clock,
        metrics: Metrics,
        readiness: Readiness,
        pulse: Pulse,
        settings: LoopSettings,
    ) -> None:
        self._topic = topic
        self._consumer = consumer
        self._log = log
        self._clock = clock
        self._lag = metrics.consumer_lag.labels(topic)
        self._readiness = readiness
        self._pulse = pulse
        self._settings = settings
        self._part = f"consumer of {topic}"
        self._progress = Progress()
        self._ends: Mapping[int, int] = {}
        self._look_at = clock.monotonic() + settings.look_seconds
        self._is_away = False
        self._joining_since: float | None = None
        self.joining()

    def joining(self) -> None:
        """The consumer has no partitions until the group has agreed on who gets which."""
        self._joining_since = self._clock.monotonic()
        self._readiness.not_ready(self._part, "joining its consumer group")
        self._pulse.rest()

    def joined(self) -> None:
        """The consumer has its partitions (perhaps none)."""
        self._joining_since = None
        self._back()

    def away(self, error: Unavailable) -> None:
        """The broker does not answer; it is asked again soon."""
        if not self._is_away:
            logger.warning("a consumer has lost its broker", topic=self._topic, why=str(error))
        self._is_away = True
        self._look_at = self._clock.monotonic() + AWAY_LOOK_SECONDS
        self._readiness.not_ready(self._part, str(error))
        self._pulse.rest()

    def _back(self) -> None:
        if self._is_away:
            self._progress = Progress()
        self._is_away = False
        if self._joining_since is None:
            self._readiness.ready(self._part)
        else:
            self.joining()

    async def look(self, offsets: Offsets, resting: Collection[int]) -> None:
        """Called every turn; asks the broker once in a while. `resting` partitions are paused on purpose."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._look_at = now + self._settings.look_seconds
            try:
                await self.ask(offsets)
            except Unavailable as error:
                self.away(error)
        if not self._is_away:
            self._pulse.beat(self._still_since(offsets, resting, now))

    async def ask(self, offsets: Offsets) -> None:
        """Ask the broker now; raises Unavailable, also when there is no such topic."""
        bounds = await self._log.bounds(self._topic)
        if self._is_away:
            self._back()
        self._ends = {partition: bound.end for partition, bound in bounds.items()}
        await self._find_starts(offsets, bounds)
        starts = {partition: offsets.first_undone(partition) for partition in offsets.partitions}
        self._lag.set(sum(self._ends[partition] - start for partition, start in starts.items() if start is not None))

    async def _find_starts(self, offsets: Offsets, bounds: Mapping[int, Bounds]) -> None:
        """Where the partitions begin of which nothing has come yet: perhaps because nothing comes any more."""
        for partition in offsets.partitions:
            epoch = offsets.epoch
            if offsets.first_undone(partition) is None:
                committed = await self._consumer.committed(partition)
                if epoch != offsets.epoch:
                    return
                offsets.start_from(partition, bounds[partition].first if committed is None else committed)

    def _still_since(self, offsets: Offsets, resting: Collection[int], now: float) -> float:
        if self._joining_since is not None:
            return min(now, self._joining_since + self._settings.rebalance_seconds)
        undone = {
            partition: offset
            for partition in offsets.partitions
            if partition not in resting and (offset := offsets.first_undone(partition)) is not None
        }
        return self._progress.still_since(undone, self._ends, now)
