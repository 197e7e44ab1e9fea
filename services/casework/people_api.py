"""Who may use a case: people of the agency, and another agency for a time."""

from fastapi import APIRouter, Response

from rasid.identity.gate import GatedRoute, gated
from services.casework import case as steps
from services.casework.api import CHANGE_PROBLEMS, answered
from services.casework.case import state_of
from services.casework.case_bodies import AgencyBody, CaseWithHistory, PersonBody, ShareBody
from services.casework.found import By, Cases, Found, Use, Versions

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["people"], route_class=GatedRoute)


@router.post(
    "/assign",
    summary="Assign somebody to a case",
    description=(
        "By a supervisor of the agency whose case it is, or of one that it is shared with, for people of their own. "
        "Nobody assigns themselves."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_assignment", purpose=False),
)
async def assign(
    *, case: Found, body: PersonBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The case with the person."""
    use.check_case(state_of(case), assigns=(body.subject,))
    changed = await cases.change(case, seen, lambda one: steps.assign(one, body.subject, by))
    return answered(changed, use, response)


@router.post(
    "/unassign",
    summary="End an assignment",
    description=(
        "The person may not use the case any more: every service denies within a second. An agency that the case is "
        "shared with ends only what it assigned itself."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_assignment", purpose=False),
)
async def unassign(
    *, case: Found, body: PersonBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The case without the person."""
    changed = await cases.change(case, seen, lambda one: steps.unassign(one, body.subject, by))
    return answered(changed, use, response)


@router.post(
    "/share",
    summary="Share a case with another agency",
    description=(
        "By a senior officer, until a moment that must be named: at that moment it ends by itself, in every service. "
        "Sharing again replaces the moment. The other agency's supervisors assign their own people."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_share", purpose=False),
)
async def share(
    *, case: Found, body: ShareBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The case with the share."""
    cases.check_share(body.agency, body.until)
    changed = await cases.change(case, seen, lambda one: steps.share(one, body.agency, body.until, by))
    return answered(changed, use, response)


@router.post(
    "/unshare",
    summary="End a share before its time",
    description=(
        "The other agency may not use the case any more, and whom it assigned is not assigned any more: every service "
        "denies within a second."
    ),
    responses=CHANGE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_share", purpose=False),
)
async def unshare(
    *, case: Found, body: AgencyBody, seen: Versions, by: By, cases: Cases, use: Use, response: Response
) -> CaseWithHistory:
    """The case without the share."""
    changed = await cases.change(case, seen, lambda one: steps.unshare(one, body.agency, by))
    return answered(changed, use, response)
