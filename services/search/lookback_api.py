"""`/v1/lookbacks`: what is older than 90 days is looked for by two persons."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, status

from rasid.errors import BadRequest, Conflict, Forbidden, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from services.search.lookback import Lookback
from services.search.lookback_bodies import DecisionBody, LookbackAnswer, LookbackBody, LookbackPage
from services.search.lookback_desk import LookbackDesk

MAX_PAGE = 200
router = APIRouter(prefix="/v1/lookbacks", tags=["lookbacks"], route_class=GatedRoute)
one_router = APIRouter(prefix="/v1/lookbacks/{lookback_id}", tags=["lookbacks"], route_class=GatedRoute)
DECIDED = problem_responses(NotFound, Conflict)


async def lookback_desk(request: Request) -> LookbackDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: LookbackDesk = request.app.state.lookback_desk
    return desk


Desk = Annotated[LookbackDesk, Depends(lookback_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
LookbackId = Annotated[str, Path(min_length=1, max_length=64, description="The request's id")]


async def found(lookback_id: LookbackId, desk: Desk, use: Use) -> Lookback:
    """One of the caller's agency; raises NotFound and Forbidden."""
    one = await desk.read(lookback_id, use.caller.agency)
    use.check_owner(one.agency, cases=(one.consent.case_id,))
    return one


async def found_for_decision(lookback_id: LookbackId, desk: Desk, use: Use) -> Lookback:
    """As `found`, for who decides about it: not the person who asked for it."""
    one = await desk.read(lookback_id, use.caller.agency)
    use.check_owner(one.agency, asked_by=one.consent.asked_by)
    return one


Found = Annotated[Lookback, Depends(found)]
FoundForDecision = Annotated[Lookback, Depends(found_for_decision)]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Ask to look back further than 90 days",
    description=(
        "Says which search you want to make, to its last word, and why. Nothing is shown by that: a senior officer of "
        "your agency, another person, decides within a day; then you make exactly this search under this case, "
        "until the day is over."
    ),
    responses=problem_responses(Conflict),
    openapi_extra=gated(operation="consult", subject="plate", purpose=True),
)
async def ask_to_look_back(body: LookbackBody, desk: Desk, use: Use) -> LookbackAnswer:
    """The request, with the digest that its decision must name."""
    if body.plate is not None:
        use.asked(body.plate)
    return _answered(await desk.ask(body.asked(), body.reason, use.caller, case_of(use)), use)


@router.get(
    "",
    summary="List what waits for a senior officer",
    description=(
        "The searches that people of your agency ask to make, newest first: for a senior officer those of all cases, "
        "for anybody else those of the case that the request is made under."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="lookback", purpose=True),
)
async def list_lookbacks(
    desk: Desk,
    use: Use,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Requests a page")] = 50,
) -> LookbackPage:
    """One page."""
    read = await desk.page(use.caller.agency, _listed_case(use), Cursor.read(cursor), limit + 1)
    shown = read[:limit]
    for one in shown:
        _shown(one, use)
    use.shown(count=0)
    more = len(read) > len(shown)
    return LookbackPage(
        items=[LookbackAnswer.of(one) for one in shown],
        next_cursor=Cursor(shown[-1].asked_at, shown[-1].lookback_id).text if more else None,
    )


@one_router.get(
    "",
    summary="Read what is asked for",
    description="The search, who asked for it, and what was decided.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="lookback", purpose=True),
)
async def read_lookback(one: Found, use: Use) -> LookbackAnswer:
    """The request."""
    return _answered(one, use)


@one_router.post(
    "/approval",
    summary="Consent to look back",
    description="By a senior officer who did not ask for it, once, with the digest of the request as it was read.",
    responses=DECIDED,
    openapi_extra=gated(operation="alter", subject="lookback", purpose=True),
)
async def approve(*, one: FoundForDecision, body: DecisionBody, desk: Desk, use: Use) -> LookbackAnswer:
    """The decided request."""
    return _answered(await desk.decide(one, body.digest, use.caller, approves=True), use)


@one_router.post(
    "/refusal",
    summary="Refuse to look back",
    description="By a senior officer who did not ask for it. It can be asked for again.",
    responses=DECIDED,
    openapi_extra=gated(operation="alter", subject="lookback", purpose=True),
)
async def refuse(*, one: FoundForDecision, body: DecisionBody, desk: Desk, use: Use) -> LookbackAnswer:
    """The decided request."""
    return _answered(await desk.decide(one, body.digest, use.caller, approves=False), use)


async def consented(lookback_id: str | None, desk: LookbackDesk, use: Disclosure) -> Lookback | None:
    """The consent that a search names, when the policy lets it count; None when it names none."""
    if lookback_id is None:
        return None
    lookback = await desk.read(lookback_id, use.caller.agency)
    use.check_age(lookback.agency, desk.reach(lookback), lookback.approver)
    return lookback


def case_of(use: Disclosure) -> str:
    """The case that the request is made under."""
    return "" if use.case is None else use.case.case_id


def _listed_case(use: Disclosure) -> str | None:
    """The case whose requests the policy lets this caller list; None: those of every case. Raises Forbidden."""
    try:
        use.check_owner(use.caller.agency)
    except Forbidden:
        use.check_owner(use.caller.agency, cases=(case_of(use),))
        return case_of(use)
    return None


def _answered(lookback: Lookback, use: Disclosure) -> LookbackAnswer:
    _shown(lookback, use)
    return LookbackAnswer.of(lookback)


def _shown(lookback: Lookback, use: Disclosure) -> None:
    use.shown(*(() if lookback.plate is None else (lookback.plate,)), count=1)
