"""Messages from the spool on their way to Kafka."""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from rasid.contract.codec import Message
from rasid.stream.ports import MessagePublisher
from rasid.stream.spool_losses import Loss

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Message)
# A step asks for a message's key, and then sends it.
_DECODED = 1024


def body_of(message: Message) -> bytes:
    """A message as it lies in the spool."""
    return _encoder.encode(message)


@lru_cache(_DECODED)
def message_of(body: bytes) -> Message:
    """The message that a row holds."""
    return _decoder.decode(body)


class BusOutlet:
    """Sends to Kafka. `record_of` makes the message that says of a loss, or None where the log is enough."""

    def __init__(
        self, publisher: MessagePublisher, deadline_seconds: float, record_of: Callable[[Loss], Message | None]
    ) -> None:
        self._publisher = publisher
        self._deadline_seconds = deadline_seconds
        self._record_of = record_of

    def key(self, body: bytes) -> bytes:
        """The message's own: the camera."""
        return message_of(body).key

    async def send(self, body: bytes) -> None:
        """Return when Kafka has acknowledged it; raises Unavailable, or InvalidEvent when it is too large."""
        await self._publisher.publish_message(message_of(body), deadline_seconds=self._deadline_seconds)

    def record(self, loss: Loss) -> tuple[str, bytes] | None:
        """What is kept instead."""
        message = self._record_of(loss)
        return None if message is None else (message.topic, body_of(message))
