"""Takes the records of one partition to the handler, in order, and decides what each is: done, or a dead letter."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from rasid.contract.codec import event_type_of
from rasid.errors import InvalidEvent
from rasid.runtime.metrics import Metrics
from rasid.stream.dead_letters import DeadLetters
from rasid.stream.ports import Record
from rasid.stream.received import Received, receive

Handler = Callable[[Sequence[Received]], Awaitable[None]]
"""Handles events of one partition, in order; idempotent by event id, because every event may come again.

Raises InvalidEvent for what can never be handled (of a batch: then each is given alone), Unavailable for what cannot be
handled now. Any other error ends the process.
"""

Mark = Callable[[Iterable[int]], None]
"""Told the offsets that are done."""


_Item = tuple[Record, Received]


class Delivery:
    """Delivers records to one handler. Raises what keeps it from going on: Unavailable, LimitReached, or a mistake."""

    def __init__(
        self,
        topic: str,
        *,
        types: frozenset[str],
        handler: Handler,
        dead_letters: DeadLetters,
        metrics: Metrics,
    ) -> None:
        self._topic = topic
        self._types = types
        self._handler = handler
        self._dead_letters = dead_letters
        self._handled, self._skipped, self._dead = (
            metrics.events_consumed.labels(topic, outcome) for outcome in ("handled", "skipped", "dead_letter")
        )

    async def deliver(self, batch: Sequence[Record], mark: Mark) -> None:
        """Deliver one batch, marking what is done.

        What cannot be read is buried in its turn, after what lies before it has been handled.
        """
        items: list[_Item] = []
        for record in batch:
            if not self._is_ours(record):
                self._skipped.inc()
                mark((record.offset,))
                continue
            try:
                items.append((record, receive(self._topic, record)))
            except InvalidEvent as error:
                await self._handle(items, mark)
                await self._bury(record, error, mark)
                items = []
        await self._handle(items, mark)

    def _is_ours(self, record: Record) -> bool:
        """Other types are passed over undecoded, and so are tombstones; what has no type at all is looked at."""
        kind = event_type_of(record.headers)
        return kind in self._types if kind is not None else record.value is not None

    async def _handle(self, items: Sequence[_Item], mark: Mark) -> None:
        """Hand over a batch; when something in it is invalid each alone, so that only the poison is buried."""
        if not items:
            return
        try:
            await self._handler([received for _, received in items])
        except InvalidEvent as error:
            if len(items) == 1:
                await self._bury(items[0][0], error, mark)
                return
            for item in items:
                await self._handle([item], mark)
            return
        self._dead_letters.limit.good(len(items))
        self._handled.inc(len(items))
        mark([record.offset for record, _ in items])

    async def _bury(self, record: Record, error: InvalidEvent, mark: Mark) -> None:
        await self._dead_letters.put(record, error)
        self._dead.inc()
        mark((record.offset,))
