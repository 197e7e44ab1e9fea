"""The archive's stores in memory, with the same promises as the real ones, and ways to break them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.envelope import Event
from rasid.errors import Altered, Refused, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.hashing import Digests
from rasid.storage.objects import reading
from services.archive.evidence import CustodyEntry, Evidence, Upload
from services.archive.lifecycle import Step
from services.archive.ports import EvidenceQuery, Parcel, Version, Whole
from services.archive.releasing import open_releases


class MemoryEvidence:
    """Implements all that `ports` asks of the database; events are kept in the order they were written."""

    def __init__(self) -> None:
        self.stored: dict[str, Evidence] = {}
        self.uploads: dict[str, Upload] = {}
        self.alerts: dict[str, datetime] = {}
        self.events: list[Event[Struct]] = []
        self.keys: dict[str, dict[str, str]] = {}
        self.is_away = False

    async def add(self, evidence: Evidence, *events: Event[Struct]) -> Evidence:
        self._answer()
        if evidence.evidence_id not in self.stored:
            self.stored[evidence.evidence_id] = evidence
            self.events += events
        return self.stored[evidence.evidence_id]

    async def evidence(self, evidence_id: str) -> Evidence | None:
        self._answer()
        return self.stored.get(evidence_id)

    async def page(self, query: EvidenceQuery, now: datetime) -> list[Evidence]:
        self._answer()
        wanted = [one for one in self.stored.values() if one.is_readable(now) and _fits(one, query, now)]
        wanted.sort(key=lambda one: (one.requested_at, one.evidence_id), reverse=True)
        return wanted[: query.limit]

    async def save(self, step: Step) -> bool:
        self._answer()
        before = self.stored[step.evidence.evidence_id]
        if before.revision != step.evidence.revision - 1:
            return False
        self.stored[before.evidence_id] = replace(step.evidence, custody=(*before.custody, *step.entries))
        self.events += step.events
        return True

    async def note(self, evidence_id: str, line: CustodyEntry) -> None:
        self._answer()
        before = self.stored[evidence_id]
        self.stored[evidence_id] = replace(before, custody=(*before.custody, line))

    async def overdue(self, now: datetime, limit: int) -> list[Evidence]:
        self._answer()
        late = [
            one
            for one in self.stored.values()
            if one.state in {"awaited", "stored"} and not one.is_held and one.expires_at <= now
        ]
        return late[:limit]

    async def erasing(self, limit: int) -> list[Evidence]:
        self._answer()
        return [one for one in self.stored.values() if one.state == "erasing"][:limit]

    async def erasing_since(self) -> datetime | None:
        self._answer()
        began = [one.erasing_at for one in self.stored.values() if one.state == "erasing"]
        return min((at for at in began if at is not None), default=None)

    async def owners(self, object_key: str) -> set[str]:
        self._answer()
        clips = [one.clip for one in self.stored.values() if one.clip is not None]
        return {clip.version_id for clip in clips if clip.object == object_key}

    async def alert_received(self, alert_id: str) -> datetime | None:
        self._answer()
        return self.alerts.get(alert_id)

    async def remember_alert(self, alert_id: str, received_at: datetime, forget_at: datetime) -> None:
        self._answer()
        self.alerts[alert_id] = received_at

    async def begin(self, upload: Upload) -> None:
        self._answer()
        self.uploads[upload.upload_id] = upload

    async def end(self, upload_id: str) -> None:
        self._answer()
        self.uploads.pop(upload_id, None)

    async def unsettled(self, spool: str, now: datetime, limit: int) -> list[Upload]:
        self._answer()
        ours = [one for one in self.uploads.values() if not one.is_stray]
        return [one for one in ours if one.spool == spool or one.settle_after <= now][:limit]

    async def hand_over(self, upload_id: str, until: datetime) -> None:
        self._answer()
        self.uploads[upload_id] = replace(self.uploads[upload_id], is_stray=True, settle_after=until, spool="")

    async def strays(self, now: datetime, limit: int) -> list[Upload]:
        self._answer()
        return [one for one in self.uploads.values() if one.is_stray and one.settle_after <= now][:limit]

    async def put_off(self, upload_id: str, until: datetime) -> None:
        self._answer()
        self.uploads[upload_id] = replace(self.uploads[upload_id], settle_after=until)

    async def certificate_keys(self) -> list[dict[str, str]]:
        self._answer()
        return list(self.keys.values())

    def _answer(self) -> None:
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


@dataclass
class Kept:
    """A version of an object."""

    body: bytes
    locked_until: datetime
    is_held: bool = False


@dataclass
class MemoryClips:
    """Implements `ports.ClipStore` and `ports.ErasableClips`. With `may_bypass` it has the eraser's credential; `twin`
    shares its objects.

    `fetched` are the pieces that were read: where, and how many bytes.
    `fails` is raised by the next put, after the bytes are there when `fails_late`.
    """

    clock: Clock
    may_bypass: bool = False
    objects: dict[tuple[str, str], Kept] = field(default_factory=dict)
    fails: Exception | None = None
    fails_late: bool = False
    unfinished: list[datetime] = field(default_factory=list)
    fetched: list[tuple[int, int]] = field(default_factory=list)

    def twin(self) -> "MemoryClips":
        """The same objects with the eraser's credential."""
        return MemoryClips(self.clock, may_bypass=True, objects=self.objects)

    async def put(self, key: str, path: Path, parcel: Parcel, when_sent: Callable[[], Awaitable[None]]) -> str:
        await when_sent()
        failure, self.fails = self.fails, None
        if failure is not None and not self.fails_late:
            raise failure
        body = await asyncio.to_thread(path.read_bytes)
        assert hashlib.sha256(body).hexdigest() == parcel.sha256
        version_id = f"v{len(self.objects) + 1}"
        self.objects[key, version_id] = Kept(body, parcel.keep_until)
        if failure is not None:
            raise failure
        return version_id

    async def versions(self, key: str) -> Sequence[Version]:
        return [Whole(name, version, len(kept.body)) for (name, version), kept in self.objects.items() if name == key]

    def read(self, version: Version, digests: Digests, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return reading.verified(self._fetch(version), version.size_bytes, digests, start, end)

    async def verify(self, version: Version, sha256: str) -> Digests:
        found = await reading.digested(self._fetch(version), version.size_bytes)
        found.check_whole(sha256)
        return found

    async def hold(self, key: str, version_id: str) -> None:
        self.objects[key, version_id].is_held = True

    async def release(self, key: str, version_id: str) -> None:
        if (key, version_id) in self.objects:
            self.objects[key, version_id].is_held = False

    async def delete(self, key: str, version_id: str, *, bypass: bool = False) -> None:
        kept = self.objects.get((key, version_id))
        if kept is None:
            return
        is_locked = kept.locked_until > self.clock.now() and not (bypass and self.may_bypass)
        if kept.is_held or is_locked:
            raise Refused("the version is locked")
        del self.objects[key, version_id]

    async def drop_unfinished(self, older_than: datetime) -> int:
        before, self.unfinished = len(self.unfinished), [at for at in self.unfinished if at >= older_than]
        return before - len(self.unfinished)

    def _fetch(self, version: Version) -> reading.Fetch:
        async def fetch(start: int, size_bytes: int) -> bytes:
            kept = self.objects.get((version.key, version.version_id))
            if kept is None or len(kept.body) != version.size_bytes:
                raise Altered("it has another length, or is gone")
            self.fetched.append((start, size_bytes))
            return kept.body[start : start + size_bytes]

        return fetch


def _fits(evidence: Evidence, query: EvidenceQuery, now: datetime) -> bool:
    names = ("agency", "state", "alert_id", "case_id", "camera_id")
    if any(getattr(query, name) not in {None, getattr(evidence, name)} for name in names):
        return False
    if query.held_by is not None and query.held_by not in {hold.case_id for hold in evidence.holds}:
        return False
    request = evidence.erasure
    if query.erasure_is_open and (request is None or request.state != "asked" or request.valid_until <= now):
        return False
    if query.release_is_open and not open_releases(evidence, now):
        return False
    at = evidence.requested_at
    is_before = query.after is None or (at, evidence.evidence_id) < (query.after.at, query.after.row_id)
    return is_before and (query.since is None or at >= query.since) and (query.until is None or at < query.until)
