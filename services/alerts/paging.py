"""Where a page of a list ended, as text that a client passes back unread."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from rasid.contract.fields import parse_utc, utc_text
from rasid.errors import BadRequest

SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last alert of a page: when it was received, and its id."""

    received_at: datetime
    alert_id: str


def write_cursor(*parts: str) -> str:
    """Put the parts of a position into one word that fits into a URL."""
    return base64.urlsafe_b64encode(SEPARATOR.join(parts).encode()).decode().rstrip("=")


def read_cursor(text: str, count: int) -> list[str]:
    """The `count` parts of a position that `write_cursor` wrote; raises BadRequest for anything else."""
    try:
        parts = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode().split(SEPARATOR)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        parts = []
    if len(parts) != count:
        raise _unreadable()
    return parts


def alert_cursor(cursor: Cursor) -> str:
    """The position after an alert, as text."""
    return write_cursor(utc_text(cursor.received_at), cursor.alert_id)


def read_alert_cursor(text: str) -> Cursor:
    """The position `alert_cursor` wrote; raises BadRequest for anything else."""
    received_at, alert_id = read_cursor(text, 2)
    try:
        return Cursor(parse_utc(received_at), alert_id)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> BadRequest:
    return BadRequest(
        "cursor-unreadable",
        "`cursor` is not one this list gave out: pass back `next_cursor` of the page before, or leave it out",
    )
