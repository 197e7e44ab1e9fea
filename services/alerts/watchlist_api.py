"""`/v1/watchlists`: what an agency looks for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import (
    BadRequest,
    Conflict,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unprocessable,
)
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import read_cursor, write_cursor
from rasid.runtime.preconditions import etag, read_if_match
from services.alerts.entry import Entry
from services.alerts.ports import EntryQuery
from services.alerts.watchlist_bodies import EntryAnswer, EntryBody, EntryPage, NewEntryBody
from services.alerts.watchlist_desk import WatchlistDesk

MAX_PAGE = 200

router = APIRouter(prefix="/v1/watchlists/{list_id}/entries", tags=["watchlists"], route_class=GatedRoute)


async def watchlist_desk(request: Request) -> WatchlistDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: WatchlistDesk = request.app.state.watchlist_desk
    return desk


Desk = Annotated[WatchlistDesk, Depends(watchlist_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
ListId = Annotated[
    str,
    Path(pattern=IDENTIFIER_PATTERN, description="A list of your agency; it is there once it has an entry"),
]
EntryId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The entry's id")]
IfMatch = Annotated[str | None, Header(description="ETag of the entry you saw", examples=['"1"'])]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="Your own name for this request: sending it again with the same body gives the same answer",
        examples=["5f0f2c1e-7c52-4a53-9a37-0d4d6c9f1d2e"],
    ),
]


class Filters(BaseModel):
    """The query of a list of entries. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ended: bool = Field(default=False, description="Also entries that have ended")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Entries a page")


@router.post(
    "",
    status_code=201,
    summary="Look for a plate",
    description=(
        "Adds an entry to a list of your agency, for the case you name. It rings from the answer on, or a second later "
        "where the service runs as several processes. The plate is compared in its normalized form: script of digits, "
        "separators and letter case do not matter. With `covert` only the people of your case know of it, and it looks "
        "for nothing until a second person has approved it."
    ),
    responses=problem_responses(Conflict, Unprocessable),
    openapi_extra=gated(operation="alter", subject="watchlist", purpose=True),
)
async def add_entry(
    *,
    list_id: ListId,
    body: NewEntryBody,
    key: Key,
    desk: Desk,
    use: Use,
    response: Response,
) -> EntryAnswer:
    """The entry as made."""
    if body.covert is not None:
        use.check_subject("covert_entry")
    entry = await desk.add(
        list_id,
        body,
        by=use.caller.subject,
        agency=use.caller.agency,
        case_id=use.case_id,
        key=key,
    )
    response.headers["Location"] = f"/v1/watchlists/{list_id}/entries/{entry.entry_id}"
    return _answer(entry, use, response)


@router.get(
    "",
    summary="List the entries of a list",
    description=(
        "Entries of your agency in the order of their ids; those in force or to come, or all with `ended`. Covert ones "
        "of the case you work under, and of no other."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="watchlist", purpose=True),
)
async def list_entries(
    *,
    list_id: ListId,
    which: Annotated[Filters, Query()],
    desk: Desk,
    use: Use,
) -> EntryPage:
    """One page; one more row than asked for tells whether there is another."""
    query = EntryQuery(
        agency=use.caller.agency,
        case_id=use.case_id,
        list_id=list_id,
        with_ended=which.ended,
        after="" if which.cursor is None else read_cursor(which.cursor, 1)[0],
        limit=which.limit + 1,
    )
    found = await desk.page(query)
    shown = found[: which.limit]
    use.shown(*(entry.terms.plate for entry in shown), count=len(shown))
    return EntryPage(
        items=[EntryAnswer.of(entry) for entry in shown],
        next_cursor=write_cursor(shown[-1].entry_id) if len(found) > len(shown) else None,
    )


@router.get(
    "/{entry_id}",
    summary="Read an entry",
    description="One entry of your agency, also after it has ended. Its ETag is its version.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="watchlist", purpose=True),
)
async def read_entry(list_id: ListId, entry_id: EntryId, desk: Desk, use: Use, response: Response) -> EntryAnswer:
    """The entry."""
    return _answer(await _found(desk, use, list_id, entry_id), use, response)


@router.put(
    "/{entry_id}",
    summary="Change an entry",
    description=(
        "Replaces what you look for and why; the former terms are kept. Send `If-Match` with the ETag of the version "
        "you change. `valid_from` stays as it is when left out. An entry that has ended stays as it was (409)."
    ),
    responses=problem_responses(
        *(BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired, Unprocessable),
    ),
    openapi_extra=gated(operation="alter", subject="watchlist", purpose=True),
)
async def change_entry(
    *,
    list_id: ListId,
    entry_id: EntryId,
    body: EntryBody,
    desk: Desk,
    use: Use,
    response: Response,
    if_match: IfMatch = None,
) -> EntryAnswer:
    """The entry after the change."""
    versions = read_if_match(if_match)
    entry = await _found(desk, use, list_id, entry_id)
    use.asked(entry.terms.plate)
    changed = await desk.change(entry, body, by=use.caller.subject, versions=versions)
    return _answer(changed, use, response)


@router.delete(
    "/{entry_id}",
    summary="End an entry",
    description=(
        "It stops ringing now (`valid_to`); nothing vanishes: the entry, its history and its alerts stay readable. "
        "Ending it again changes nothing. With `If-Match`, only the version you saw is ended."
    ),
    responses=problem_responses(BadRequest, NotFound, PreconditionFailed),
    openapi_extra=gated(operation="alter", subject="watchlist", purpose=True),
)
async def end_entry(
    *,
    list_id: ListId,
    entry_id: EntryId,
    desk: Desk,
    use: Use,
    response: Response,
    if_match: IfMatch = None,
) -> EntryAnswer:
    """The entry with its end."""
    versions = None if if_match is None else read_if_match(if_match)
    entry = await _found(desk, use, list_id, entry_id)
    return _answer(await desk.end(entry, by=use.caller.subject, versions=versions), use, response)


async def _found(desk: WatchlistDesk, use: Disclosure, list_id: str, entry_id: str) -> Entry:
    """The entry, once the policy has allowed this use of it; a covert one of another case is not there."""
    entry = await desk.read(use.caller.agency, list_id, entry_id, use.case_id)
    if entry.covert is not None:
        use.check_owner(entry.agency, cases=(entry.case_id,), is_covert=True)
    return entry


def _answer(entry: Entry, use: Disclosure, response: Response) -> EntryAnswer:
    use.shown(entry.terms.plate)
    response.headers["ETag"] = etag(entry.version)
    return EntryAnswer.of(entry)
