"""The filters by which MongoDB is asked for a piece of a window, such that an index gives it in its order.

Each value of what an index begins with is one arm of `$or`, with the piece's bounds beside it, and nothing else is in
it: MongoDB merges the arms in order without sorting, and SecantusDB's Rust server, which chooses one index and bounds
it by what stands with it, reads nothing else. The bounds stand outside of the arms as well, for MongoDB may prefer to
walk the piece by time. What no index has (expiry, receipt) stands last.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from rasid.storage.mongo import Document
from services.search.ports import PassageQuery
from services.search.stretches import Moment, Piece

# What the indexes begin with, the most telling first.
KEYS = ("plates", "camera_id", "site_id")
# MongoDB merges at most 200 scans in order: beyond that it would sort.
MOST_ARMS = 100


def filters(query: PassageQuery, piece: Piece, now: datetime) -> list[Document]:
    """One filter for each `MOST_ARMS` values asked for; none when nothing can match."""
    values: dict[str, Collection[str] | None] = dict(
        zip(KEYS, (query.plates, query.camera_ids, query.site_ids), strict=True)
    )
    asked = {key: sorted(given) for key, given in values.items() if given is not None}
    leading = next(iter(asked), None)
    wanted: Document = _bounds(piece) | {key: {"$in": given} for key, given in asked.items() if key != leading}
    wanted |= {"expires_at": {"$gt": now}, "received_at": {"$gte": query.window.received_since}}
    if leading is None:
        return [wanted]
    return [
        wanted | {"$or": [{leading: value} | _bounds(piece) for value in values]} for values in _chunks(asked[leading])
    ]


def _bounds(piece: Piece) -> Document:
    """Both ends of every range are given: with one alone an engine may read all there is."""
    if isinstance(piece, Moment):
        return {"captured_at": piece.at, "_id": {"$gte": "", "$lt": piece.before_id}}
    return {"captured_at": {"$gte": piece.since, "$lt": piece.until}}


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), MOST_ARMS):
        yield values[start : start + MOST_ARMS]
