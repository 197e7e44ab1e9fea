"""Does the store hold its locks? Asked of the store itself, with the credential that will be used.

A store may refuse with one code or another, acknowledge what it does not do, or do what it must not. So no answer is
believed: after each attempt the locked version must still read, byte for byte, and be locked as it was.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rasid.errors import Refused
from rasid.runtime.ids import Ids
from rasid.storage.objects.attempts import ERASER_PROBES, PROBES, Probe, Trial, Versions
from rasid.storage.objects.stored import Mode, Retention, Stored

FOLDER = "lock-proof/"
ERASER_FOLDER = "eraser-proof/"
HELD = "held/"
KEPT = timedelta(minutes=10)
"""How long a proof's own objects are locked: longer than a proof takes, on a slow store with a clock ahead of ours."""
DELETED_AT_ONCE = 500
ERASING = "erase"


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


async def prove_lock(bucket: Versions, now: datetime, ids: Ids, *, prefix: str = "") -> Verdict:
    """Try everything that a lock must withstand, on throw-away objects under `lock-proof/` behind `prefix`.

    `bucket` has the archive's credential; `now` is the caller's time (aware UTC). It leaves a few tiny objects that
    stay locked for 10 minutes, which `prove_eraser` removes later. Takes about 70 small requests.

    Raises:
        Unavailable: the store does not answer, so nothing is known.
    """
    return await _Proof(bucket, now, ids, prefix + FOLDER).verdict(PROBES)


async def prove_eraser(bucket: Versions, now: datetime, ids: Ids, *, prefix: str = "") -> Verdict:
    """Show that the eraser deletes what is locked and that a hold stops it, on objects under `eraser-proof/`.

    `bucket` has the eraser's credential. It also removes what earlier proofs, of the lock too, have left.

    Raises:
        Unavailable: the store does not answer, so nothing is known.
    """
    proof = _Proof(bucket, now, ids, prefix + ERASER_FOLDER)
    for folder in (proof.folder, prefix + FOLDER):
        await proof.clear_away(folder)
    verdict = await proof.verdict(ERASER_PROBES)
    why = await proof.harm_of_erasing()
    failed = () if why is None else (Failure(ERASING, why),)
    return Verdict((*verdict.probes, ERASING), (*verdict.failures, *failed))


class _Proof:
    def __init__(self, bucket: Versions, now: datetime, ids: Ids, folder: str) -> None:
        self._bucket = bucket
        self._now = now.replace(microsecond=0)
        self._ids = ids
        self.folder = folder

    async def verdict(self, probes: Sequence[Probe]) -> Verdict:
        """What becomes of these probes."""
        failures = [Failure(probe.name, why) for probe in probes if (why := await self._harm_of(probe)) is not None]
        return Verdict(tuple(probe.name for probe in probes), tuple(failures))

    async def _harm_of(self, probe: Probe) -> str | None:
        """What the probe did to its version; None when the version withstood it."""
        try:
            trial = await self._trial(probe.mode)
            for attempt in probe.attempts:
                with suppress(Refused):
                    await attempt(trial)
        except Refused as error:
            return str(error)
        harm = await _harm(trial)
        if probe.mode is None:
            await self._let_go(trial.version)
        return harm

    async def harm_of_erasing(self) -> str | None:
        """Why this credential cannot do what the eraser is for."""
        trial = await self._trial("GOVERNANCE")
        with suppress(Refused):
            await self._bucket.delete(trial.key, trial.version_id, bypass=True)
        if await self._bucket.get(trial.key, trial.version_id) is None:
            return None
        return "the eraser's credential cannot delete a locked version"

    async def clear_away(self, folder: str) -> None:
        """Delete what proofs have left, not what one is at: the store rightly refuses what is still locked."""
        before = self._now - KEPT
        listed = [version async for version in self._bucket.list(folder, markers=True)]
        left = [version for version in listed if version.stored_at is None or version.stored_at < before]
        for version in left:  # a proof that was killed may have left a hold, which does not end by itself
            if version.key.startswith(folder + HELD):
                await self._let_go(version)
        for first in range(0, len(left), DELETED_AT_ONCE):
            await self._bucket.delete_many(left[first : first + DELETED_AT_ONCE])

    async def _trial(self, mode: Mode | None) -> Trial:
        retention = None if mode is None else Retention(self._now + KEPT, mode)
        key = self.folder + HELD * (mode is None) + self._ids.new()
        body, other_body = self._ids.secret().encode(), self._ids.secret().encode()
        put = await self._bucket.put(key, body, retention=retention, is_held=retention is None)
        return Trial(self._bucket, put, retention, body, other_body)

    async def _let_go(self, version: Stored) -> None:
        with suppress(Refused):
            await self._bucket.release(version.key, version.version_id)
            await self._bucket.delete(version.key, version.version_id)


async def _harm(trial: Trial) -> str | None:
    read = await trial.bucket.get(trial.key, trial.version_id)
    if read is None:
        return "the locked version is gone"
    if read != trial.body:
        return "the locked version reads other bytes"
    found = await trial.bucket.stat(trial.key, trial.version_id)
    if found is None or (trial.retention is None and not found.is_held):
        return "the hold is gone"
    return _weakened(trial.retention, found.retention)


def _weakened(before: Retention | None, after: Retention | None) -> str | None:
    if before is None:
        return None
    if after is None:
        return "the retention is gone"
    if after.mode != before.mode:
        return f"the retention's mode is {after.mode} now"
    return "the retention is shorter now" if after.keep_until < before.keep_until else None
