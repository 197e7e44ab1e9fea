"""What a part of the platform needs in order to publish, without knowing how: `rasid.stream` provides it."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from rasid.contract.envelope import Event


class Publisher(Protocol):
    """Puts events on the bus."""

    async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has acknowledged the event from all in-sync replicas.

        Raises Unavailable when there is no acknowledgement within the deadline; the event may still arrive later,
        with the same id.
        """


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that waits in a store to be published: which document caused it, its id, and the event itself."""

    document_id: str
    event_id: str
    event_json: bytes
