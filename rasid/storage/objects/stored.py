"""What the store says of one version of an object."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Mode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when (aware UTC, whole seconds) a version cannot be deleted.

    In governance mode a credential with that special right may bypass it, in compliance mode nobody may.
    """

    keep_until: datetime
    mode: Mode = "GOVERNANCE"


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of an object. The fields of the lock are None when they were not asked for or are not set."""

    key: str
    version_id: str
    size_bytes: int
    media_type: str | None = None
    stored_at: datetime | None = None
    retention: Retention | None = None
    is_held: bool = False
    is_latest: bool = True
