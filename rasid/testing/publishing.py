"""A publisher that keeps what it was given, and can be told to be away."""

from msgspec import Struct

from rasid.contract.codec import decode, encode
from rasid.contract.envelope import Event
from rasid.errors import Unavailable


class RecordingPublisher:
    """Takes events through the real codec, so that a test cannot publish what a consumer could not read."""

    def __init__(self) -> None:
        self.events: list[Event[Struct]] = []
        self.is_away = False

    async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
        """Keep the event, or raise Unavailable while away."""
        if self.is_away:
            raise Unavailable("the broker", f"the test took it away (deadline {deadline_seconds})")
        message = encode(event)
        self.events.append(decode(message.headers, message.value))

    def of(self, type_name: str) -> list[Event[Struct]]:
        """The events of one type, in the order they were published."""
        return [event for event in self.events if event.type == type_name]
