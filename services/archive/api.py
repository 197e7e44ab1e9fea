"""`/v1/evidence`: what was asked for and what came, for the people who may see it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.event_ids import evidence_id as id_of
from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import IDENTIFIER_PATTERN, utc_text
from rasid.errors import BadRequest, Conflict, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.moments import Time
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag
from services.archive.answers import EvidenceAnswer, EvidencePage, EvidenceWithCustody, VerifiedAnswer
from services.archive.bodies import AskBody, FailureBody
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk
from services.archive.found import Desk, Found, Use, may_use
from services.archive.lifecycle import Actor
from services.archive.ports import EvidenceQuery

MAX_PAGE = 200

router = APIRouter(prefix="/v1/evidence", tags=["evidence"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/evidence/{evidence_id}", tags=["evidence"], route_class=GatedRoute)


class Filters(BaseModel):
    """The query of a list of evidence. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Annotated[str, Field(pattern="^(awaited|failed|stored)$")] | None = Field(
        None, description="Only evidence in this state; `awaited` is what is still to be fetched"
    )
    alert_id: str | None = Field(None, min_length=1, max_length=64, description="Of this alert")
    case_id: str | None = Field(None, pattern=IDENTIFIER_PATTERN, description="Of this case")
    camera_id: str | None = Field(None, pattern=IDENTIFIER_PATTERN, description="Of this camera")
    held_by: str | None = Field(None, pattern=IDENTIFIER_PATTERN, description="Held by this case")
    since: Time | None = Field(None, description="Asked for at or after this moment; without it all that is kept")
    until: Time | None = Field(None, description="Asked for before this moment; without it up to now")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Pieces of evidence a page")


class PageQuery(BaseModel):
    """Of requests that wait for a decision: where the page begins and how long it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Requests a page")


@router.get(
    "",
    summary="List evidence, newest first",
    description=(
        "The evidence of your agency, by the time it was asked for, without its custody. Under a duty case only what "
        "belongs to alerts of the last 24 hours is listed."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="clip", purpose=True),
)
async def list_evidence(filters: Annotated[Filters, Query()], desk: Desk, use: Use) -> EvidencePage:
    """One page; one more row than asked for tells whether there is another."""
    query = EvidenceQuery(
        agency=use.caller.agency,
        **filters.model_dump(exclude={"cursor", "limit"}),
        after=Cursor.read(filters.cursor),
        limit=filters.limit + 1,
    )
    read = await desk.page(query)
    page = read[: filters.limit]
    items = [EvidenceAnswer.of(one) for one in page if await may_use(one, desk, use)]
    use.shown(count=len(items))
    last = page[-1] if page else None
    more = last is not None and len(read) > len(page)
    return EvidencePage(
        items=items,
        next_cursor=Cursor(last.requested_at, last.evidence_id).text if more and last else None,
    )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Ask for a recording",
    description=(
        "Says that your case needs what a camera saw in a window: it is awaited from then on, and whoever fetches "
        "recordings sees it. Asking again for the same changes nothing and gives the same id."
    ),
    openapi_extra=gated(operation="collect", subject="clip", purpose=True),
)
async def ask_for_evidence(body: AskBody, desk: Desk, use: Use, response: Response) -> EvidenceWithCustody:
    """Evidence of the case the request is made under. Its id follows from case, camera and window."""
    actor = actor_of(desk, use)
    case_id = actor.case_id or ""
    window = (utc_text(body.from_at), utc_text(body.to_at))
    use.check_owner(use.caller.agency)
    asked = EvidenceRequestedV1(
        evidence_id=id_of(case_id, body.camera_id, *window),
        case_id=case_id,
        camera_id=body.camera_id,
        from_at=window[0],
        to_at=window[1],
        reason=body.reason,
        agency=use.caller.agency,
        by=actor.by,
    )
    return answered(await desk.ask(asked, actor), use, response)


@one_router.get(
    "",
    summary="Read a piece of evidence",
    description=(
        "What was asked for, the manifest of the clip, who holds it, and its whole custody. Its ETag is its revision."
    ),
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="clip", purpose=True),
)
async def read_evidence(evidence: Found, use: Use, response: Response) -> EvidenceWithCustody:
    """One piece of evidence that the caller may see."""
    return answered(evidence, use, response)


@one_router.post(
    "/failure",
    summary="Say that a recording cannot be had",
    description=(
        "For whoever fetches recordings: the recorder has none of that time, or does not answer. With `retriable` it "
        "is still awaited by those who know better. A clip that comes later is taken all the same."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="collect", subject="clip", purpose=True),
)
async def fail_evidence(
    evidence: Found, body: FailureBody, desk: Desk, use: Use, response: Response
) -> EvidenceWithCustody:
    """The evidence in state `failed`."""
    actor = actor_of(desk, use)
    failed = await desk.fail(evidence.evidence_id, body.reason, actor, retriable=body.retriable)
    return answered(failed, use, response)


@one_router.post(
    "/verify",
    summary="Check a stored clip",
    description=(
        "Reads all of the clip from the object store and compares its SHA-256 with that of the bytes as they came. "
        "What is found goes into the custody; an altered clip is also counted and logged."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="consult", subject="clip", purpose=True),
)
async def verify_evidence(evidence: Found, desk: Desk, use: Use) -> VerifiedAnswer:
    """Whether it is intact."""
    actor = actor_of(desk, use)
    intact = await desk.verify(evidence, actor)
    use.shown(count=0)
    sha256 = evidence.clip.sha256 if evidence.clip else ""
    return VerifiedAnswer(intact=intact, sha256=sha256, checked_at=actor.at)


def actor_of(desk: EvidenceDesk, use: Disclosure) -> Actor:
    """Who asks, now, under which case."""
    return desk.actor(use.caller.subject, None if use.case is None else use.case.case_id)


def answered(evidence: Evidence, use: Disclosure, response: Response) -> EvidenceWithCustody:
    """The answer, declared to the gate."""
    use.shown(count=1)
    response.headers["ETag"] = etag(evidence.revision)
    return EvidenceWithCustody.of(evidence)
