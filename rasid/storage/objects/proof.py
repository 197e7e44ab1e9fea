"""Does the store hold its locks? Asked of the store itself, with the credential that the application uses.

A store may refuse with one code or another, acknowledge what it does not do, or do what it must not. So no answer is
believed: after each attempt the locked version must still read, byte for byte, and be locked as it was.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rasid.errors import Refused
from rasid.storage.objects.attempts import PROBES, Probe, Trial, Versions
from rasid.storage.objects.stored import Retention, Stored

PREFIX = "lock-proof/"
KEPT = timedelta(minutes=10)
"""How long a proof's own objects are locked: longer than a proof takes, on a slow store with a clock ahead of ours."""
DELETED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt on a locked version that the store let through."""

    probe: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was tried, and what of it the store did not withstand."""

    probes: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def holds(self) -> bool:
        """Whether evidence may be trusted to this store with this credential."""
        return not self.failures

    def __str__(self) -> str:
        if self.holds:
            return f"the object lock holds ({len(self.probes)} probes)"
        return "; ".join(f"{failure.probe}: {failure.why}" for failure in self.failures)


async def prove_lock(bucket: Versions, now: datetime) -> Verdict:
    """Try everything that a lock must withstand on throw-away objects under `lock-proof/`, each locked for 10 minutes.

    `now` is the caller's time (aware UTC). Takes about 60 small requests; removes what earlier proofs have left.

    Raises:
        Unavailable: the store does not answer, so nothing is known.
    """
    await _clear_away(bucket)
    keep_until = now.replace(microsecond=0) + KEPT
    failures = []
    for probe in PROBES:
        why = await _harm_of(bucket, probe, keep_until)
        if why is not None:
            failures.append(Failure(probe.name, why))
    return Verdict(tuple(probe.name for probe in PROBES), tuple(failures))


async def _harm_of(bucket: Versions, probe: Probe, keep_until: datetime) -> str | None:
    """What the probe did to its version; None when the version withstood it."""
    key, body = f"{PREFIX}{secrets.token_hex(16)}", secrets.token_bytes(64)
    retention = None if probe.mode is None else Retention(keep_until, probe.mode)
    try:
        version = await bucket.put(key, body, retention=retention, is_held=retention is None)
    except Refused as error:
        return f"nothing can be stored locked: {error}"
    for attempt in probe.attempts:
        with suppress(Refused):
            await attempt(Trial(bucket, version, retention))
    harm = await _harm(bucket, version, body)
    if retention is None:
        await _let_go(bucket, version)
    return harm


async def _harm(bucket: Versions, version: Stored, body: bytes) -> str | None:
    read = await bucket.get(version.key, version.version_id)
    if read is None:
        return "the locked version is gone"
    if read != body:
        return "the locked version reads other bytes"
    found = await bucket.stat(version.key, version.version_id)
    if found is None or found.is_held != version.is_held:
        return "the hold is gone"
    return _weakened(version.retention, found.retention)


def _weakened(before: Retention | None, after: Retention | None) -> str | None:
    if before is None:
        return None
    if after is None:
        return "the retention is gone"
    if after.mode != before.mode:
        return f"the retention's mode is {after.mode} now"
    return "the retention is shorter now" if after.keep_until < before.keep_until else None


async def _let_go(bucket: Versions, version: Stored) -> None:
    with suppress(Refused):
        await bucket.release(version.key, version.version_id)
        await bucket.delete(version.key, version.version_id)


async def _clear_away(bucket: Versions) -> None:
    """Remove what earlier proofs have left and what is not locked any more; the rest is refused, rightly."""
    left = [version async for version in bucket.list(PREFIX, markers=True)]
    for first in range(0, len(left), DELETED_AT_ONCE):
        await bucket.delete_many(left[first : first + DELETED_AT_ONCE])
