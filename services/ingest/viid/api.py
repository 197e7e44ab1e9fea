"""What Chinese-standard devices talk to (GA/T 1400, VIID): register, show life, tell the time, post what was seen.

A device is pointed at Rasid with what its firmware can set: address, port, its identifier, user and password. What it
posts takes the same path as any camera's; what it is answered are the protocol's own words, with an HTTP state beside
them. A refused part is no HTTP error here: a device would take the connection for broken and begin anew.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from rasid.errors import Problem, TemporarilyUnavailable, Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics
from services.ingest import admission
from services.ingest.adapters import gat1400
from services.ingest.admission import Refused, claimed_user
from services.ingest.credentials import Credential
from services.ingest.devices import Device
from services.ingest.door import Door
from services.ingest.intake import INLINE_BYTES, Intake, Outcome, Post
from services.ingest.turn import Turn
from services.ingest.upload import Uploads
from services.ingest.viid import protocol as viid
from services.ingest.viid.registrations import Registrations

SERVER = "rasid"
_STATES = {
    200: "What became of each object: `StatusCode` 0 is kept, 7 and 8 are refused, with the reason",
    401: "Not proven: register with Digest",
    403: "The camera is retired, or this is another camera's device",
    404: "There is no such resource here",
    503: "Nothing is promised: send it again (`StatusCode` 2)",
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    state: {"description": words, "content": {"application/VIID+JSON": {"schema": {"type": "object"}}}}
    for state, words in _STATES.items()
}
_DEVICE: dict[str, Any] = {
    "name": "User-Identify",
    "in": "header",
    "required": False,
    "description": "The device's own identifier, 20 digits",
    "schema": {"type": "string"},
}
_BODY = {"required": True, "content": {"application/VIID+JSON": {"schema": {"type": "object"}}}}

# The camera, and what it has just proven itself by, if it has.
_Admitted = tuple[Device, Credential | None]

router = APIRouter(tags=["GA/T 1400"])


@dataclass(frozen=True, slots=True)
class ViidReception:
    """What the routes need, put together by `app`."""

    door: Door
    registrations: Registrations
    turn: Turn
    uploads: Uploads
    intake: Intake
    clock: Clock
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class _Sent:
    """One request whose sender is known, read. `credential`: what it has proven itself by; `at`: its local time."""

    resource: str
    path: str
    device_id: str | None
    device: Device
    credential: Credential | None
    body: bytes
    at: datetime


async def take(request: Request) -> Response:
    """What a device posts, whichever resource; answered once everything is durable."""
    parts: ViidReception = request.app.state.viid
    path, resource = request.scope["path"], viid.resource_of(request.scope["path"])
    if resource is None or resource == viid.TIME:
        return _answer(viid.single(path, viid.INVALID_OPERATION, "", _local(None, parts), "no such resource"), 404)
    try:
        parts.door.check_loaded()
        admitted = await _admit(request, resource, parts)
        if isinstance(admitted, Refused):
            return _refuse(admitted, request, parts)
        body = await parts.uploads.read(request.stream(), request.headers.get("content-length"))
    except (Problem, Unavailable) as error:
        return _failed(error, path, parts)
    try:
        parts.turn.check()
        device, credential = admitted
        name = viid.device_id(body, request.headers.get("user-identify")) if resource in viid.SIGNS else None
        sent = _Sent(resource, path, name, device, credential, body, _local(device, parts))
        return await _settle(sent, request, parts)
    except (Problem, Unavailable) as error:
        return _failed(error, path, parts)
    finally:
        parts.uploads.let_go(body)


async def tell_time(request: Request) -> Response:
    """The time by which reads without an offset are dated: of the camera's zone, else Beijing's."""
    parts: ViidReception = request.app.state.viid
    name = request.headers.get("user-identify", "")
    try:
        found = await parts.registrations.find(name, _peer(request)) if name else None
    except Unavailable:
        found = None
    zone, zone_name = viid.zone_of(found.context.time_zone if isinstance(found, Device) else None)
    return _answer(viid.system_time(SERVER, parts.clock.now().astimezone(zone), zone_name))


for _resource in viid.POSTED:
    router.add_api_route(
        f"{viid.ROOT}{_resource}",
        take,
        methods=["POST"],
        name=f"viid_{_resource.replace('/', '_').lower()}",
        summary=f"GA/T 1400: {_resource}",
        description="As the standard says; what is answered 200 with `StatusCode` 0 is durable.",
        responses=_RESPONSES,
        response_class=Response,
        openapi_extra={"security": [{"digest": []}, {}], "parameters": [_DEVICE], "requestBody": _BODY},
    )
router.add_api_route(
    f"{viid.ROOT}{viid.TIME}",
    tell_time,
    methods=["GET"],
    summary=f"GA/T 1400: {viid.TIME}",
    description="What a device sets its clock to: local to the zone it is registered with, else Beijing's.",
    responses=_RESPONSES,
    response_class=Response,
    openapi_extra={"parameters": [_DEVICE]},
)
# Devices write the same address with a slash behind it, or in small letters.
router.add_api_route(viid.ROOT + "{rest:path}", take, methods=["POST"], include_in_schema=False)


async def _admit(request: Request, resource: str, parts: ViidReception) -> _Admitted | Refused:
    """By the credential where there is one, else by the registration of the device that is named.

    Whoever registers proves itself: a registration that begot the next one would outlive the password behind it.
    """
    authorization, path = request.headers.get("authorization"), request.scope["path"]
    if authorization is not None:
        user, now = claimed_user(authorization), parts.clock.now()
        claim = admission.Request(user, request.method, path, authorization, at=now)
        camera = parts.door.admission.admit(claim)
        return camera if isinstance(camera, Refused) else (camera, parts.door.admission.proof(camera, claim))
    name = request.headers.get("user-identify", "").strip()
    if not name or resource == viid.REGISTER:
        return Refused("no_credential")
    found = await parts.registrations.find(name, _peer(request))
    return found if isinstance(found, Refused) else (found, None)


async def _settle(sent: _Sent, request: Request, parts: ViidReception) -> Response:
    is_sign = sent.resource in viid.SIGNS
    if is_sign and sent.device_id is None:
        return _answer(viid.single(sent.path, viid.INVALID_CONTENT, "", sent.at, "DeviceID is missing or is two"))
    if sent.resource == viid.REGISTER and not await _register(sent, _peer(request), parts):
        return _refuse(Refused("other_camera", sent.device.camera_id), request, parts)
    outcome = await _take(sent, request, parts)
    if sent.resource == viid.UNREGISTER and sent.device_id is not None:
        await parts.registrations.forget(sent.device_id, sent.device)
    if is_sign:
        why = outcome.refused[0].detail if outcome.refused else None
        return _answer(viid.single(sent.path, viid.code_of(outcome.refused), sent.device_id or "", sent.at, why))
    ids = await _ids(sent.body)
    return _answer(viid.listed(sent.path, ids, outcome.refused, sent.at))


async def _register(sent: _Sent, peer: str, parts: ViidReception) -> bool:
    name, by = sent.device_id, sent.credential
    return name is not None and by is not None and await parts.registrations.register(name, sent.device, peer, by)


async def _take(sent: _Sent, request: Request, parts: ViidReception) -> Outcome:
    began = parts.clock.monotonic()
    context = msgspec.structs.replace(sent.device.context, adapter=gat1400.NAME)
    post = Post(request.headers.get("content-type", ""), request.headers, sent.body, parts.clock.now())
    outcome = await parts.intake.take(context, post)
    parts.metrics.payload_seconds.observe(parts.clock.monotonic() - began)
    return outcome


async def _ids(body: bytes) -> list[str]:
    if len(body) <= INLINE_BYTES:
        return viid.object_ids(body)
    return await asyncio.to_thread(viid.object_ids, body)


def _refuse(refused: Refused, request: Request, parts: ViidReception) -> Response:
    claimed = claimed_user(request.headers.get("authorization")) or request.headers.get("user-identify", "")
    plain = parts.door.refuse(refused, request, claimed)
    why = "register with the user and password that Rasid showed once" if plain.status_code == 401 else None  # noqa: PLR2004 - an HTTP state
    body = viid.single(request.scope["path"], viid.INVALID_OPERATION, "", _local(None, parts), why)
    answer = _answer(body, plain.status_code)
    answer.raw_headers += [one for one in plain.raw_headers if one[0] in {b"www-authenticate", b"connection"}]
    return answer


def _failed(error: Problem | Unavailable, path: str, parts: ViidReception) -> Response:
    """What could not be read or made durable: nothing is promised."""
    status = error.status if isinstance(error, Problem) else TemporarilyUnavailable.status
    code = viid.BUSY if status == TemporarilyUnavailable.status else viid.OTHER_ERROR
    headers = {"Retry-After": "5"} if code == viid.BUSY else {}
    if isinstance(error, Problem):
        headers |= error.headers
    why = error.detail if isinstance(error, Problem) else None
    is_sign = viid.resource_of(path) in viid.SIGNS
    at = _local(None, parts)
    body = viid.single(path, code, "", at, why) if is_sign else viid.all_alike(path, code, at, why)
    return _answer(body, status, headers)


def _local(device: Device | None, parts: ViidReception) -> datetime:
    zone, _ = viid.zone_of(None if device is None else device.context.time_zone)
    return parts.clock.now().astimezone(zone)


def _peer(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    sent = {"Cache-Control": "no-store", **(headers or {})}
    return Response(msgspec.json.encode(body), status, sent, viid.MEDIA_TYPE)
