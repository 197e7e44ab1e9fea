"""What `/live`, `/ready` and `/metrics` answer: the same three routes on every service."""

from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from rasid.runtime.watchdog import Watchdog


@dataclass(slots=True)
class Readiness:
    """Which parts of the service are ready, and why the others are not."""

    waiting: dict[str, str] = field(default_factory=dict)

    def not_ready(self, part: str, why: str) -> None:
        """`part` cannot do its work now; `why` goes into the answer for an operator to read."""
        self.waiting[part] = why

    def ready(self, part: str) -> None:
        """`part` can do its work."""
        self.waiting.pop(part, None)


def health_router(readiness: Readiness, watchdog: Watchdog, registry: CollectorRegistry) -> APIRouter:
    """The public routes that tell how a process is. They reveal no subject data."""
    router = APIRouter(tags=["health"])

    @router.get("/live", summary="Is the process alive?")
    async def live() -> JSONResponse:
        stuck = watchdog.stuck()
        return JSONResponse({"live": not stuck, "stuck": stuck}, 503 if stuck else 200)

    @router.get("/ready", summary="Can it do its work?")
    async def ready() -> JSONResponse:
        waiting = dict(readiness.waiting)
        return JSONResponse({"ready": not waiting, "waiting": waiting}, 503 if waiting else 200)

    @router.get("/metrics", summary="Figures for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
