"""Holds: a case keeps a clip, however old it gets, until it lets go."""

from fastapi import APIRouter, Response

from rasid.errors import Conflict, NotFound
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from services.archive.answers import EvidenceWithCustody
from services.archive.api import actor_of, answered
from services.archive.found import Desk, Found, Use

router = APIRouter(prefix="/v1/evidence/{evidence_id}/holds", tags=["holds"], route_class=GatedRoute)


@router.post(
    "",
    summary="Hold a clip for your case",
    description=(
        "The object store refuses every deletion of it from then on, and it does not expire, until every case that "
        "holds it has released it. The case is the one the request is made under. Holding it twice changes nothing. "
        "One person holds; it takes two to release: see `POST .../holds/{case_id}/release`."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="clip", purpose=True),
)
async def hold_clip(evidence: Found, desk: Desk, use: Use, response: Response) -> EvidenceWithCustody:
    """The evidence with the hold."""
    actor = actor_of(desk, use)
    return answered(await desk.hold(evidence.evidence_id, actor.case_id or "", actor), use, response)
