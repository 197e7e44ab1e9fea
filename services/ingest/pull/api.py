"""Where administrators give the credentials by which Rasid asks cameras, and see how it stands with each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from rasid.errors import Conflict, NotFound, TooLarge, Unprocessable
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from services.ingest.pull.bodies import PullsAnswer, PullStatusAnswer
from services.ingest.pull.credentials import PullCredentials
from services.ingest.pull.plan import PullStatus
from services.ingest.pull.vault import CameraCredential
from services.ingest.registry.entries import CameraEdit
from services.ingest.registry.parts import CREDENTIALS, READS, CameraId, Use
from services.ingest.registry.registrar import Book

BODY_BYTES = 4096
LONGEST = 256

# The body is read here and not by the gate: what the gate reads is sealed into the audit record, and a password of a
# device is nobody's to read there.
_GIVES = gated(operation="alter", subject="credential", purpose=False, body_streams=True)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["username", "password"],
                    "properties": {name: {"type": "string", "maxLength": LONGEST} for name in ("username", "password")},
                },
                "example": {"username": "rasid", "password": "as set on the camera"},
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class PullDesk:
    """What the routes need, put together by `app`."""

    cameras: Book[CameraEdit]
    credentials: PullCredentials
    statuses: Callable[[], tuple[PullStatus, ...]]


async def desk(request: Request) -> PullDesk:
    """FastAPI dependency: the part that `app` put together."""
    found: PullDesk = request.app.state.pulls
    return found


Desk = Annotated[PullDesk, Depends(desk)]
router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


@router.put(
    "/cameras/{camera_id}/pull-credential",
    summary="Give the credential by which a camera is asked",
    status_code=204,
    responses=problem_responses(NotFound, Conflict, TooLarge, Unprocessable),
    openapi_extra=_GIVES | _BODY,
)
async def give_credential(camera_id: CameraId, request: Request, parts: Desk, use: Use) -> Response:
    """The user and password of an account on the camera, best one that may only listen. Sealed, never shown again."""
    credential = _credential(await _body(request))
    await parts.cameras.get(camera_id)
    await parts.credentials.give(camera_id, credential)
    use.shown(count=1)
    return Response(status_code=204)


@router.delete(
    "/cameras/{camera_id}/pull-credential",
    summary="Forget the credential by which a camera is asked",
    status_code=204,
    responses=problem_responses(NotFound),
    openapi_extra=CREDENTIALS,
)
async def forget_credential(camera_id: CameraId, parts: Desk, use: Use) -> Response:
    """Its connection ends within some ten seconds."""
    await parts.cameras.get(camera_id)
    await parts.credentials.revoke(camera_id)
    use.shown(count=0)
    return Response(status_code=204)


@router.get("/pulled-cameras", summary="How it stands with the cameras that are asked", openapi_extra=READS)
async def list_pulled(parts: Desk, use: Use) -> PullsAnswer:
    """Those that this process asks, with why one is not connected; other processes answer for theirs."""
    found = [PullStatusAnswer.model_validate(one) for one in parts.statuses()]
    use.shown(count=len(found))
    return PullsAnswer(items=found)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise TooLarge("body-too-large", f"a credential has no more than {BODY_BYTES} bytes")
    return body


def _credential(body: bytes) -> CameraCredential:
    try:
        found = msgspec.json.decode(body, type=CameraCredential)
    except msgspec.DecodeError:
        # The decoder's own words may quote what it read.
        raise _wrong() from None
    is_one = 0 < len(found.username) <= LONGEST and 0 < len(found.password) <= LONGEST
    if not is_one or ":" in found.username or not (found.username + found.password).isprintable():
        raise _wrong()
    return found


def _wrong() -> Unprocessable:
    return Unprocessable(
        "credential-not-understood",
        f"send JSON with username and password, each 1 to {LONGEST} printable characters, no colon in the username",
    )
