"""Where a page of a list ended, as text that a client passes back unread."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from rasid.contract.fields import parse_utc, utc_text
from rasid.errors import BadRequest

SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page of a list that is sorted by a time and an id."""

    at: datetime
    row_id: str

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """The cursor that `text` was; None for None. Raises BadRequest for what no list gave out."""
        if text is None:
            return None
        at, row_id = read_cursor(text, 2)
        try:
            return cls(parse_utc(at), row_id)
        except ValueError:
            raise unreadable() from None

    @property
    def text(self) -> str:
        """What a client passes back."""
        return write_cursor(utc_text(self.at), self.row_id)


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
        raise unreadable()
    return parts


def unreadable() -> BadRequest:
    """What is said of a cursor that no list gave out."""
    return BadRequest(
        "cursor-unreadable",
        "`cursor` is not one this list gave out: pass back `next_cursor` of the page before, or leave it out",
    )
