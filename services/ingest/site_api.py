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
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from services.ingest import admission
from services.ingest.admission import Admission, Refused
from services.ingest.bodies import EventsAnswer
from services.ingest.devices import Devices
from services.ingest.digest import Nonces
from services.ingest.refusals import NO_FAILURES, note, refusal
from services.ingest.site_health import SiteReport
from services.ingest.site_reports import SiteReports
from services.ingest.strangers import Strangers
from services.ingest.upload import RequestBody, Uploads
from services.ingest.watch.presence import Presence

RETRY_AFTER = {"Retry-After": "5"}

log = get_logger(__name__)

router = APIRouter(prefix="/v1", tags=["sites"])


@dataclass(frozen=True, slots=True)
class SiteReception:
    """What the route needs, put together by `app`. `controllers` are the sites by their identifiers."""

    controllers: Devices
    admission: Admission
    nonces: Nonces
    strangers: Strangers
    uploads: Uploads
    publisher: Publisher
    clock: Clock
    metrics: Metrics
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
    if not parts.controllers.is_loaded:
        raise TemporarilyUnavailable("starting", "the registry is not loaded yet: send it again", headers=RETRY_AFTER)
    received_at = parts.clock.now()
    controller = parts.admission.admit(
        admission.Request(
            camera_id=site_id,
            method=request.method,
            path=request.scope["path"],
            authorization=request.headers.get("authorization"),
            at=received_at,
        ),
    )
    if isinstance(controller, Refused):
        return _refuse(controller, site_id, request, parts)
    body = await parts.uploads.read(RequestBody(request.receive), request.headers.get("content-length"))
    try:
        event = await parts.reports.take(site_id, body, received_at)
    except Unavailable as error:
        detail = f"{error}: nothing is promised, send it again"
        raise TemporarilyUnavailable("not-durable", detail, headers=RETRY_AFTER) from None
    finally:
        parts.uploads.let_go(body)
    return JSONResponse({"accepted": [event.id], "refused": [], "warnings": list(event.data.warnings)})


def _refuse(refused: Refused, site_id: str, request: Request, parts: SiteReception) -> Response:
    if refused.reason not in NO_FAILURES:
        parts.metrics.camera_refusals.labels(refused.reason).inc()
        known = site_id if parts.controllers.get(site_id) is not None else None
        log.warning("a site's controller was refused", reason=refused.reason, site_id=known)
        note(parts.strangers, refused, request, site_id, parts.clock.now())
    return refusal(refused, request, parts.nonces, parts.clock.now())
