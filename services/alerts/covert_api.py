"""`/v1/covert-entries`: what waits for a second person, and what they decide.

It says whom an agency looks for, so whoever decides works under a case and purpose of their own.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import BadRequest, Conflict, NotFound, PreconditionFailed
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import read_cursor, write_cursor
from rasid.runtime.preconditions import etag
from services.alerts.covert_desk import CovertDesk
from services.alerts.entry import Entry
from services.alerts.ports import CovertQuery
from services.alerts.watchlist_bodies import DecisionBody, EntryAnswer, EntryPage

MAX_PAGE = 200

router = APIRouter(prefix="/v1/covert-entries", tags=["covert entries"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/covert-entries/{entry_id}", tags=["covert entries"], route_class=GatedRoute)


async def covert_desk(request: Request) -> CovertDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: CovertDesk = request.app.state.covert_desk
    return desk


Desk = Annotated[CovertDesk, Depends(covert_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
EntryId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The entry's id")]


async def found(entry_id: EntryId, desk: Desk, use: Use) -> Entry:
    """A covert entry of the caller's agency, which they may look at; raises NotFound and Forbidden."""
    entry = await desk.read(use.caller.agency, entry_id)
    use.check_owner(entry.agency, cases=(entry.case_id,))
    return entry


async def found_for_decision(entry_id: EntryId, desk: Desk, use: Use) -> Entry:
    """As `found`, for who decides about it: not the person who asked for it."""
    entry = await desk.read(use.caller.agency, entry_id)
    use.check_owner(entry.agency, cases=(entry.case_id,), asked_by=entry.created_by)
    return entry


Found = Annotated[Entry, Depends(found)]
FoundForDecision = Annotated[Entry, Depends(found_for_decision)]
STEP_PROBLEMS = problem_responses(NotFound, Conflict, PreconditionFailed)


class Filters(BaseModel):
    """The query of a list of covert entries. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    approved: bool = Field(default=False, description="Also those that were approved and have not ended")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Entries a page")


@router.get(
    "",
    summary="List what waits for a second person",
    description="The covert entries that your agency asks for, of all its cases, in the order of their ids.",
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="covert_approval", purpose=True),
)
async def list_covert_entries(which: Annotated[Filters, Query()], desk: Desk, use: Use) -> EntryPage:
    """One page; one more row than asked for tells whether there is another."""
    use.check_owner(use.caller.agency)
    query = CovertQuery(
        agency=use.caller.agency,
        is_waiting=not which.approved,
        after="" if which.cursor is None else read_cursor(which.cursor, 1)[0],
        limit=which.limit + 1,
    )
    read = await desk.page(query)
    shown = read[: which.limit]
    use.shown(*(entry.terms.plate for entry in shown), count=len(shown))
    return EntryPage(
        items=[EntryAnswer.of(entry) for entry in shown],
        next_cursor=write_cursor(shown[-1].entry_id) if len(read) > len(shown) else None,
    )


@one_router.get(
    "",
    summary="Read what is asked for",
    description="All of it, with the digest that a decision must name.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="covert_approval", purpose=True),
)
async def read_covert_entry(entry: Found, use: Use, response: Response) -> EntryAnswer:
    """The entry."""
    return _answer(entry, use, response)


@one_router.post(
    "/approve",
    summary="Approve a covert entry",
    description=(
        "By a senior officer who did not ask for it, once, within a day, with the digest of the request as it was "
        "read. It looks for its plate from then on."
    ),
    responses=STEP_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="covert_approval", purpose=True),
)
async def approve_covert_entry(
    *, entry: FoundForDecision, body: DecisionBody, desk: Desk, use: Use, response: Response
) -> EntryAnswer:
    """The approved entry."""
    return _answer(await desk.approve(entry, body.digest, by=use.caller.subject), use, response)


@one_router.post(
    "/refuse",
    summary="Refuse a covert entry",
    description="By a senior officer who did not ask for it, once. It never looks for anything.",
    responses=STEP_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="covert_approval", purpose=True),
)
async def refuse_covert_entry(
    *, entry: FoundForDecision, body: DecisionBody, desk: Desk, use: Use, response: Response
) -> EntryAnswer:
    """The refused entry."""
    return _answer(await desk.refuse(entry, body.digest, by=use.caller.subject), use, response)


@one_router.post(
    "/end",
    summary="End a covert entry",
    description="It stops ringing now, whoever asked for it. Ending it again changes nothing.",
    responses=STEP_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="covert_approval", purpose=True),
)
async def end_covert_entry(entry: Found, desk: Desk, use: Use, response: Response) -> EntryAnswer:
    """The entry with its end."""
    return _answer(await desk.end(entry, by=use.caller.subject), use, response)


def _answer(entry: Entry, use: Disclosure, response: Response) -> EntryAnswer:
    use.shown(entry.terms.plate)
    response.headers["ETag"] = etag(entry.version)
    return EntryAnswer.of(entry)
