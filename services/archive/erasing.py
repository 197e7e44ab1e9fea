"""Erasure by two persons: one asks, another decides, once, about exactly what was asked. Pure.

The second person of issue 6 (any operation, any service) does not exist yet; this is the smallest honest form of it.
"""

import hashlib
import json
from datetime import timedelta

from msgspec.structs import replace

from rasid.contract.fields import utc_text
from rasid.errors import Conflict, NotFound
from services.archive.evidence import ErasureRequest, Evidence
from services.archive.lifecycle import Actor, Step, begin_erasing, check_stored, entry


def ask_erasure(evidence: Evidence, reason: str, actor: Actor, *, valid_seconds: float) -> Step:
    """A first person wants it erased. Raises Conflict while an earlier request is open, or when there is no clip."""
    check_stored(evidence)
    if evidence.erasure is not None and is_open(evidence.erasure, actor):
        raise Conflict("erasure-asked", "Somebody asked for this already: it waits for the decision of another person.")
    request = ErasureRequest(
        asked_by=actor.by or "",
        asked_at=actor.at,
        case_id=actor.case_id or "",
        reason=reason,
        valid_until=actor.at + timedelta(seconds=valid_seconds),
        digest="",
    )
    request = replace(request, digest=digest_of(evidence, request))
    return _changed(evidence, request, Step(evidence, (entry(actor, "erasure_asked", reason),)))


def refuse_erasure(evidence: Evidence, digest: str, actor: Actor) -> Step:
    """A second person does not want it."""
    decided = _decided(evidence, digest, actor, is_approved=False)
    return _changed(evidence, decided, Step(evidence, (entry(actor, "erasure_refused", decided.reason),)))


def approve_erasure(evidence: Evidence, digest: str, actor: Actor) -> Step:
    """A second person wants it too: from now on it is on its way out, and nobody can stop it."""
    decided = _decided(evidence, digest, actor, is_approved=True)
    step = begin_erasing(evidence, (entry(actor, "erasure_approved", decided.reason),))
    return Step(replace(step.evidence, erasure=decided), step.entries)


def open_request(evidence: Evidence) -> ErasureRequest:
    """The last request; raises NotFound when there was none."""
    if evidence.erasure is None:
        raise NotFound("erasure-unknown", "Nobody asked for the erasure of this evidence.")
    return evidence.erasure


def is_open(request: ErasureRequest, actor: Actor) -> bool:
    """Whether it can still be decided."""
    return request.state == "asked" and actor.at < request.valid_until


def digest_of(evidence: Evidence, request: ErasureRequest) -> str:
    """SHA-256 over what is to be erased, why and who asked: whoever approves it approves this and nothing else."""
    clip = check_stored(evidence)
    content = {
        "evidence_id": evidence.evidence_id,
        "sha256": clip.sha256,
        "object": clip.object,
        "version_id": clip.version_id,
        "holds": sorted(hold.case_id for hold in evidence.holds),
        "reason": request.reason,
        "asked_by": request.asked_by,
        "asked_at": utc_text(request.asked_at),
        "valid_until": utc_text(request.valid_until),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _decided(evidence: Evidence, digest: str, actor: Actor, *, is_approved: bool) -> ErasureRequest:
    request = open_request(evidence)
    if request.state != "asked":
        raise Conflict("erasure-decided", "This request was decided before; a request is decided once.")
    if actor.at >= request.valid_until:
        raise Conflict("erasure-expired", "This request is too old to be decided: it must be asked for again.")
    if actor.by == request.asked_by:
        raise Conflict("erasure-needs-another", "Who asked for an erasure does not decide it.")
    if digest != request.digest or digest != digest_of(evidence, request):
        raise Conflict(
            "erasure-changed",
            "What was asked for is not what you decide on: a hold was set or released since, or the digest is another. "
            "Read the request again; if it says the same as before, it must be asked for again.",
        )
    state = "approved" if is_approved else "refused"
    return replace(request, state=state, decided_by=actor.by, decided_at=actor.at)


def _changed(evidence: Evidence, request: ErasureRequest, step: Step) -> Step:
    return Step(replace(evidence, erasure=request, revision=evidence.revision + 1), step.entries)
