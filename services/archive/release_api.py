"""A case lets go of what it holds: one person asks, another decides."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import BaseModel, Field

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import BadRequest, Conflict, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag
from services.archive.answers import EvidenceWithCustody
from services.archive.api import PageQuery, actor_of, answered
from services.archive.bodies import DecisionBody, ReleaseAnswer, ReleaseBody
from services.archive.evidence import Evidence
from services.archive.found import Desk, EvidenceId, Found, Use
from services.archive.ports import EvidenceQuery
from services.archive.release_desk import ReleaseDesk
from services.archive.releasing import open_releases, requested

router = APIRouter(prefix="/v1/evidence/{evidence_id}/holds/{case_id}/release", tags=["holds"], route_class=GatedRoute)
list_router = APIRouter(prefix="/v1/releases", tags=["holds"], route_class=GatedRoute)

CaseId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The case whose hold it is")]


async def release_desk(request: Request) -> ReleaseDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: ReleaseDesk = request.app.state.release_desk
    return desk


async def found_for_decision(evidence_id: EvidenceId, case_id: CaseId, desk: Desk, use: Use) -> Evidence:
    """Readable evidence, for who decides about the release of a hold: not the person who asked for it."""
    evidence = await desk.read(evidence_id)
    asked_by = next((one.release.asked_by for one in evidence.holds if one.case_id == case_id and one.release), None)
    use.check_owner(evidence.agency, cases=evidence.cases, asked_by=asked_by)
    return evidence


Releases = Annotated[ReleaseDesk, Depends(release_desk)]
FoundForDecision = Annotated[Evidence, Depends(found_for_decision)]


class ReleasePage(BaseModel):
    """Requests that wait for a decision, newest evidence first."""

    items: list[ReleaseAnswer]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null: this is the last")


@list_router.get(
    "",
    summary="List releases that wait for a decision",
    description="The requests of your agency that can still be approved or refused, by another person than who asked.",
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="release", purpose=True),
)
async def list_releases(page: Annotated[PageQuery, Query()], desk: Desk, use: Use) -> ReleasePage:
    """One page of evidence with open requests; evidence that several cases let go of has several."""
    use.check_owner(use.caller.agency)
    query = EvidenceQuery(
        agency=use.caller.agency, release_is_open=True, after=Cursor.read(page.cursor), limit=page.limit + 1
    )
    read = await desk.page(query)
    shown = read[: page.limit]
    now = actor_of(desk, use).at
    items = [
        ReleaseAnswer.of(one, case_id, asked) for one in shown for case_id, asked in open_releases(one, now).items()
    ]
    use.shown(count=len(items))
    more = len(read) > len(shown)
    return ReleasePage(
        items=items,
        next_cursor=Cursor(shown[-1].requested_at, shown[-1].evidence_id).text if more else None,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Ask that a case lets go",
    description=(
        "Under the case that holds it; what a case holds that is closed, has run out or was erased is asked for under "
        "another open case of the agency that owns the evidence, because nobody can act under the old one. Nothing is "
        "let go by that: another person, a supervisor or senior officer of the agency, decides within a day. Somebody "
        "else's open case: 409."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="clip", purpose=True),
)
async def ask_for_release(
    *, evidence: Found, case_id: CaseId, body: ReleaseBody, desk: Desk, releases: Releases, use: Use, response: Response
) -> ReleaseAnswer:
    """The request, with the digest that its decision must name."""
    actor = actor_of(desk, use)
    if case_id != actor.case_id:
        use.check_over(case_id)
    asked = await releases.ask(evidence.evidence_id, case_id, body.reason, actor)
    return _requested(asked, case_id, use, response)


@router.get(
    "",
    summary="Read what was asked for",
    description="The last request for the release of this hold: who asked, why, and what was decided.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="release", purpose=True),
)
async def read_release(evidence: Found, case_id: CaseId, use: Use, response: Response) -> ReleaseAnswer:
    """The request."""
    return _requested(evidence, case_id, use, response)


@router.post(
    "/approval",
    summary="Approve a release",
    description=(
        "By a supervisor or senior officer who did not ask for it, once, with the digest of the request as it was "
        "read. The case lets go; when no case holds the clip any more its retention counts again: past that it is gone "
        "at once. Who asked and who approved stands in the custody."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="release", purpose=True),
)
async def approve_release(
    *,
    evidence: FoundForDecision,
    case_id: CaseId,
    body: DecisionBody,
    desk: Desk,
    releases: Releases,
    use: Use,
    response: Response,
) -> EvidenceWithCustody:
    """The evidence without the hold."""
    approved = await releases.approve(evidence.evidence_id, case_id, body.digest, actor_of(desk, use))
    return answered(approved, use, response)


@router.post(
    "/refusal",
    summary="Refuse a release",
    description="By a supervisor or senior officer who did not ask for it. The case goes on holding the clip.",
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="alter", subject="release", purpose=True),
)
async def refuse_release(
    *,
    evidence: FoundForDecision,
    case_id: CaseId,
    body: DecisionBody,
    desk: Desk,
    releases: Releases,
    use: Use,
    response: Response,
) -> ReleaseAnswer:
    """The decided request."""
    refused = await releases.refuse(evidence.evidence_id, case_id, body.digest, actor_of(desk, use))
    return _requested(refused, case_id, use, response)


def _requested(evidence: Evidence, case_id: str, use: Disclosure, response: Response) -> ReleaseAnswer:
    _, request = requested(evidence, case_id)
    use.shown(count=1)
    response.headers["ETag"] = etag(evidence.revision)
    return ReleaseAnswer.of(evidence, case_id, request)
