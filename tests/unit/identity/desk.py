"""A small service behind the gate, with one route for each way to answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, field_validator

from rasid.errors import Conflict, NotFound, Unavailable
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.runtime.publishing import Publisher
from rasid.testing.identity import GateBench

SECRET = "13A98765"
Use = Annotated[Disclosure, Depends(disclosure)]
CONSULT = gated(operation="consult", subject="alert", purpose=True)
ALTER = gated(operation="alter", subject="watchlist", purpose=True)
COLLECT = gated(operation="collect", subject="clip", purpose=True)
STREAM = gated(operation="consult", subject="alert_stream", purpose=True, stream=True)
RECORDINGS = gated(operation="collect", subject="clip", purpose=False, scope="rasid:clips.deliver")
REGISTRY = gated(operation="alter", subject="registry", purpose=False)


class Wanted(BaseModel):
    """A plate to put on the list."""

    plate: str = Field(max_length=16)
    priority: int = Field(1, ge=1, le=5)

    @field_validator("plate")
    @classmethod
    def has_letters(cls, plate: str) -> str:
        if plate.startswith("?"):
            message = f"{plate} is no plate"
            raise ValueError(message)
        return plate


class Desk:
    """What the routes did, for a test to look at."""

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.handled = 0
        self.streamed: list[bytes] = []
        self.uses: list[Disclosure] = []
        self.proceed = asyncio.Event()
        self.proceed.set()


def make_app(bench: GateBench, desk: Desk, publisher: Publisher | None = None) -> FastAPI:  # noqa: C901 - one small route after another
    """The service."""
    router = APIRouter(prefix="/v1", route_class=GatedRoute)

    @router.get("/alerts", openapi_extra=CONSULT)
    async def alerts(use: Use, limit: int = 10) -> dict[str, Any]:
        desk.handled += 1
        await desk.proceed.wait()
        desk.uses.append(use)
        use.shown(SECRET, SECRET, "OTHER", count=2)
        return {"items": [SECRET, "OTHER"][:limit]}

    @router.get("/alerts/none", openapi_extra=CONSULT)
    async def no_alerts(use: Use) -> list[str]:
        use.asked(SECRET)
        use.shown(count=0)
        return []

    @router.get("/alerts/forgotten", openapi_extra=CONSULT)
    async def forgotten() -> list[str]:
        return [SECRET]

    @router.get("/alerts/hidden-stream", openapi_extra=CONSULT)
    async def hidden_stream(use: Use) -> Response:
        use.shown(SECRET)
        return StreamingResponse(_chunks(desk))

    @router.get("/alerts/absent", openapi_extra=CONSULT)
    async def absent(use: Use) -> None:
        use.asked(SECRET)
        raise NotFound("alert-unknown", "There is no such alert.")

    @router.get("/alerts/teapot", openapi_extra=CONSULT)
    async def teapot() -> None:
        raise HTTPException(418, f"{SECRET} is a teapot")

    @router.get("/alerts/away", openapi_extra=CONSULT)
    async def away() -> None:
        raise Unavailable("the database", "no primary")

    @router.get("/alerts/broken", openapi_extra=CONSULT)
    async def broken() -> None:
        raise KeyError(SECRET)

    @router.get("/alerts/foreign", openapi_extra=CONSULT)
    async def foreign(use: Use) -> None:
        use.check_owner("intelligence", cases=("shared",))

    @router.get("/plates/{plate}", openapi_extra=gated(operation="consult", subject="plate", purpose=True))
    async def plate(plate: str, use: Use) -> dict[str, str]:
        use.shown(plate)
        return {"plate": plate}

    @router.get("/faces", openapi_extra=gated(operation="combine", subject="face", purpose=True))
    async def faces(use: Use) -> None:
        desk.uses.append(use)

    @router.post("/entries", openapi_extra=ALTER, status_code=201)
    async def add(wanted: Wanted, use: Use) -> Wanted:
        if wanted.plate in desk.entries:
            raise Conflict("entry-exists", "It is on the list already.")
        desk.entries.append(wanted.plate)
        use.shown(wanted.plate)
        return wanted

    @router.post("/clips", openapi_extra=COLLECT, status_code=202)
    async def ask(wanted: Wanted, use: Use) -> Wanted:
        return await add(wanted, use)

    @router.get("/stream", openapi_extra=STREAM)
    async def stream(use: Use) -> Response:
        desk.uses.append(use)
        return StreamingResponse(_chunks(desk), media_type="text/event-stream")

    @router.post("/recordings", openapi_extra=RECORDINGS)
    async def deliver(use: Use) -> dict[str, str]:
        use.check_owner(use.caller.agency)
        use.shown(count=0)
        return {"by": use.caller.subject}

    @router.put("/cameras/{camera_id}", openapi_extra=REGISTRY)
    async def camera(camera_id: str, use: Use) -> dict[str, str]:
        use.shown(count=1)
        return {"camera_id": camera_id}

    app = FastAPI()
    app.include_router(router)
    return bench.install(app, publisher)


async def _chunks(desk: Desk) -> AsyncIterator[bytes]:
    for chunk in (b"data: one\n\n", b"data: two\n\n"):
        desk.streamed.append(chunk)
        yield chunk


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client that talks to the application without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
