"""`/v1/alerts`: what rang, for the people who may see it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.alerts import Priority
from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import BadRequest, Conflict, NotFound, PreconditionFailed, PreconditionRequired
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.moments import Time
from rasid.runtime.paging import Cursor
from rasid.runtime.preconditions import etag, read_if_match
from services.alerts.alert import Alert, AlertState
from services.alerts.alert_bodies import AcknowledgeBody, AlertAnswer, AlertPage
from services.alerts.alert_desk import AlertDesk
from services.alerts.ports import AlertQuery

MAX_PAGE = 200

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=GatedRoute)


async def alert_desk(request: Request) -> AlertDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: AlertDesk = request.app.state.alert_desk
    return desk


Desk = Annotated[AlertDesk, Depends(alert_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
AlertId = Annotated[str, Path(min_length=1, max_length=64, description="The alert's id")]


class Filters(BaseModel):
    """The query of a list of alerts. A filter that does not exist is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: AlertState | None = Field(None, description="Only alerts in this state")
    priority: Priority | None = Field(None, description="Only alerts of this priority")
    camera_id: str | None = Field(None, pattern=IDENTIFIER_PATTERN, description="First seen by this camera")
    entry_id: str | None = Field(None, pattern=IDENTIFIER_PATTERN, description="From this watchlist entry")
    since: Time | None = Field(None, description="Received at or after this moment; without it all that is kept")
    until: Time | None = Field(None, description="Received before this moment; without it up to now")
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Alerts a page")


@router.get(
    "",
    summary="List alerts, newest first",
    description="The alerts of your agency's watchlist entries, by the time their first read was received.",
    responses=problem_responses(BadRequest),
    openapi_extra=gated(operation="consult", subject="alert", purpose=True),
)
async def list_alerts(filters: Annotated[Filters, Query()], desk: Desk, use: Use) -> AlertPage:
    """One page; one more row than asked for tells whether there is another."""
    query = AlertQuery(
        agency=use.caller.agency,
        case_id=use.case_id,
        state=filters.state,
        priority=filters.priority,
        camera_id=filters.camera_id,
        entry_id=filters.entry_id,
        since=filters.since,
        until=filters.until,
        after=Cursor.read(filters.cursor),
        limit=filters.limit + 1,
    )
    found = await desk.page(query)
    shown = found[: filters.limit]
    use.shown(*(alert.plate_normalized for alert in shown), count=len(shown))
    return AlertPage(
        items=[AlertAnswer.of(alert) for alert in shown],
        next_cursor=Cursor(shown[-1].received_at, shown[-1].alert_id).text if len(found) > len(shown) else None,
    )


@router.get(
    "/{alert_id}",
    summary="Read an alert",
    description="The read and the list entry side by side, with pictures by reference. Its ETag is its version.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="alert", purpose=True),
)
async def read_alert(alert_id: AlertId, desk: Desk, use: Use, response: Response) -> AlertAnswer:
    """One alert of the caller's agency."""
    alert = await desk.read(alert_id, use.caller.agency, use.case_id)
    if alert.is_covert:
        use.check_owner(alert.agency, cases=(alert.case_id,), is_covert=True)
    return _answer(alert, use, response)


@router.post(
    "/{alert_id}/acknowledge",
    summary="Take an alert",
    description=(
        "Says that you deal with it. Send `If-Match` with the ETag of the version you saw: 412 when a colleague acted "
        "on the alert since, 409 when one has taken it. That its target was seen again since you read it does not "
        "matter. Taking it twice changes nothing. Everyone connected to the live stream is told."
    ),
    responses=problem_responses(BadRequest, NotFound, Conflict, PreconditionFailed, PreconditionRequired),
    openapi_extra=gated(operation="alter", subject="alert", purpose=True),
)
async def acknowledge_alert(
    *,
    alert_id: AlertId,
    desk: Desk,
    use: Use,
    response: Response,
    body: AcknowledgeBody | None = None,
    if_match: Annotated[str | None, Header(description="ETag of the alert you saw", examples=['"1"'])] = None,
) -> AlertAnswer:
    """The alert with the caller's name on it."""
    alert = await desk.acknowledge(
        alert_id,
        by=use.caller.subject,
        agency=use.caller.agency,
        case_id=use.case_id,
        comment=None if body is None else body.comment,
        versions=read_if_match(if_match),
    )
    return _answer(alert, use, response)


def _answer(alert: Alert, use: Disclosure, response: Response) -> AlertAnswer:
    use.shown(alert.plate_normalized)
    response.headers["ETag"] = etag(alert.version)
    return AlertAnswer.of(alert)
