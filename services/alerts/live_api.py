"""`/v1/alerts/stream`: alerts as they happen, as server-sent events."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from services.alerts.listener import Listener
from services.alerts.live import LiveHub

FAREWELL_SECONDS = 5.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
EXAMPLE = """id: 3f9ad21c-41
retry: 2000

event: raised
data: {"alert_id":"5e0b...","kind":"plate","priority":"high","plate":{"read":"13A12345","entry":"13 A 12345"}}
id: 3f9ad21c-42

: ping
id: 3f9ad21c-42

"""

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], route_class=GatedRoute)


async def live_hub(request: Request) -> LiveHub:
    """FastAPI dependency: the part that `app` put together."""
    hub: LiveHub = request.app.state.live_hub
    return hub


class LiveResponse(StreamingResponse):
    """Streams to one listener, and breaks the connection of one who takes nothing any more."""

    media_type = "text/event-stream"

    def __init__(self, hub: LiveHub, listener: Listener) -> None:
        super().__init__(hub.stream(listener), headers=HEADERS)
        self._hub = hub
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the stream ends; whoever cannot be sent its end soon is left alone."""
        sending = asyncio.create_task(super().__call__(scope, receive, send))
        ended = asyncio.create_task(self._listener.ended())
        try:
            await asyncio.wait({sending, ended}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({sending}, timeout=FAREWELL_SECONDS)
            if sending.done():
                sending.result()
        finally:
            self._hub.leave(self._listener)
            for task in (sending, ended):
                task.cancel()
            await asyncio.gather(sending, ended, return_exceptions=True)


@router.get(
    "/stream",
    summary="Listen to alerts as they happen",
    description=(
        "Server-sent events: `raised` (it rings), `historic` (it came late and does not ring), `updated` (seen again), "
        "`acknowledged` and the other steps of the workflow, with the event's data as `docs/events.md` describes it. "
        "Each has an `id`; connect again with it in `Last-Event-ID`, to any replica, and nothing is missed. `reset` "
        "says that so much was missed that it is not kept any more: read `GET /v1/alerts`, then go on. The stream ends "
        "when the token does, when the case is closed or no longer yours, or when you read too slowly. Access is "
        "recorded when you connect, and for each alert before it is sent to you."
    ),
    status_code=200,
    response_class=LiveResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}}}},
    openapi_extra=gated(operation="consult", subject="alert_stream", purpose=True, stream=True),
)
async def stream_alerts(
    hub: Annotated[LiveHub, Depends(live_hub)],
    use: Annotated[Disclosure, Depends(disclosure)],
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="`id` of the last event you got"),
    ] = None,
) -> LiveResponse:
    """A stream of what happens from now on, or from where the last one broke off."""
    return LiveResponse(hub, hub.join(use, await hub.resume(last_event_id)))
