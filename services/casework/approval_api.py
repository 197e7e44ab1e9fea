"""`/v1/approvals`: what waits for a second person, and what they decide.

It says whom an agency looks for and where, so whoever decides works under a case and purpose of their own.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from rasid.errors import BadRequest, NotFound
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from services.casework import authorization as steps
from services.casework.api import CHANGE_PROBLEMS
from services.casework.authorization import Authorization
from services.casework.authorization_api import AuthorizationId, Desk, Filters, answered, page_of
from services.casework.authorization_bodies import (
    AuthorizationAnswer,
    AuthorizationPage,
    DecisionBody,
    RevocationBody,
)
from services.casework.found import By, Use, Versions
from services.casework.ports import AuthorizationQuery

router = APIRouter(prefix="/v1/approvals", tags=["approvals"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/approvals/{authorization_id}", tags=["approvals"], route_class=GatedRoute)


async def found(authorization_id: AuthorizationId, desk: Desk, use: Use) -> Authorization:
    """An authorization of the caller's agency, which they may look at; raises NotFound and Forbidden."""
    one = await desk.read(authorization_id, agency=use.caller.agency)
    use.check_owner(one.agency)
    return one


async def found_for_decision(authorization_id: AuthorizationId, desk: Desk, use: Use) -> Authorization:
    """As `found`, for who decides about it: not the person who asked for it."""
    one = await desk.read(authorization_id, agency=use.caller.agency)
    use.check_owner(one.agency, asked_by=one.consent.asked_by)
    return one


Found = Annotated[Authorization, Depends(found)]
FoundForDecision = Annotated[Authorization, Depends(found_for_decision)]


@router.get(
    "",
    summary="List what waits for a second person",
    description=(
        "The authorizations that your agency asks for, of all its cases, newest first: those that wait for a decision "
        "(`state=requested`, when left out), or those in another state."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="approval", purpose=True),
)
async def list_approvals(filters: Annotated[Filters, Query()], desk: Desk, use: Use) -> AuthorizationPage:
    """One page."""
    use.check_owner(use.caller.agency)
    query = AuthorizationQuery(
        agency=use.caller.agency,
        state=filters.state or "requested",
        after=Cursor.read(filters.cursor),
        limit=filters.limit + 1,
    )
    return page_of(await desk.page(query), filters.limit, use)


@one_router.get(
    "",
    summary="Read what is asked for",
    description="All of it, with the digest that a decision must name. Its ETag is its version.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="approval", purpose=True),
)
async def read(one: Found, use: Use, response: Response) -> AuthorizationAnswer:
    """What is asked for."""
    return answered(one, use, response)


@one_router.post(
    "/approve",
    summary="Approve an authorization",
    description=(
        "By a senior officer who did not ask for it, once, in time, with the digest of the request as it was read. It "
        "is in force in every service a moment later."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="approval", purpose=True),
)
async def approve(
    *, one: FoundForDecision, body: DecisionBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The granted authorization."""
    changed = await desk.change(one, seen, lambda this: steps.approve(this, body.digest, by, desk.deadlines))
    return answered(changed, use, response)


@one_router.post(
    "/refuse",
    summary="Refuse an authorization",
    description="By a senior officer who did not ask for it, once. It can be asked for again, with other terms.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="approval", purpose=True),
)
async def refuse(
    *, one: FoundForDecision, body: DecisionBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The refused authorization."""
    changed = await desk.change(one, seen, lambda this: steps.refuse(this, body.digest, by))
    return answered(changed, use, response)


@one_router.post(
    "/revoke",
    summary="Revoke an authorization",
    description="At once, with a reason: it is over in every service within a second.",
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="approval", purpose=True),
)
async def revoke(
    *, one: Found, body: RevocationBody, seen: Versions, by: By, desk: Desk, use: Use, response: Response
) -> AuthorizationAnswer:
    """The revoked authorization."""
    changed = await desk.change(one, seen, lambda this: steps.revoke(this, body.reason, by))
    return answered(changed, use, response)
