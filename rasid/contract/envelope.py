"""An event as code handles it: the CloudEvents attributes around one typed struct."""

from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from rasid.contract.catalogue import BY_DATA, EventType
from rasid.contract.fields import UtcTime, utc_text

D_co = TypeVar("D_co", bound=Struct, covariant=True)
D = TypeVar("D", bound=Struct)


class Event(Struct, Generic[D_co], frozen=True):
    """One event. Its type, topic, key, subject and schema follow from the class of `data`."""

    id: str
    source: str
    time: UtcTime
    data: D_co

    @property
    def kind(self) -> EventType:
        """The catalogue's row for this event."""
        return BY_DATA[type(self.data)]

    @property
    def type(self) -> str:
        """The CloudEvents type, for example `plate.read`."""
        return self.kind.name

    @property
    def topic(self) -> str:
        """The Kafka topic it belongs on."""
        return self.kind.topic.name

    @property
    def key(self) -> str:
        """The Kafka key: what is kept in order."""
        return self.kind.key(self.data)

    @property
    def subject(self) -> str:
        """The CloudEvents subject: what the event is about."""
        return self.kind.subject(self.data)


def new_event(event_id: str, source: str, at: datetime, data: D) -> Event[D]:
    """Wrap `data` (an instance of a struct in the catalogue) that came to be at the aware time `at`."""
    return Event(id=event_id, source=source, time=utc_text(at), data=data)
