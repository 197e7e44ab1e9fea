"""What a spool does not deliver: told apart and added up, so that each loss is on record. No IO."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from rasid.errors import InvalidEvent
from rasid.stream.spool_row import Row

EXPIRED = "expired_in_spool"
DAMAGED = "damaged_in_spool"


class Loss(Struct, frozen=True):
    """Rows of one kind and key that were accepted and do not arrive.

    `reason` is a short stable code, `detail` is for a person. `first_ms` and `last_ms` say when they came. `value` is
    what was refused, when that is the reason.
    """

    reason: str
    detail: str
    kind: str
    key: bytes
    rows: int
    first_ms: int
    last_ms: int
    value: bytes = b""


def expired(rows: Sequence[tuple[bytes, Row]]) -> list[Loss]:
    """Of rows that have outlived their time, each with its key."""
    why = "they could not be delivered for longer than they may be kept, and were deleted"
    return [_loss(EXPIRED, why, key, found) for key, found in _by_key(rows)]


def damaged(rows: Sequence[Row]) -> list[Loss]:
    """Of rows that are not what was written: whose they were cannot be told."""
    why = "the disk did not keep them as they were written"
    return [_loss(DAMAGED, why, b"", found) for _, found in _by_key([(b"", row) for row in rows])]


def unreadable(rows: int, kind: str, now_ms: int) -> Loss:
    """Of rows in a damaged file, of which nothing is known but their number."""
    return Loss(DAMAGED, "the file they were in was damaged", kind, b"", rows, now_ms, now_ms)


def refused(key: bytes, row: Row, error: InvalidEvent, value: bytes) -> Loss:
    """Of a row that will never be taken."""
    return Loss(error.reason, error.detail, row.kind, key, 1, row.spooled_ms, row.spooled_ms, value)


def _by_key(rows: Iterable[tuple[bytes, Row]]) -> list[tuple[bytes, list[Row]]]:
    groups: dict[tuple[str, bytes], list[Row]] = {}
    for key, row in rows:
        groups.setdefault((row.kind, key), []).append(row)
    return [(key, found) for (_, key), found in groups.items()]


def _loss(reason: str, detail: str, key: bytes, rows: Sequence[Row]) -> Loss:
    times = [row.spooled_ms for row in rows]
    return Loss(reason, detail, rows[0].kind, key, len(rows), min(times), max(times))
