"""`/v1/alerts/{alert_id}/evidence`: asking for clips of an alert. What became of them stands on the alert."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.status import HTTP_202_ACCEPTED

from rasid.errors import BadRequest, Conflict, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from services.alerts.alert_bodies import ClipAnswer, ClipBody
from services.alerts.evidence_desk import EvidenceDesk

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=GatedRoute)


async def evidence_desk(request: Request) -> EvidenceDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: EvidenceDesk = request.app.state.evidence_desk
    return desk


@router.post(
    "/{alert_id}/evidence",
    status_code=HTTP_202_ACCEPTED,
    summary="Ask for a clip",
    description=(
        "Asks the archive for a window of what a camera saw that saw the alert's target. The clip around the read that "
        "rang is asked for by itself. Asking for the same window again changes nothing. What became of it stands on "
        "the alert, and is told on the live stream as `updated`."
    ),
    responses=problem_responses(BadRequest, NotFound, Conflict),
    openapi_extra=gated(operation="collect", subject="clip", purpose=True),
)
async def ask_for_a_clip(
    alert_id: Annotated[str, Path(min_length=1, max_length=64, description="The alert's id")],
    body: ClipBody,
    desk: Annotated[EvidenceDesk, Depends(evidence_desk)],
    use: Annotated[Disclosure, Depends(disclosure)],
) -> ClipAnswer:
    """The clip as it is now."""
    alert = await desk.alert(alert_id, use.caller.agency, use.case_id)
    use.asked(alert.plate_normalized)
    use.check_owner(alert.agency, alert_received_at=alert.received_at)
    clip = await desk.ask(alert, body, by=use.caller.subject)
    use.shown(count=1)
    return ClipAnswer.of(clip)
