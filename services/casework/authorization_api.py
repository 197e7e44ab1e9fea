"""`/v1/authorizations`: permissions to search for a face, as those who work on the case ask for and report on them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.contract.tables import AuthorizationLifecycle
from rasid.errors import BadRequest, Conflict, Forbidden, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag
from services.casework import authorization as steps
from services.casework.api import CHANGE_PROBLEMS, MAX_PAGE
from services.casework.authorization import Authorization
from services.casework.authorization_bodies import (
    AuthorizationAnswer,
    AuthorizationBody,
    AuthorizationPage,
    NumberBody,
    RevocationBody,
)
from services.casework.authorization_desk import AuthorizationDesk
from services.casework.found import By, Key, Use, Versions
from services.casework.ports import AuthorizationQuery

router = APIRouter(prefix="/v1/authorizations", tags=["authorizations"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/authorizations/{authorization_id}", tags=["authorizations"], route_class=GatedRoute)


async def authorization_desk(request: Request) -> AuthorizationDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: AuthorizationDesk = request.app.state.authorization_desk
    return desk


Desk = Annotated[AuthorizationDesk, Depends(authorization_desk)]
AuthorizationId = Annotated[str, Path(pattern=IDENTIFIER_PATTERN, description="The authorization's id")]


def case_of(use: Use) -> str:
    """The case that the request is made under."""
    if use.case is None:
        raise RuntimeError("a route that needs a case is declared without a purpose")
    return use.case.case_id


def own_case_of(use: Use) -> str:
    """As `case_of`, of the caller's own agency; raises Forbidden for a case that another agency shares.

    What is asked for may outlive the share: the case's own agency must be able to see it and to end it.
    """
    if use.case is not None and use.case.agency != use.caller.agency:
        raise Forbidden(
            "authorization-of-another-agency",
            f"This case is of the agency {use.case.agency}, which alone asks for authorizations under it: have "
            "somebody of that agency ask.",
        )
    return case_of(use)


async def found(authorization_id: AuthorizationId, desk: Desk, use: Use) -> Authorization:
    """An authorization of the caller's agency and of the case that the request is made under; raises NotFound."""
    one = await desk.read(authorization_id, agency=use.caller.agency, case_id=case_of(use))
    use.check_owner(one.agency)
    return one


Found = Annotated[Authorization, Depends(found)]


class Filters(BaseModel):
    """The query of a list. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: AuthorizationLifecycle | None = Field(None, description="Only those in this state")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Authorizations a page")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Ask for an authorization",
    description=(
        "For the case the request is made under: which faces (gallery entries, or the digest of one picture), on which "
        "cameras or in which area, on what legal basis, by whose decision, for how long. It allows nothing until a "
        "senior officer, who is another person, approves exactly this. An urgent one has no decision of the authority "
        "yet, and dies by itself unless that is brought in time. Under a case that another agency shares with yours, "
        "that agency asks."
    ),
    responses=problem_responses(Conflict),
    openapi_extra=gated(operation="alter", subject="authorization", purpose=True),
)
async def ask(
    *, body: AuthorizationBody, key: Key, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """What was asked for, with the digest that its decision must name."""
    asked = await desk.request(body, by, case_id=own_case_of(use), key=key)
    response.headers["Location"] = f"/v1/authorizations/{asked.authorization_id}"
    return answered(asked, use, response)


@router.get(
    "",
    summary="List the authorizations of a case",
    description="Those of the case the request is made under, newest first, in every state: nothing vanishes.",
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="authorization", purpose=True),
)
async def list_authorizations(filters: Annotated[Filters, Query()], desk: Desk, use: Use) -> AuthorizationPage:
    """One page; one more row than asked for tells whether there is another."""
    query = AuthorizationQuery(
        agency=use.caller.agency,
        case_id=case_of(use),
        state=filters.state,
        after=Cursor.read(filters.cursor),
        limit=filters.limit + 1,
    )
    return page_of(await desk.page(query), filters.limit, use)


@one_router.get(
    "",
    summary="Read an authorization",
    description="What was asked for, who decided, when it ends, and all that was done. Its ETag is its version.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="authorization", purpose=True),
)
async def read(one: Found, use: Use, response: Response) -> AuthorizationAnswer:
    """The authorization."""
    return answered(one, use, response)


@one_router.post(
    "/submit",
    summary="Say that an urgent one lies with the authority",
    description=(
        "With the number under which the authority has it. Without this it dies 24 hours after its approval; with it, "
        "it lasts until the authority's decision is due, 48 hours after its approval."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="authorization", purpose=True),
)
async def submit(
    *, one: Found, body: NumberBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The authorization with its new end."""
    changed = await desk.change(one, seen, lambda this: steps.submit(this, body.number, by, desk.deadlines))
    return answered(changed, use, response)


@one_router.post(
    "/confirm",
    summary="Say that the authority allows an urgent one",
    description=(
        "With the number of its decision, by somebody who did not ask for the authorization. From then on it lasts as "
        "long as it was asked for."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="authorization", purpose=True),
)
async def confirm(
    *, one: Found, body: NumberBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The authorization with its decision."""
    changed = await desk.change(one, seen, lambda this: steps.confirm(this, body.number, by))
    return answered(changed, use, response)


@one_router.post(
    "/reject",
    summary="Say that the authority refuses an urgent one",
    description=(
        "It is over at once, and every service is told to delete what was found under it (`is_deletion_due`). The "
        "number of the decision is kept."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="authorization", purpose=True),
)
async def reject(
    *, one: Found, body: NumberBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The refused authorization."""
    changed = await desk.change(one, seen, lambda this: steps.reject(this, body.number, by))
    return answered(changed, use, response)


@one_router.post(
    "/revoke",
    summary="Give an authorization up",
    description="It is over in every service within a second. It stays readable, and is kept.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="authorization", purpose=True),
)
async def revoke(
    *, one: Found, body: RevocationBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The revoked authorization."""
    changed = await desk.change(one, seen, lambda this: steps.revoke(this, body.reason, by))
    return answered(changed, use, response)


def answered(one: Authorization, use: Disclosure, response: Response) -> AuthorizationAnswer:
    """The answer, declared to the gate."""
    use.shown(count=1)
    response.headers["ETag"] = etag(one.version)
    return AuthorizationAnswer.of(one)


def page_of(read_rows: list[Authorization], limit: int, use: Disclosure) -> AuthorizationPage:
    """A page of `limit` rows, declared to the gate."""
    page = read_rows[:limit]
    use.shown(count=len(page))
    more = len(read_rows) > len(page)
    last = page[-1] if page else None
    return AuthorizationPage(
        items=[AuthorizationAnswer.of(one) for one in page],
        next_cursor=Cursor(last.consent.asked_at, last.authorization_id).text if more and last else None,
    )
