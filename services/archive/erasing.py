"""Erasure by two persons: what one of them asks for, and what follows from the other's decision. Pure."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from rasid.errors import NotFound
from rasid.identity.second_person import Consent, SecondPerson
from services.archive.evidence import Clip, Evidence
from services.archive.lifecycle import Actor, Step, begin_erasing, check_expired, check_stored, entry

ERASURE = SecondPerson("erasure")


def ask_erasure(evidence: Evidence, reason: str, actor: Actor, *, valid_seconds: float) -> Step:
    """A first person wants it erased. Raises Conflict while an earlier request is open, or when there is no clip."""
    request = ERASURE.ask(
        _content(evidence),
        evidence.erasure,
        by=actor.by or "",
        at=actor.at,
        case_id=actor.case_id or "",
        reason=reason,
        valid_seconds=valid_seconds,
    )
    return _changed(evidence, request, Step(evidence, (entry(actor, "erasure_asked", reason),)))


def refuse_erasure(evidence: Evidence, digest: str, actor: Actor) -> Step:
    """A second person does not want it."""
    request = open_request(evidence)
    decided = ERASURE.refuse(request, digest, _content(evidence), by=actor.by or "", at=actor.at)
    return _changed(evidence, decided, Step(evidence, (entry(actor, "erasure_refused", decided.reason),)))


def approve_erasure(evidence: Evidence, digest: str, actor: Actor) -> Step:
    """A second person wants it too: from now on it is on its way out, and nobody can stop it."""
    request = open_request(evidence)
    decided = ERASURE.approve(request, digest, _content(evidence), by=actor.by or "", at=actor.at)
    step = begin_erasing(evidence, (entry(actor, "erasure_approved", decided.reason),), actor)
    return Step(replace(step.evidence, erasure=decided), step.entries)


def check_may_go(evidence: Evidence, now: datetime) -> Consent | None:
    """What permits to delete evidence on its way out: the consent of two persons, or (None) that its time is over.

    Asked by who deletes, who believes nobody that it was asked before. Raises Conflict when neither permits it.
    """
    consent, clip = evidence.erasure, evidence.clip
    if consent is not None and clip is not None and consent.state == "approved":
        ERASURE.check_approved(consent, _lost(evidence, clip))
        return consent
    check_expired(evidence, now)
    return None


def open_request(evidence: Evidence) -> Consent:
    """The last request; raises NotFound when there was none."""
    if evidence.erasure is None:
        raise NotFound("erasure-unknown", "Nobody asked for the erasure of this evidence.")
    return evidence.erasure


def _content(evidence: Evidence) -> dict[str, Any]:
    """What would be lost. A hold that is set or released in between makes it something else."""
    return _lost(evidence, check_stored(evidence))


def _lost(evidence: Evidence, clip: Clip) -> dict[str, Any]:
    return {
        "evidence_id": evidence.evidence_id,
        "sha256": clip.sha256,
        "object": clip.object,
        "version_id": clip.version_id,
        "holds": sorted(hold.case_id for hold in evidence.holds),
    }


def _changed(evidence: Evidence, request: Consent, step: Step) -> Step:
    return Step(replace(evidence, erasure=request, revision=evidence.revision + 1), step.entries)
