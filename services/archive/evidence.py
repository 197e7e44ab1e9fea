"""Evidence as stored: what was asked for, the clip that came, who holds it, and everything that was done with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from rasid.contract.fields import parse_utc, utc_text
from rasid.identity.second_person import Consent
from rasid.runtime.hashing import Digests

SOURCE = "/archive"

State = Literal["awaited", "failed", "stored", "erasing", "erased"]
Deed = Literal[
    "requested",
    "received",
    "stored",
    "failed",
    "viewed",
    "held",
    "release_asked",
    "release_refused",
    "released",
    "verified",
    "found_altered",
    "erasure_asked",
    "erasure_refused",
    "erasure_approved",
    "expired",
    "erased",
]


class CustodyEntry(Struct, frozen=True, kw_only=True):
    """One line of the chain of custody: who did what when. Lines are added, never changed.

    `by` is the subject of the token (None: the platform by itself), `note` a short text without personal data.
    """

    at: datetime
    deed: Deed
    by: str | None = None
    case_id: str | None = None
    note: str | None = None


class Span(Struct, frozen=True):
    """From a moment until just before another."""

    from_at: datetime
    to_at: datetime


class Track(Struct, frozen=True, kw_only=True):
    """One stream of a clip, as its probe saw it."""

    kind: str
    codec: str | None = None
    width: int | None = None
    height: int | None = None


class Clip(Struct, frozen=True, kw_only=True):
    """The manifest of the stored bytes: which they are, where they lie, what they show.

    `locked_until` is the retention that the object store enforces; `duration_seconds` None when the clip does not say.
    `chunk_sha256` has the digest of each mebibyte, end to end; it is empty in manifests that were written before there
    was any, until the clip is next read. `is_cut_off`: by its own account its end is missing.
    """

    object: str
    version_id: str
    sha256: str
    size_bytes: int
    media_type: str
    shows: Span
    gaps: tuple[Span, ...] = ()
    duration_seconds: float | None = None
    tracks: tuple[Track, ...] = ()
    received_at: datetime
    received_from: str
    locked_until: datetime
    chunk_sha256: bytes = b""
    is_cut_off: bool = False

    @property
    def digests(self) -> Digests:
        """What its bytes are known by."""
        return Digests(self.sha256, self.chunk_sha256)


class Failure(Struct, frozen=True, kw_only=True):
    """Why there is no clip."""

    at: datetime
    reason: str
    retriable: bool


class Hold(Struct, frozen=True, kw_only=True):
    """A case that keeps the clip, however old it gets. `release`: what one person asked for to end that."""

    case_id: str
    at: datetime
    by: str
    release: Consent | None = None


class Evidence(Struct, frozen=True, kw_only=True):
    """One piece of evidence.

    `revision` grows with every change of state, `version` with every event that tells of one. `expires_at` counts from
    the receipt of the clip (before that, from the request) and does not matter while `holds` is not empty. `erasing_at`
    is when its way out began.
    """

    evidence_id: str = field(name="_id")
    agency: str
    alert_id: str | None = None
    case_id: str | None = None
    camera_id: str
    window: Span
    reason: str
    requested_by: str | None = None
    requested_at: datetime
    state: State = "awaited"
    revision: int = 1
    version: int = 0
    clip: Clip | None = None
    failure: Failure | None = None
    holds: tuple[Hold, ...] = ()
    is_held: bool = False
    erasure: Consent | None = None
    certificate: str | None = None
    expires_at: datetime
    erasing_at: datetime | None = None
    custody: tuple[CustodyEntry, ...] = ()

    @property
    def cases(self) -> frozenset[str]:
        """The cases it is of: the one it was asked for under, and those that hold it."""
        own = () if self.case_id is None else (self.case_id,)
        return frozenset((*own, *(hold.case_id for hold in self.holds)))

    def is_readable(self, now: datetime) -> bool:
        """Whether it is there for people: not erased, and held or not expired."""
        return self.state in {"awaited", "failed", "stored"} and (self.is_held or self.expires_at > now)


class Upload(Struct, frozen=True, kw_only=True):
    """A clip on its way into the object store, noted before it is put there so that a crash leaves no stray object.

    `spool` is the part of the spool folder it came through: its next owner knows that this upload is over. `is_stray`:
    what the store has of it is nobody's clip, and goes when its lock has run out.
    """

    upload_id: str = field(name="_id")
    evidence_id: str
    clip: Clip
    by: str
    case_id: str | None
    spool: str
    settle_after: datetime
    is_stray: bool = False


def moment(at: datetime) -> datetime:
    """The time as events and the database keep it: whole milliseconds."""
    return parse_utc(utc_text(at))


def object_key(sha256: str) -> str:
    """Where bytes with this digest lie."""
    return f"clips/{sha256[:2]}/{sha256}"


def gaps(window: Span, shows: Sequence[Span]) -> tuple[Span, ...]:
    """The parts of the window that no span shows, in order."""
    found = []
    reached = window.from_at
    for span in sorted(shows, key=lambda one: one.from_at):
        if span.from_at > reached:
            found.append(Span(reached, min(span.from_at, window.to_at)))
        reached = max(reached, span.to_at)
        if reached >= window.to_at:
            break
    if reached < window.to_at:
        found.append(Span(reached, window.to_at))
    return tuple(span for span in found if span.from_at < span.to_at)
