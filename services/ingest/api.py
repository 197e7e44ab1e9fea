"""What cameras talk to: one address each, guarded by a credential of their own."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, FastAPI, Path, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from rasid.errors import (
    Forbidden,
    Problem,
    TemporarilyUnavailable,
    TooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from rasid.identity.problem import problem_response, problem_responses, unexpected
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from services.ingest import push_token
from services.ingest.bodies import EventsAnswer
from services.ingest.devices import Device
from services.ingest.door import Door
from services.ingest.intake import UNKNOWN_ADAPTER, Intake, Outcome, Post
from services.ingest.refusals import RETRY_AFTER
from services.ingest.turn import Turn
from services.ingest.upload import RequestBody, Uploads
from services.ingest.viid import protocol as viid

# Routes of this service that are not behind the gate, and why.
PUBLIC_ROUTES = {
    "POST /v1/cameras/{camera_id}/events": "a camera proves itself by its credential, and learns its events' ids only",
    "POST /v1/cameras/{camera_id}/events/{token}": "the same, its credential standing in the address",
    "POST /v1/sites/{site_id}/health": "a site's controller proves itself by its credential, and learns one id only",
    **{f"POST {viid.ROOT}{name}": "a device proves itself by Digest when it registers" for name in viid.POSTED},
    f"POST {viid.ROOT}{{rest:path}}": "the same addresses as devices vary them; any other is answered that it is none",
    f"GET {viid.ROOT}{viid.TIME}": "tells what time it is, as the standard has it before a device can register",
}
_EXAMPLE = """<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
  <dateTime>2026-03-01T11:00:00+03:00</dateTime>
  <eventType>ANPR</eventType>
  <ANPR><licensePlate>13A12345</licensePlate><confidenceLevel>97</confidenceLevel></ANPR>
</EventNotificationAlert>"""
# Described and not depended on: FastAPI would look for them in every request, twice the cost of looking ourselves.
_SCHEMES = {
    "digest": {"type": "http", "scheme": "digest", "description": "A device's own credential"},
    "basic": {"type": "http", "scheme": "basic", "description": "A device's own credential"},
    "push_token": {
        "type": "apiKey",
        "in": "query",
        "name": push_token.NAME,
        "description": "A camera's password in the address, where its firmware can do nothing else",
    },
}
_EXTRA: dict[str, Any] = {
    "security": [{name: []} for name in _SCHEMES],
    "requestBody": {
        "required": True,
        "description": "A payload as the camera's firmware sends it; its content decides, not its content type.",
        "content": {
            "application/xml": {"schema": {"type": "string"}, "example": _EXAMPLE},
            "multipart/form-data": {"schema": {"type": "object", "description": "The event and its pictures"}},
            "*/*": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}
_ERRORS = problem_responses(
    *(Unauthenticated, Forbidden, TooSlow, TooLarge, Unprocessable, TemporarilyUnavailable),
)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reception:
    """What the route needs, put together by `app`."""

    door: Door
    turn: Turn
    uploads: Uploads
    intake: Intake
    clock: Clock
    metrics: Metrics


router = APIRouter(prefix="/v1", tags=["cameras"])


@router.post(
    "/cameras/{camera_id}/events",
    summary="Take what a camera sends",
    description=(
        "Answers 200 or 422 only when everything is durable: events and dead letters are in Kafka, or on this "
        "machine's disk on their way there. 503 `overloaded` comes at once when more is posted than can be worked on. "
        "Posting the same payload again makes the same events with the same ids. A "
        "camera can only speak for itself."
    ),
    response_model=EventsAnswer,
    responses=_ERRORS,
    openapi_extra=_EXTRA,
)
async def take_events(
    camera_id: Annotated[str, Path(description="The camera that posts", examples=["bridge-in"])],
    request: Request,
) -> Response:
    """Admit, read, take, answer; each step refuses in its own words."""
    parts: Reception = request.app.state.reception
    began, received_at = parts.clock.monotonic(), parts.clock.now()
    headers = _headers(request)
    authorization = push_token.authorization(camera_id, request, headers.get("authorization"))
    device = parts.door.admit(request, camera_id, authorization, received_at)
    if isinstance(device, Response):
        return device
    try:
        body = await parts.uploads.read(RequestBody(request.receive), headers.get("content-length"))
    except (Problem, ClientDisconnect) as error:
        _note_unread(device, error, parts)
        raise
    try:
        parts.turn.check()
        post = Post(headers.get("content-type", ""), headers, body, received_at)
        outcome = await parts.intake.take(device.context, post)
    except Unavailable as error:
        raise _not_durable(error) from None
    finally:
        parts.uploads.let_go(body)
    parts.metrics.payload_seconds.observe(parts.clock.monotonic() - began)
    return _answer(outcome)


# Firmware whose field for the address takes no `?`. The token is read from the path where it is looked for at all.
router.add_api_route(
    "/cameras/{camera_id}/events/{token}",
    take_events,
    methods=["POST"],
    name="take_events_by_token",
    summary="Take what a camera sends whose firmware only knows an address",
    description=(
        "As `POST /v1/cameras/{camera_id}/events`, with the camera's password as the last part of the path. Only for "
        "firmware that can do neither Digest nor Basic nor a query: whatever stands between keeps addresses."
    ),
    response_model=EventsAnswer,
    responses=_ERRORS,
    openapi_extra={
        "requestBody": _EXTRA["requestBody"],
        "parameters": [
            {
                "name": push_token.NAME,
                "in": "path",
                "required": True,
                "description": "The camera's password; never logged",
                "schema": {"type": "string"},
            },
        ],
    },
)


class CameraPosts:
    """Stands before the application and asks `take_events` itself for each post of a camera; all else is let through.

    The application would ask it too and answer the same, but first pass its layers, look at its routes, open stacks and
    look for dependencies: more than a tenth of a post's cost, for an endpoint that takes a part of the path and a body
    nobody parses.
    """

    _route = next(route for route in router.routes if isinstance(route, APIRoute) and route.endpoint is take_events)
    _path = _route.path_regex

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        found = self._path.match(scope["path"]) if is_post else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope.update(app=self._app, route=self._route)
        try:
            response = await take_events(found["camera_id"], Request(scope, receive))
        except Problem as problem:
            response = problem_response(problem)
        except ClientDisconnect:
            return  # nobody listens any more; without an answer the server closes the connection
        except Exception as error:  # noqa: BLE001 - the last place, as the application has one for all else
            response = unexpected(scope, error)
        await response(scope, receive, send)


def describe_credentials(app: FastAPI) -> None:
    """Put what cameras prove themselves with into the application's OpenAPI description."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        schema = described()
        schema.setdefault("components", {}).setdefault("securitySchemes", {}).update(_SCHEMES)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # how FastAPI documents it


def _headers(request: Request) -> dict[str, str]:
    """All of them, decoded once: `request.headers` goes through them at each look. Of two of a name the first is it."""
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in reversed(request.scope["headers"])}


def _not_durable(error: Unavailable) -> Problem:
    detail = f"{error}: nothing is promised, send it again"
    return TemporarilyUnavailable("not-durable", detail, headers=RETRY_AFTER)


def _answer(outcome: Outcome) -> Response:
    answer = EventsAnswer.of(outcome)
    if outcome.name != "refused":
        return Response(msgspec.json.encode(answer), media_type="application/json")
    why = " ".join(dict.fromkeys(refusal.detail for refusal in outcome.refused))
    return problem_response(Unprocessable("payload-not-understood", why, extra={"refused": answer["refused"]}))


def _note_unread(device: Device, error: Problem | ClientDisconnect, parts: Reception) -> None:
    """A body that did not arrive, or found no memory."""
    why = error.slug if isinstance(error, Problem) else "broken-off"
    outcome = "unavailable" if isinstance(error, TemporarilyUnavailable) else "unread"
    parts.metrics.payloads.labels(UNKNOWN_ADAPTER, outcome).inc()
    log.warning("a post could not be read", camera_id=device.camera_id, why=why)
