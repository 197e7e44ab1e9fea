"""The release of a hold by two persons, because it lets evidence die: one asks, another decides. Pure.

To hold is urgent and protects: one person does that. The request lives in the hold, and goes with it.
"""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from rasid.errors import NotFound
from rasid.identity.second_person import Consent, SecondPerson
from services.archive.evidence import CustodyEntry, Evidence, Hold
from services.archive.lifecycle import Actor, Step, check_stored, entry, release

RELEASE = SecondPerson("release")


def ask_release(evidence: Evidence, case_id: str, reason: str, actor: Actor, *, valid_seconds: float) -> Step:
    """A first person wants a case to let go. Raises NotFound without a hold, Conflict while a request is open."""
    hold = hold_of(evidence, case_id)
    request = RELEASE.ask(
        _content(evidence, case_id),
        hold.release,
        by=actor.by or "",
        at=actor.at,
        case_id=actor.case_id or "",
        reason=reason,
        valid_seconds=valid_seconds,
    )
    return _changed(evidence, hold, request, entry(actor, "release_asked", _note(case_id, request)))


def refuse_release(evidence: Evidence, case_id: str, digest: str, actor: Actor) -> Step:
    """A second person does not: the case goes on holding it."""
    hold, request = requested(evidence, case_id)
    decided = RELEASE.refuse(request, digest, _content(evidence, case_id), by=actor.by or "", at=actor.at)
    return _changed(evidence, hold, decided, entry(actor, "release_refused", _note(case_id, decided)))


def approve_release(evidence: Evidence, case_id: str, digest: str, actor: Actor) -> Step | None:
    """A second person wants it too: the case holds it no longer, and the consent is used up with the hold."""
    _, request = requested(evidence, case_id)
    decided = RELEASE.approve(request, digest, _content(evidence, case_id), by=actor.by or "", at=actor.at)
    return release(evidence, case_id, actor, why=decided.reason)


def hold_of(evidence: Evidence, case_id: str) -> Hold:
    """The case's hold; raises NotFound when it holds nothing."""
    found = next((hold for hold in evidence.holds if hold.case_id == case_id), None)
    if found is None:
        raise NotFound("hold-unknown", "This case does not hold this evidence, or has let go of it.")
    return found


def requested(evidence: Evidence, case_id: str) -> tuple[Hold, Consent]:
    """The hold and the last request to release it; raises NotFound when there is none."""
    hold = hold_of(evidence, case_id)
    if hold.release is None:
        raise NotFound("release-unknown", "Nobody asked for the release of this hold.")
    return hold, hold.release


def open_releases(evidence: Evidence, now: datetime) -> dict[str, Consent]:
    """The requests that can still be decided, by the case that would let go."""
    asked = {hold.case_id: hold.release for hold in evidence.holds if hold.release is not None}
    return {case_id: request for case_id, request in asked.items() if request.is_open(now)}


def _content(evidence: Evidence, case_id: str) -> dict[str, Any]:
    """What would be let go, and who holds it: a hold that is set or released in between makes it something else."""
    clip = check_stored(evidence)
    return {
        "evidence_id": evidence.evidence_id,
        "sha256": clip.sha256,
        "object": clip.object,
        "version_id": clip.version_id,
        "release_of": case_id,
        "holds": sorted(hold.case_id for hold in evidence.holds),
    }


def _note(case_id: str, request: Consent) -> str:
    return f"for {case_id} ({request.reason})"


def _changed(evidence: Evidence, hold: Hold, request: Consent, line: CustodyEntry) -> Step:
    holds = tuple(replace(one, release=request) if one == hold else one for one in evidence.holds)
    return Step(replace(evidence, holds=holds, revision=evidence.revision + 1), (line,))
