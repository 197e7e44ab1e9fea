"""What `/live`, `/ready` and `/metrics` answer: the same three routes on every service."""

from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from rasid.runtime.watchdog import Watchdog


@dataclass(slots=True)
class Readiness:
    """Which parts of the service are ready, and why the others are not.

    A degraded part does less than it should while the service as a whole still does its work: whoever balances load
    must not take it out for that.
    """

    waiting: dict[str, str] = field(default_factory=dict)
    degraded: dict[str, str] = field(default_factory=dict)

    def not_ready(self, part: str, why: str) -> None:
        """`part` cannot do its work now; `why` goes into the answer for an operator to read."""
        self.degraded.pop(part, None)
        self.waiting[part] = why

    def degrade(self, part: str, why: str) -> None:
        """`part` does less than it should, and the service can do without."""
        self.waiting.pop(part, None)
        self.degraded[part] = why

    def told(self, part: str, trouble: str | None) -> None:
        """`part` is degraded by `trouble`, or can do its work when there is none."""
        if trouble is None:
            self.ready(part)
        else:
            self.degrade(part, trouble)

    def ready(self, part: str) -> None:
        """`part` can do its work."""
        self.waiting.pop(part, None)
        self.degraded.pop(part, None)


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
        answer = {"ready": not waiting, "waiting": waiting, "degraded": dict(readiness.degraded)}
        return JSONResponse(answer, 503 if waiting else 200)

    @router.get("/metrics", summary="Figures for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
