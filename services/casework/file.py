"""The file of a case: notes, and links to alerts, passages and evidence. It only grows: nothing is taken back.

A note is corrected by another that says which one it corrects; a link that no longer holds is ended by a line that says
so. Pure.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

EntryKind = Literal["note", "link", "unlink"]
TargetKind = Literal["alert", "passage", "evidence"]


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the file. `by` None: the platform by itself. A note has `text`, the others what they are about.

    `request_sha256` is the digest of the request that wrote it.
    """

    entry_id: str = field(name="_id")
    case_id: str
    kind: EntryKind
    at: datetime
    by: str | None
    agency: str | None
    text: str | None = None
    corrects: str | None = None
    target_kind: TargetKind | None = None
    target_id: str | None = None
    reason: str | None = None
    request_sha256: str | None = None


def links_in_force(entries: Iterable[Entry]) -> list[Entry]:
    """The links that hold, each target once, in the order of their lines; `entries` are given oldest first."""
    found: dict[tuple[TargetKind | None, str | None], Entry] = {}
    for one in entries:
        target = (one.target_kind, one.target_id)
        if one.kind == "link":
            found.setdefault(target, one)
        elif one.kind == "unlink":
            found.pop(target, None)
    return list(found.values())
