"""What a lock must withstand, each attempt made as anybody with that credential could make it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from rasid.storage.objects.stored import Mode, Retention, Stored

SOONER = timedelta(minutes=5)


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

    def list(self, prefix: str = "", *, markers: bool = False) -> AsyncIterator[Stored]:
        """What is there."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One version that attempts are made on, with the credential of `bucket`: locked, or held without `retention`."""

    bucket: Versions
    version: Stored
    retention: Retention | None
    body: bytes
    other_body: bytes

    @property
    def key(self) -> str:
        """The version's key."""
        return self.version.key

    @property
    def version_id(self) -> str:
        """The version's id."""
        return self.version.version_id


Attempt = Callable[[Trial], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Probe:
    """Attempts, one after the other, on a version that is locked in `mode`, or held when there is none."""

    name: str
    attempts: tuple[Attempt, ...]
    mode: Mode | None = "GOVERNANCE"


async def delete(trial: Trial, *, bypass: bool = False) -> None:
    """Delete the version."""
    await trial.bucket.delete(trial.key, trial.version_id, bypass=bypass)


async def delete_in_bulk(trial: Trial, *, bypass: bool = False) -> None:
    """The same by the request for many, which stores check in another place."""
    await trial.bucket.delete_many([trial.version], bypass=bypass)


async def hide(trial: Trial) -> None:
    """Delete the key without naming a version: a marker hides it, and the version must stay."""
    await trial.bucket.delete(trial.key)


async def overwrite(trial: Trial) -> None:
    """Put other bytes under the key: they must become another version."""
    await trial.bucket.put(trial.key, trial.other_body)


async def shorten(trial: Trial, *, bypass: bool = False) -> None:
    """Let the retention end sooner."""
    if trial.retention is not None:
        sooner = Retention(trial.retention.keep_until - SOONER, trial.retention.mode)
        await trial.bucket.set_retention(trial.key, trial.version_id, sooner, bypass=bypass)


async def downgrade(trial: Trial, *, bypass: bool = False) -> None:
    """Turn compliance, which nobody may bypass, into governance."""
    if trial.retention is not None:
        weaker = Retention(trial.retention.keep_until, "GOVERNANCE")
        await trial.bucket.set_retention(trial.key, trial.version_id, weaker, bypass=bypass)


async def remove(trial: Trial, *, bypass: bool = False) -> None:
    """Take the retention away."""
    await trial.bucket.set_retention(trial.key, trial.version_id, None, bypass=bypass)


def _bypassing(attempt: Callable[..., Awaitable[object]]) -> Attempt:
    return partial(attempt, bypass=True)


PROBES = (
    Probe("delete", (delete,)),
    Probe("delete in bulk", (delete_in_bulk,)),
    Probe("hide behind a delete marker", (hide,)),
    Probe("overwrite", (overwrite,)),
    Probe("shorten", (shorten, delete)),
    Probe("remove the retention", (remove, delete)),
    Probe("delete with bypass", (_bypassing(delete),)),
    Probe("delete in bulk with bypass", (_bypassing(delete_in_bulk),)),
    Probe("shorten with bypass", (_bypassing(shorten), delete)),
    Probe("remove the retention with bypass", (_bypassing(remove), delete)),
    Probe("downgrade compliance", (downgrade, _bypassing(downgrade), _bypassing(delete)), "COMPLIANCE"),
    Probe("delete what is held", (delete, delete_in_bulk), None),
    Probe("delete what is held with bypass", (_bypassing(delete), _bypassing(delete_in_bulk)), None),
)
"""What is tried with the archive's credential."""
ERASER_PROBES = (Probe("erase what is held", (_bypassing(delete), _bypassing(delete_in_bulk)), None),)
"""What not even the eraser's may do."""
