"""Who changed what in the registry, and when: old and new values, and never a credential. No IO."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from services.ingest.registry.entries import EntryEdit, KindName

What = Literal["registered", "changed", "credential_issued", "credential_revoked"]


class Author(Struct, frozen=True):
    """Who changes: the subject of their token, and their agency."""

    subject: str
    agency: str


class Change(Struct, frozen=True, kw_only=True):
    """One change of one entry. `number` only grows over the whole registry, with gaps.

    `fields` has the old and the new value of each field that changed, as in the API; none for a credential.
    """

    number: int
    kind: KindName
    key: str
    at: datetime
    by: Author
    what: What
    fields: Mapping[str, Mapping[str, Any]] = {}


def differences(before: EntryEdit | None, after: EntryEdit) -> dict[str, dict[str, Any]]:
    """The fields that differ, each `{"before": ..., "after": ...}`; of what is new, those that say something."""
    new = after.model_dump(mode="json")
    old = dict.fromkeys(new) if before is None else before.model_dump(mode="json")
    return {
        name: {"before": old[name], "after": value}
        for name, value in new.items()
        if value != old[name] and (before is not None or _says_something(value))
    }


def _says_something(value: Any) -> bool:
    return any(one is not None for one in value.values()) if isinstance(value, dict) else value not in (None, [])
