"""What the archive needs of its stores, without knowing which. Every method raises Unavailable when one is away."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.runtime.hashing import Digests
from rasid.runtime.paging import Cursor
from services.archive.evidence import CustodyEntry, Evidence, State, Upload
from services.archive.lifecycle import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceQuery:
    """Which evidence of one agency to read, newest first: asked for from `since` until before `until` (None: open)."""

    agency: str
    state: State | None = None
    alert_id: str | None = None
    case_id: str | None = None
    camera_id: str | None = None
    held_by: str | None = None
    erasure_is_open: bool = False
    release_is_open: bool = False
    since: datetime | None = None
    until: datetime | None = None
    after: Cursor | None = None
    limit: int = 50


class EvidenceStore(Protocol):
    """The manifests, with their custody."""

    async def add(self, evidence: Evidence, *events: Event[Struct]) -> Evidence:
        """Add evidence with its events unless it is there, and return what is stored."""

    async def evidence(self, evidence_id: str) -> Evidence | None:
        """One piece of evidence, readable or not."""

    async def page(self, query: EvidenceQuery, now: datetime) -> list[Evidence]:
        """A page of what is readable, newest first."""

    async def save(self, step: Step) -> bool:
        """Store a step with its events if the stored revision is the one before; False when it changed meanwhile."""

    async def note(self, evidence_id: str, line: CustodyEntry) -> None:
        """Add a line to the custody."""

    async def overdue(self, now: datetime, limit: int) -> list[Evidence]:
        """What has expired and no case holds: clips, and requests that nobody met."""

    async def erasing_since(self) -> datetime | None:
        """When the way out began of the evidence that waits longest for the eraser; None when none does."""

    async def owners(self, object_key: str) -> set[str]:
        """The version ids under a key that are some evidence's clip."""

    async def alert_received(self, alert_id: str) -> datetime | None:
        """When the first read of an alert was received; None when that is not known."""

    async def remember_alert(self, alert_id: str, received_at: datetime, forget_at: datetime) -> None:
        """Remember it until `forget_at`."""


class UploadStore(Protocol):
    """Clips on their way into the object store."""

    async def begin(self, upload: Upload) -> None:
        """Note an upload before its bytes are put."""

    async def end(self, upload_id: str) -> None:
        """Forget an upload whose outcome is settled."""

    async def unsettled(self, spool: str, now: datetime, limit: int) -> list[Upload]:
        """Uploads that came through this part of the spool, and any that should have ended before `now`."""

    async def hand_over(self, upload_id: str, until: datetime) -> None:
        """What the store has of it is a stray: the eraser removes it after `until`."""


class ErasureQueue(Protocol):
    """What the eraser is left, in the same database, and where it says what it did."""

    async def erasing(self, limit: int) -> list[Evidence]:
        """Evidence whose bytes have to go."""

    async def save(self, step: Step) -> bool:
        """Store a step with its events if the stored revision is the one before; False when it changed meanwhile."""

    async def strays(self, now: datetime, limit: int) -> list[Upload]:
        """Uploads that were handed over, and whose time has come."""

    async def owners(self, object_key: str) -> set[str]:
        """The version ids under a key that are some evidence's clip."""

    async def put_off(self, upload_id: str, until: datetime) -> None:
        """Look at a stray again later."""

    async def end(self, upload_id: str) -> None:
        """Forget an upload of which nothing is left."""


class CertificateKeys(Protocol):
    """The public keys that certificates of deletion were ever signed with."""

    async def certificate_keys(self) -> list[dict[str, str]]:
        """They, as JSON Web Keys."""


class Version(Protocol):
    """One version of an object, as the object store tells of it."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def version_id(self) -> str:
        """Its id."""

    @property
    def size_bytes(self) -> int:
        """Its length."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A version that is named by the manifest."""

    key: str
    version_id: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file on its way into the bucket: its SHA-256 (hex), its media type, and until when it is locked."""

    sha256: str
    media_type: str
    keep_until: datetime


class ClipStore(Protocol):
    """The locked bucket, used with one credential. Raises Refused when a lock stands against it, Altered, Full."""

    async def put(self, key: str, path: Path, parcel: Parcel, when_sent: Callable[[], Awaitable[None]]) -> str:
        """Store a file, locked from its first moment; returns the version's id.

        `when_sent` is awaited before anything becomes visible; when it raises, nothing does.
        """

    async def versions(self, key: str) -> Sequence[Version]:
        """All versions under exactly this key."""

    def read(self, version: Version, digests: Digests, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` to before `end` (None: the end), each chunk once its digest is right; raises Altered.

        Of all bytes the last come only when the SHA-256 of everything is right. Parts need the digests of chunks.
        """

    async def verify(self, version: Version, sha256: str) -> Digests:
        """Read all, compare, and return the digests; raises Altered."""

    async def hold(self, key: str, version_id: str) -> None:
        """Set the legal hold."""

    async def release(self, key: str, version_id: str) -> None:
        """Clear the legal hold."""

    async def drop_unfinished(self, older_than: datetime) -> int:
        """Drop what was begun before then and never became an object; returns how many uploads that were."""


class ErasableClips(Protocol):
    """The locked bucket, as the eraser reaches it. Raises Refused when a lock stands against it."""

    async def versions(self, key: str) -> Sequence[Version]:
        """All versions under exactly this key."""

    async def release(self, key: str, version_id: str) -> None:
        """Clear the legal hold; nothing when the version is gone."""

    async def delete(self, key: str, version_id: str, *, bypass: bool = False) -> None:
        """Delete a version for good (nothing when it is gone); `bypass` steps over its retention."""


class PassingPictures(Protocol):
    """The pictures' bucket, as the eraser reaches it. Every method raises Unavailable."""

    async def first(self, prefix: str, before: str, *, after: str = "") -> Sequence[str]:
        """The first keys under `prefix` that sort before `before` and after `after`, in order; none: there is none."""

    async def remove(self, keys: Sequence[str]) -> None:
        """Delete what is there of them."""
