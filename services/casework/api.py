"""`/v1/cases`: what an agency works on, who may use it and until when."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.tables import CaseKind, CaseLifecycle
from rasid.errors import BadRequest, Conflict, NotFound, PreconditionFailed, PreconditionRequired
from rasid.identity.gate import Disclosure, GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag
from services.casework import case as steps
from services.casework.case import Case, state_of
from services.casework.case_bodies import (
    CaseAnswer,
    CaseBody,
    CasePage,
    CaseWithHistory,
    CloseBody,
    EndBody,
)
from services.casework.found import By, Cases, Found, Key, Use, Versions, may_see
from services.casework.ports import CaseQuery

MAX_PAGE = 200
CHANGE_PROBLEMS = problem_responses(BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired)

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], route_class=GatedRoute)


class Filters(BaseModel):
    """The query of a list of cases. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: CaseLifecycle | None = Field(None, description="Only cases in this state")
    kind: CaseKind | None = Field(None, description="Only cases of this kind")
    mine: bool = Field(default=False, description="Only cases that you are assigned to")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Cases a page")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Open a case",
    description=(
        "By a supervisor, for their agency. The people who are assigned may use it in every service a moment later. "
        "Nobody assigns themselves: another supervisor does. A duty case is a shift and has an end."
    ),
    responses=problem_responses(Conflict),
    openapi_extra=gated(operation="alter", subject="case", purpose=False),
)
async def open_case(*, body: CaseBody, key: Key, cases: Cases, use: Use, response: Response) -> CaseWithHistory:
    """The case as opened."""
    case = cases.draft(body, by=use.caller.subject, agency=use.caller.agency, key=key)
    use.acts_on(case.case_id)
    use.check_case(state_of(case))
    if body.assigned:
        use.check_case(state_of(case), kind="case_assignment", assigns=body.assigned)
    stored = await cases.open(case)
    response.headers["Location"] = f"/v1/cases/{stored.case_id}"
    return answered(stored, use, response)


@router.get(
    "",
    summary="List cases, newest first",
    description=(
        "Supervisors and senior officers see the cases of their agency and those that are shared with it, others those "
        "they are assigned to; a page may therefore be shorter than asked for."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="case", purpose=False),
)
async def list_cases(filters: Annotated[Filters, Query()], cases: Cases, use: Use) -> CasePage:
    """One page; one more row than asked for tells whether there is another."""
    query = CaseQuery(
        agency=use.caller.agency,
        subject=use.caller.subject if filters.mine else None,
        state=filters.state,
        kind=filters.kind,
        after=Cursor.read(filters.cursor),
        limit=filters.limit + 1,
    )
    read = await cases.page(query)
    page = read[: filters.limit]
    items = [CaseAnswer.of(one) for one in page if may_see(one, use)]
    use.shown(count=len(items))
    more = len(read) > len(page)
    return CasePage(items=items, next_cursor=Cursor(page[-1].opened_at, page[-1].case_id).text if more else None)


@one_router.get(
    "",
    summary="Read a case",
    description="Who may use it until when, and all that was done with it. Its ETag is its version.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="case", purpose=False),
)
async def read_case(case: Found, use: Use, response: Response) -> CaseWithHistory:
    """The case."""
    return answered(case, use, response)


@one_router.post(
    "/close",
    summary="Close a case",
    description="Nobody may use it any more: every service denies within a second. It stays readable, and is kept.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case", purpose=False),
)
async def close_case(
    *, case: Found, body: CloseBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The closed case."""
    changed = await cases.change(case, seen, lambda one: steps.close(one, body.reason, by))
    return answered(changed, use, response)


@one_router.post(
    "/reopen",
    summary="Reopen a case",
    description="Those who are assigned may use it again, until `closes_at`. Shares that have ended stay ended.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case", purpose=False),
)
async def reopen_case(
    *, case: Found, body: EndBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The open case."""
    cases.check_end(case.kind, body.closes_at)
    changed = await cases.change(case, seen, lambda one: steps.reopen(one, body.closes_at, body.reason, by))
    return answered(changed, use, response)


@one_router.post(
    "/prolong",
    summary="Give a case another end",
    description="Later or earlier than now said; without `closes_at` it stays open until it is closed by hand.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case", purpose=False),
)
async def prolong_case(
    *, case: Found, body: EndBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The case with its end."""
    cases.check_end(case.kind, body.closes_at)
    changed = await cases.change(case, seen, lambda one: steps.prolong(one, body.closes_at, body.reason, by))
    return answered(changed, use, response)


def answered(case: Case, use: Disclosure, response: Response) -> CaseWithHistory:
    """The answer, declared to the gate."""
    use.shown(count=1)
    response.headers["ETag"] = etag(case.version)
    return CaseWithHistory.of(case)
