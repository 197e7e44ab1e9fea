"""Documents with waiting events, in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from rasid.contract.codec import to_structured
from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.publishing import Pending


class MemoryOutbox:
    """Implements `rasid.stream.outbox.PendingStore`; can be told to be away."""

    def __init__(self, clock: Clock) -> None:
        self.is_away = False
        self.documents: dict[str, list[Pending]] = {}
        self._clock = clock
        self._holder: str | None = None
        self._until: datetime = clock.now()

    def add(self, document_id: str, event: Event[Struct]) -> None:
        """A change of a document with the event it causes."""
        self.documents.setdefault(document_id, []).append(Pending(document_id, event.id, to_structured(event)))

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not any(self.documents.values())

    async def oldest(self, limit: int) -> Sequence[Pending]:
        """Waiting events, document after document."""
        self._answer()
        return [pending for events in self.documents.values() for pending in events][:limit]

    async def clear(self, done: Pending) -> None:
        """Forget an event."""
        self._answer()
        left = [pending for pending in self.documents[done.document_id] if pending.event_id != done.event_id]
        self.documents[done.document_id] = left

    async def hold(self, holder: str, seconds: float) -> bool:
        """Take or keep the lease."""
        self._answer()
        now = self._clock.now()
        if self._holder not in {None, holder} and now < self._until:
            return False
        self._holder, self._until = holder, now + timedelta(seconds=seconds)
        return True

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("the store", "the test took it away")
