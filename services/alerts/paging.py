"""Where a page of alerts ended: newest first, by receipt and id."""

from dataclasses import dataclass
from datetime import datetime

from rasid.contract.fields import parse_utc, utc_text
from rasid.runtime.paging import read_cursor, unreadable, write_cursor


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last alert of a page: when it was received, and its id."""

    received_at: datetime
    alert_id: str


def alert_cursor(cursor: Cursor) -> str:
    """The position after an alert, as text."""
    return write_cursor(utc_text(cursor.received_at), cursor.alert_id)


def read_alert_cursor(text: str) -> Cursor:
    """The position `alert_cursor` wrote; raises BadRequest for anything else."""
    received_at, alert_id = read_cursor(text, 2)
    try:
        return Cursor(parse_utc(received_at), alert_id)
    except ValueError:
        raise unreadable() from None
