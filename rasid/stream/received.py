"""An event as a handler gets it: decoded, and with its place in the log."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from rasid.contract.codec import decode
from rasid.contract.envelope import Event
from rasid.stream.ports import Record


class Received(Struct, frozen=True):
    """One event and where it lies; `appended_at` is the broker's own time."""

    event: Event[Any]
    topic: str
    partition: int
    offset: int
    appended_at: datetime


def receive(topic: str, record: Record) -> Received:
    """Decode a record; raises InvalidEvent."""
    return Received(
        event=decode(record.headers, record.value),
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        appended_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )
