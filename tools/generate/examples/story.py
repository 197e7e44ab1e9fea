"""What the examples have in common: places, people, moments."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id, digest

SITE = "bridge"
CAMERA = "bridge-in"
AGENCY = "police"
CASE = "case-2026-0117"
DUTY_CASE = "duty-control-room"
OFFICER = "officer-17"
LIST = "stolen-vehicles"
ENTRY = "stolen-0042"
PLATE_RAW = "13 A 12345"
PLATE_TEXT = "13A12345"

SEEN_AT = datetime(2026, 11, 24, 6, 15, 30, 482_000, tzinfo=UTC)
RECEIVED_AT = SEEN_AT + timedelta(milliseconds=318)


def after(seconds: float) -> datetime:
    """A moment this long after the plate was seen."""
    return SEEN_AT + timedelta(seconds=seconds)


def told(source: str, what: str, at: datetime, data: Struct) -> Event[Struct]:
    """An event with an id of its own, made from `what`."""
    return new_event(caused_id("example", what), source, at, data)


def picture_digest(name: str) -> str:
    """The digest of a picture that does not exist."""
    return digest(name.encode())
