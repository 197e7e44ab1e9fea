"""Holds: a case keeps a clip, however old it gets, until it lets go."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import Conflict, Forbidden, NotFound
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from services.archive.answers import EvidenceWithCustody
from services.archive.api import actor_of, answered
from services.archive.bodies import ReleaseBody
from services.archive.found import Desk, Found, Use

router = APIRouter(prefix="/v1/evidence/{evidence_id}/holds", tags=["holds"], route_class=GatedRoute)

CaseId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The case whose hold it is")]


@router.post(
    "",
    summary="Hold a clip for your case",
    description=(
        "The object store refuses every deletion of it from then on, and it does not expire, until every case that "
        "holds it has released it. The case is the one the request is made under. Holding it twice changes nothing."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="clip", purpose=True),
)
async def hold_clip(evidence: Found, desk: Desk, use: Use, response: Response) -> EvidenceWithCustody:
    """The evidence with the hold."""
    actor = actor_of(desk, use)
    return answered(await desk.hold(evidence.evidence_id, actor.case_id or "", actor), use, response)


@router.delete(
    "/{case_id}",
    summary="Release your case's hold",
    description=(
        "Only under the case that holds it; once that is closed, see `POST .../release`. When no case holds it any "
        "more its retention counts again: past that it is gone at once."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="clip", purpose=True),
)
async def release_clip(
    evidence: Found, case_id: CaseId, desk: Desk, use: Use, response: Response
) -> EvidenceWithCustody:
    """The evidence without the hold."""
    actor = actor_of(desk, use)
    if case_id != actor.case_id:
        raise Forbidden("hold-of-another-case", "A hold is released under the case that holds it, and no other.")
    return answered(await desk.release(evidence.evidence_id, case_id, actor), use, response)


@router.post(
    "/{case_id}/release",
    summary="Release the hold of a closed case",
    description=(
        "By a supervisor of the agency that owns the evidence, under another open case, with a reason: a case that is "
        "closed, has run out or was erased cannot let go by itself. Who did it, under which case and why stands in the "
        "custody. While the case is open: 409."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="erase", subject="clip", purpose=True),
)
async def release_closed_case(
    *, evidence: Found, case_id: CaseId, body: ReleaseBody, desk: Desk, use: Use, response: Response
) -> EvidenceWithCustody:
    """The evidence without the hold."""
    use.check_over(case_id)
    actor = actor_of(desk, use)
    released = await desk.release(evidence.evidence_id, case_id, actor, why=f"closed, {body.reason}")
    return answered(released, use, response)
