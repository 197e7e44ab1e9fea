"""Erasure by two persons: what one of them asks for, and what follows from the other's decision. Pure."""

from typing import Any

from msgspec.structs import replace

from rasid.errors import NotFound
from rasid.identity.second_person import Consent, SecondPerson
from services.archive.evidence import Evidence
from services.archive.lifecycle import Actor, Step, begin_erasing, check_stored, entry

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
    step = begin_erasing(evidence, (entry(actor, "erasure_approved", decided.reason),))
    return Step(replace(step.evidence, erasure=decided), step.entries)


def open_request(evidence: Evidence) -> Consent:
    """The last request; raises NotFound when there was none."""
    if evidence.erasure is None:
        raise NotFound("erasure-unknown", "Nobody asked for the erasure of this evidence.")
    return evidence.erasure


def _content(evidence: Evidence) -> dict[str, Any]:
    """What would be lost. A hold that is set or released in between makes it something else."""
    clip = check_stored(evidence)
    return {
        "evidence_id": evidence.evidence_id,
        "sha256": clip.sha256,
        "object": clip.object,
        "version_id": clip.version_id,
        "holds": sorted(hold.case_id for hold in evidence.holds),
    }


def _changed(evidence: Evidence, request: Consent, step: Step) -> Step:
    return Step(replace(evidence, erasure=request, revision=evidence.revision + 1), step.entries)
