"""Does the store hold its locks? Asked of the store itself, with the credential that the application uses.

A store may refuse with one code or another, acknowledge what it does not do, or do what it must not. So no answer is
believed: after each attempt the locked version must still read, byte for byte, and be locked as it was.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from rasid.storage.objects.stored import Retention, Stored

PREFIX = "lock-proof/"
KEPT = timedelta(minutes=10)
"""How long a proof's own objects are locked: longer than a proof takes, on a slow store with a clock ahead of ours."""


class Versions(Protocol):
    """What the proof needs of a bucket; `LockedBucket` has it, and says what each does."""

    async def put(self, key: str, body: bytes, *, retention: Retention | None = None, is_held: bool = False) -> Stored:
        """Store a version."""

    async def stat(self, key: str, version_id: str | None = None) -> Stored | None:
        """Its lock."""

    async def get(self, key: str, version_id: str) -> bytes | None:
        """Its bytes."""

    async def delete(self, key: str, version_id: str | None = None, *, bypass: bool = False) -> None:
        """Delete one."""

    async def delete_many(self, versions: list[Stored], *, bypass: bool = False) -> list[str]:
        """Delete several."""

    async def set_retention(
        self, key: str, version_id: str, retention: Retention | None, *, bypass: bool = False
    ) -> None:
        """Change or remove a retention."""

    async def release(self, key: str, version_id: str) -> None:
        """Clear a hold."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt on a locked version that the store let through."""

    probe: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was tried, and what of it the store did not withstand."""

    probes: tuple[str, ...]
    failures: tuple[Failure, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether evidence may be trusted to this store."""
        return not self.failures

    def __str__(self) -> str:
        if self.holds:
            return f"the object lock holds ({len(self.probes)} probes)"
        return "; ".join(f"{failure.probe}: {failure.why}" for failure in self.failures)


async def prove_lock(bucket: Versions, now: datetime) -> Verdict:
    """Try everything that a lock must withstand on throw-away objects under `lock-proof/`, each locked for 10 minutes.

    `now` is the caller's time (aware UTC). Takes some 40 small requests.

    Raises:
        Unavailable: the store does not answer, so nothing is known.
    """
    raise NotImplementedError
