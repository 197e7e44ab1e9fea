"""What sites' power and link controllers talk to: one address each, guarded by a credential of their own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse

from rasid.errors import (
    Forbidden,
    TemporarilyUnavailable,
    TooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from rasid.identity.problem import problem_responses
from rasid.runtime.clock import Clock
from rasid.runtime.publishing import Publisher
from services.ingest.bodies import EventsAnswer
from services.ingest.door import Door
from services.ingest.refusals import RETRY_AFTER
from services.ingest.site_health import SiteReport
from services.ingest.site_reports import SiteReports
from services.ingest.upload import RequestBody, Uploads
from services.ingest.watch.presence import Presence

router = APIRouter(prefix="/v1", tags=["sites"])


@dataclass(frozen=True, slots=True)
class SiteReception:
    """What the route needs, put together by `app`."""

    door: Door
    uploads: Uploads
    publisher: Publisher
    clock: Clock
    deadline_seconds: float
    presence: Presence

    @property
    def reports(self) -> SiteReports:
        """What makes them durable."""
        return SiteReports(self.publisher, self.presence, self.deadline_seconds)


@router.post(
    "/sites/{site_id}/health",
    summary="Take what a site's power and link controller reports",
    response_model=EventsAnswer,
    responses=problem_responses(
        *(Unauthenticated, Forbidden, TooSlow, TooLarge, Unprocessable, TemporarilyUnavailable),
    ),
    openapi_extra={
        "security": [{"digest": []}, {"basic": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SiteReport.model_json_schema()}},
        },
    },
)
async def report_health(
    site_id: Annotated[str, Path(description="The site that reports", examples=["bridge"])],
    request: Request,
) -> Response:
    """Answers 200 only when the event is durable. The same report again is the same event."""
    parts: SiteReception = request.app.state.sites
    received_at = parts.clock.now()
    controller = parts.door.admit(request, site_id, request.headers.get("authorization"), received_at)
    if isinstance(controller, Response):
        return controller
    body = await parts.uploads.read(RequestBody(request.receive), request.headers.get("content-length"))
    try:
        event = await parts.reports.take(site_id, body, received_at)
    except Unavailable as error:
        detail = f"{error}: nothing is promised, send it again"
        raise TemporarilyUnavailable("not-durable", detail, headers=RETRY_AFTER) from None
    finally:
        parts.uploads.let_go(body)
    return JSONResponse({"accepted": [event.id], "refused": [], "warnings": list(event.data.warnings)})
