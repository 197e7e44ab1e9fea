"""Where a page of evidence ended: newest first, by the time it was asked for and its id."""

from dataclasses import dataclass
from datetime import datetime

from rasid.contract.fields import parse_utc, utc_text
from rasid.runtime.paging import read_cursor, unreadable, write_cursor


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last evidence of a page: when it was asked for, and its id."""

    requested_at: datetime
    evidence_id: str


def evidence_cursor(cursor: Cursor) -> str:
    """The position after a piece of evidence, as text."""
    return write_cursor(utc_text(cursor.requested_at), cursor.evidence_id)


def read_evidence_cursor(text: str) -> Cursor:
    """The position `evidence_cursor` wrote; raises BadRequest for anything else."""
    requested_at, evidence_id = read_cursor(text, 2)
    try:
        return Cursor(parse_utc(requested_at), evidence_id)
    except ValueError:
        raise unreadable() from None
