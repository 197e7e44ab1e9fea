"""The evidence a request is about, after the policy has allowed this use of it: no route gets it any other way."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from rasid.errors import Forbidden
from rasid.identity.gate import Disclosure, disclosure
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk


async def evidence_desk(request: Request) -> EvidenceDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: EvidenceDesk = request.app.state.evidence_desk
    return desk


Desk = Annotated[EvidenceDesk, Depends(evidence_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
EvidenceId = Annotated[str, Path(min_length=1, max_length=64, description="The evidence's id")]


async def found(evidence_id: EvidenceId, desk: Desk, use: Use) -> Evidence:
    """Readable evidence that this caller may use so; raises NotFound or Forbidden."""
    return await _checked(await desk.read(evidence_id), desk, use)


async def found_in_any_state(evidence_id: EvidenceId, desk: Desk, use: Use) -> Evidence:
    """As `found`, also when it has expired or is erased."""
    return await _checked(await desk.read(evidence_id, whatever_its_state=True), desk, use)


async def found_for_decision(evidence_id: EvidenceId, desk: Desk, use: Use) -> Evidence:
    """As `found`, for who decides about an erasure: not the person who asked for it."""
    evidence = await desk.read(evidence_id)
    asked_by = None if evidence.erasure is None else evidence.erasure.asked_by
    use.check_owner(evidence.agency, cases=evidence.cases, asked_by=asked_by)
    return evidence


Found = Annotated[Evidence, Depends(found)]
FoundInAnyState = Annotated[Evidence, Depends(found_in_any_state)]
FoundForDecision = Annotated[Evidence, Depends(found_for_decision)]


async def may_use(evidence: Evidence, desk: EvidenceDesk, use: Disclosure) -> bool:
    """Whether the policy allows this use of it: most uses ask nothing about its alert, so that is looked up last."""
    try:
        use.check_owner(evidence.agency, cases=evidence.cases)
    except Forbidden:
        received_at = await desk.alert_received(evidence)
        return received_at is not None and _allowed(evidence, use, received_at)
    return True


def _allowed(evidence: Evidence, use: Disclosure, received_at: datetime) -> bool:
    try:
        use.check_owner(evidence.agency, cases=evidence.cases, alert_received_at=received_at)
    except Forbidden:
        return False
    return True


async def _checked(evidence: Evidence, desk: EvidenceDesk, use: Disclosure) -> Evidence:
    received_at = await desk.alert_received(evidence)
    use.check_owner(evidence.agency, cases=evidence.cases, alert_received_at=received_at)
    return evidence
