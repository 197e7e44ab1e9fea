"""What may happen to evidence, as steps from one state to the next, each with its line of custody and its event.

Pure. A step that may not be taken raises Conflict and says why. Whoever stores the outcome compares revisions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract import event_ids
from rasid.contract.envelope import Event, new_event
from rasid.contract.evidence import (
    EvidenceErasedV1,
    EvidenceFailedV1,
    EvidenceHeldV1,
    EvidenceReleasedV1,
    EvidenceRequestedV1,
    EvidenceStoredV1,
    Gap,
)
from rasid.contract.fields import utc_text
from rasid.errors import Conflict
from rasid.runtime.hashing import Digests
from services.archive.evidence import SOURCE, Clip, CustodyEntry, Deed, Evidence, Failure, Hold, Span


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, when and under which case; `by` None: the platform by itself."""

    at: datetime
    by: str | None = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The evidence after a step, what the custody says of it (newest last), and the events it causes."""

    evidence: Evidence
    entries: tuple[CustodyEntry, ...]
    events: tuple[Event[Struct], ...] = ()


def entry(actor: Actor, deed: Deed, note: str | None = None) -> CustodyEntry:
    """A line of custody."""
    return CustodyEntry(at=actor.at, deed=deed, by=actor.by, case_id=actor.case_id, note=note)


def ask(asked: EvidenceRequestedV1, window: Span, actor: Actor, *, kept_seconds: float) -> Evidence:
    """Evidence that is awaited from now on."""
    return Evidence(
        evidence_id=asked.evidence_id,
        agency=asked.agency,
        alert_id=asked.alert_id,
        case_id=asked.case_id,
        camera_id=asked.camera_id,
        window=window,
        reason=asked.reason,
        requested_by=asked.by,
        requested_at=actor.at,
        expires_at=actor.at + timedelta(seconds=kept_seconds),
        custody=(entry(actor, "requested", asked.reason),),
    )


def requested_event(asked: EvidenceRequestedV1, at: datetime) -> Event[EvidenceRequestedV1]:
    """The event of a request that was made here."""
    return new_event(event_ids.caused_id(asked.evidence_id, "requested"), SOURCE, at, asked)


def check_awaits(evidence: Evidence) -> None:
    """Raise Conflict unless a clip may still come: evidence is never replaced."""
    if evidence.clip is not None:
        raise Conflict(
            "clip-already-stored",
            "This evidence has its clip, and evidence is never replaced: ask for new evidence for another recording.",
        )


def store(evidence: Evidence, clip: Clip, actor: Actor, *, kept_seconds: float) -> Step:
    """The clip is in the object store, locked."""
    check_awaits(evidence)
    changed = replace(
        evidence,
        state="stored",
        clip=clip,
        failure=None,
        expires_at=clip.received_at + timedelta(seconds=kept_seconds),
    )
    received = CustodyEntry(
        at=clip.received_at, deed="received", by=clip.received_from, case_id=actor.case_id, note=f"sha256:{clip.sha256}"
    )
    stored = entry(actor, "stored", f"version {clip.version_id}")
    return _told(changed, (received, stored), actor, EvidenceStoredV1, **_stored_fields(changed, clip))


def _stored_fields(evidence: Evidence, clip: Clip) -> dict[str, Any]:
    return {
        "case_id": evidence.case_id,
        "camera_id": evidence.camera_id,
        "object": clip.object,
        "version_id": clip.version_id,
        "sha256": clip.sha256,
        "size_bytes": clip.size_bytes,
        "media_type": clip.media_type,
        "from_at": utc_text(clip.shows.from_at),
        "to_at": utc_text(clip.shows.to_at),
        "gaps": tuple(Gap(utc_text(gap.from_at), utc_text(gap.to_at)) for gap in clip.gaps),
    }


def fail(evidence: Evidence, reason: str, actor: Actor, *, retriable: bool) -> Step:
    """No clip, for now or for good. Saying the same again changes nothing."""
    check_awaits(evidence)
    failure = Failure(at=actor.at, reason=reason, retriable=retriable)
    changed = replace(evidence, state="failed", failure=failure)
    return _told(
        changed, (entry(actor, "failed", reason),), actor, EvidenceFailedV1, reason=reason, retriable=retriable
    )


def check_stored(evidence: Evidence) -> Clip:
    """The clip; raises Conflict while there is none."""
    if evidence.state != "stored" or evidence.clip is None:
        raise Conflict("clip-not-stored", "There is no clip yet: this evidence is still awaited, or could not be had.")
    return evidence.clip


def verified_line(clip: Clip, actor: Actor) -> CustodyEntry:
    """That the stored bytes are those that were put."""
    return entry(actor, "verified", f"sha256:{clip.sha256}")


def verified(evidence: Evidence, digests: Digests, actor: Actor) -> Step:
    """They are, and the manifest is given the digests of their chunks, which it had not."""
    clip = replace(check_stored(evidence), chunk_sha256=digests.chunks)
    return Step(replace(evidence, clip=clip, revision=evidence.revision + 1), (verified_line(clip, actor),))


def hold(evidence: Evidence, case_id: str, actor: Actor) -> Step | None:
    """A case keeps the clip from now on; None when it does already."""
    check_stored(evidence)
    if any(held.case_id == case_id for held in evidence.holds):
        return None
    holds = (*evidence.holds, Hold(case_id=case_id, at=actor.at, by=actor.by or ""))
    return _holding(evidence, holds, case_id, actor, kind=EvidenceHeldV1, deed="held")


def release(evidence: Evidence, case_id: str, actor: Actor, *, why: str | None = None) -> Step | None:
    """A case keeps the clip no longer; None when it does not. `why`: when that is not said by the case itself."""
    check_stored(evidence)
    holds = tuple(held for held in evidence.holds if held.case_id != case_id)
    if len(holds) == len(evidence.holds):
        return None
    return _holding(evidence, holds, case_id, actor, kind=EvidenceReleasedV1, deed="released", why=why)


def _holding(
    evidence: Evidence,
    holds: tuple[Hold, ...],
    case_id: str,
    actor: Actor,
    *,
    kind: type[Struct],
    deed: Deed,
    why: str | None = None,
) -> Step:
    changed = replace(evidence, holds=holds, is_held=bool(holds))
    told = {"case_id": case_id, "holds": tuple(held.case_id for held in holds)}
    return _told(changed, (entry(actor, deed, f"for {case_id}" + (f" ({why})" if why else "")),), actor, kind, **told)


def begin_erasing(evidence: Evidence, entries: tuple[CustodyEntry, ...], actor: Actor) -> Step:
    """From now on it is there for nobody, and its bytes are on their way out."""
    return Step(replace(evidence, state="erasing", erasing_at=actor.at, revision=evidence.revision + 1), entries)


def expire(evidence: Evidence, actor: Actor) -> Step:
    """Its time is over and no case holds it. Raises Conflict when that is not so."""
    check_expired(evidence, actor.at)
    return begin_erasing(evidence, (entry(actor, "expired"),), actor)


def check_expired(evidence: Evidence, now: datetime) -> None:
    """Raise Conflict while a case holds it, or its time is not over."""
    if evidence.is_held or evidence.expires_at > now:
        raise Conflict("evidence-kept", "This evidence is held, or its time is not over.")


def erased(evidence: Evidence, certificate: str, actor: Actor) -> Step:
    """The bytes are gone. Where they lay and what they were is in the certificate, not here."""
    changed = replace(evidence, state="erased", holds=(), is_held=False, certificate=certificate)
    return _told(changed, (entry(actor, "erased"),), actor, EvidenceErasedV1, certificate=certificate)


def _told(
    evidence: Evidence, entries: tuple[CustodyEntry, ...], actor: Actor, kind: type[Struct], **fields: Any
) -> Step:
    """The step with its event, and the counters moved on."""
    changed = replace(evidence, revision=evidence.revision + 1, version=evidence.version + 1)
    data = kind(
        evidence_id=changed.evidence_id,
        version=changed.version,
        alert_id=changed.alert_id,
        agency=changed.agency,
        at=utc_text(actor.at),
        by=actor.by,
        **fields,
    )
    event_id = event_ids.caused_id(changed.evidence_id, str(changed.version))
    return Step(changed, entries, (new_event(event_id, SOURCE, actor.at, data),))
