"""Publishing that is durable whether or not Kafka answers: there, or in the spool on the local disk.

While Kafka answers this costs nothing: the producer itself asks for the spool, and only when a send has failed. After a
few such in a row nobody waits for the deadline any more; the drain (`drain.py`) finds out when Kafka is back.
"""

from collections.abc import Coroutine
from typing import Any, Protocol

from msgspec import Struct

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.contract.topics import DEAD_LETTER_BYTES
from rasid.errors import InvalidEvent
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.stream.circuit import Circuit
from rasid.stream.producer import Otherwise
from rasid.stream.spool import Spool
from rasid.stream.spool_outlet import body_of

log = get_logger(__name__)


class Producer(Protocol):
    """What publishes to the broker; `KafkaProducer` does."""

    @property
    def acknowledged(self) -> int:
        """How many messages the broker has acknowledged."""

    async def publish_message(
        self, message: Message, *, deadline_seconds: float | None = None, otherwise: Otherwise | None = None
    ) -> None:
        """Return when it is acknowledged, or `otherwise` has been asked."""


class SpoolingPublisher:
    """Implements `rasid.runtime.publishing.Publisher` and `ports.MessagePublisher`."""

    def __init__(self, producer: Producer, spool: Spool, circuit: Circuit, metrics: Metrics) -> None:
        self._producer = producer
        self._spool = spool
        self._circuit = circuit
        self._metrics = metrics

    def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> Coroutine[Any, Any, None]:
        """Return when the event is durable; raises Unavailable (Full), or InvalidEvent when it is too large."""
        return self.publish_message(encode(event), deadline_seconds=deadline_seconds)

    def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> Coroutine[Any, Any, None]:
        """Return when the message is durable; raises Unavailable (Full), or InvalidEvent when it is too large."""
        if self._circuit.is_open:
            return self._keep(message)
        return self._producer.publish_message(
            message, deadline_seconds=deadline_seconds, otherwise=self._unacknowledged
        )

    async def _unacknowledged(self, message: Message) -> None:
        if self._circuit.failed(self._producer.acknowledged):
            self._metrics.circuit_open.labels(self._spool.kind).set(1)
            log.error("Kafka does not acknowledge: events go straight to the spool until it does")
        await self._keep(message)

    async def _keep(self, message: Message) -> None:
        if len(message.value or b"") + len(message.key) > DEAD_LETTER_BYTES:
            raise InvalidEvent("too_large", "it is larger than the broker takes")
        await self._spool.append(message.topic, body_of(message))
