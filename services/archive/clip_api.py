"""Clips in and out: `PUT /v1/evidence/{id}/clip`, links, and the bytes behind a link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import StreamingResponse

from rasid.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    RangeNotSatisfiable,
    TooLarge,
    TooSlow,
    Unprocessable,
)
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.media_links import MediaLinks
from rasid.identity.problem import problem_responses
from rasid.runtime.moments import Time
from services.archive.answers import EvidenceWithCustody, LinkAnswer
from services.archive.api import actor_of, answered
from services.archive.digests import declared_sha256
from services.archive.evidence import Evidence, Span
from services.archive.found import Desk, Found, Use
from services.archive.incoming import IncomingBody
from services.archive.intake import Intake, Offer
from services.archive.lifecycle import check_stored
from services.archive.showing import Showing

router = APIRouter(prefix="/v1/evidence/{evidence_id}", tags=["clips"], route_class=GatedRoute)
media_router = APIRouter(prefix="/v1/media", tags=["clips"])

PUBLIC_ROUTES = {
    "GET /v1/media/{token}": "the link is the permission, given by the gate, on record before it was given",
    "HEAD /v1/media/{token}": "the same, without the bytes",
    "GET /v1/certificates/keys": "public keys, for whoever checks a certificate of deletion",
}
RAW_BODY = {
    "requestBody": {"required": True, "content": {"video/*": {"schema": {"type": "string", "format": "binary"}}}}
}


class Shows(BaseModel):
    """Which time the clip shows, where that is not the window that was asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_at: Time | None = Field(None, description="Beginning of what the clip shows; the window's when left out")
    to_at: Time | None = Field(None, description="End of what the clip shows; the window's when left out")

    @model_validator(mode="after")
    def _both_or_none(self) -> "Shows":
        if (self.from_at is None) != (self.to_at is None):
            message = "send from_at and to_at, or neither"
            raise ValueError(message)
        if self.from_at is not None and self.to_at is not None and self.to_at <= self.from_at:
            message = "to_at must be later than from_at"
            raise ValueError(message)
        return self


async def intake(request: Request) -> Intake:
    """FastAPI dependency: the part that `app` put together."""
    found: Intake = request.app.state.intake
    return found


async def showing(request: Request) -> Showing:
    """FastAPI dependency: the part that `app` put together."""
    found: Showing = request.app.state.showing
    return found


async def media_links(request: Request) -> MediaLinks:
    """FastAPI dependency: the part that `app` put together."""
    found: MediaLinks = request.app.state.media_links
    return found


@router.put(
    "/clip",
    status_code=status.HTTP_201_CREATED,
    summary="Send the clip",
    description=(
        "The body is the recording as the recorder exported it, unaltered; what it is is told from its bytes. Send "
        "`Repr-Digest: sha-256=:...:` to have it checked against what you have. 201: it is stored and locked; 200: it "
        "was there before. With any other answer, and without an answer, nothing is stored for you to rely on: send it "
        "again. Evidence is never replaced: 409 when another clip is there."
    ),
    responses={
        200: {"description": "The same bytes are there already", "model": EvidenceWithCustody},
        **problem_responses(BadRequest, NotFound, TooSlow, Conflict, TooLarge, Unprocessable),
    },
    openapi_extra=gated(operation="collect", subject="clip", purpose=True, body_streams=True) | RAW_BODY,
)
async def put_clip(
    *,
    evidence: Found,
    shows: Annotated[Shows, Query()],
    request: Request,
    response: Response,
    desk: Desk,
    use: Use,
    intake: Annotated[Intake, Depends(intake)],
) -> EvidenceWithCustody:
    """The evidence with its clip."""
    actor = actor_of(desk, use)
    offer = Offer(
        body=IncomingBody(
            request.stream(), waits_for_leave="100-continue" in request.headers.get("expect", "").lower()
        ),
        declared_bytes=_declared_bytes(request),
        sha256=declared_sha256(request.headers),
        shows=_span(shows, evidence),
        by=actor.by or "",
        case_id=actor.case_id,
    )
    taken, is_new = await intake.take(evidence, offer)
    response.status_code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
    return answered(taken, use, response)


@router.post(
    "/links",
    status_code=status.HTTP_201_CREATED,
    summary="Get a link to the clip",
    description=(
        "One link for one person and case, on record before it is given; whoever holds it may fetch the clip for five "
        "minutes, in as many ranges as a player wants. That you looked stands in the custody."
    ),
    responses=problem_responses(NotFound, Conflict),
    openapi_extra=gated(operation="consult", subject="clip", purpose=True),
)
async def make_link(
    evidence: Found, desk: Desk, use: Use, links: Annotated[MediaLinks, Depends(media_links)]
) -> LinkAnswer:
    """The path of the clip's bytes."""
    clip = check_stored(evidence)
    actor = actor_of(desk, use)
    await desk.viewed(evidence, actor)
    token = links.make(evidence.evidence_id, subject=actor.by or "", case_id=actor.case_id or "")
    use.shown(count=1)
    return LinkAnswer(
        url=f"{media_router.prefix}/{token}",
        expires_at=links.open(token).expires_at,
        media_type=clip.media_type,
        size_bytes=clip.size_bytes,
        sha256=clip.sha256,
    )


MEDIA: dict[str, Any] = {
    "summary": "The clip behind a link",
    "responses": {
        200: {"description": "All of it, checked against its SHA-256", "content": {"video/*": {}}},
        206: {"description": "One range of it, checked against the SHA-256 of its parts", "content": {"video/*": {}}},
        **problem_responses(Forbidden, NotFound, Conflict, RangeNotSatisfiable),
    },
    "response_class": StreamingResponse,
}
Token = Annotated[str, Path(description="From a link", max_length=2048)]
MEDIA_WORDS = (
    "Takes one byte range (RFC 9110); its ETag is the SHA-256. Nothing is sent before it was compared with the digest "
    "of its part: of an altered copy the answer is 409, or the connection breaks off before the altered bytes."
)


@media_router.get("/{token}", description=MEDIA_WORDS, **MEDIA)
async def read_media(token: Token, request: Request, showing: Annotated[Showing, Depends(showing)]) -> Response:
    """The bytes."""
    return await showing.answer(token, request.headers.get("range"), request.headers.get("if-range"))


@media_router.head("/{token}", description=f"Without the bytes. {MEDIA_WORDS}", **MEDIA)
async def head_media(token: Token, request: Request, showing: Annotated[Showing, Depends(showing)]) -> Response:
    """The headers alone."""
    return await showing.answer(token, request.headers.get("range"), request.headers.get("if-range"), is_head=True)


def _declared_bytes(request: Request) -> int | None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadRequest("clip-encoded", "Send the clip's own bytes, without a Content-Encoding.")
    if "content-range" in request.headers:
        raise BadRequest("clip-in-ranges", "Send the clip whole: ranges of it are not put together here.")
    length = request.headers.get("content-length")
    return int(length) if length is not None and length.isdecimal() else None


def _span(shows: Shows, evidence: Evidence) -> Span | None:
    if shows.from_at is None or shows.to_at is None:
        return None
    if shows.from_at >= evidence.window.to_at or shows.to_at <= evidence.window.from_at:
        raise Unprocessable("clip-of-another-time", "The clip shows nothing of the window that was asked for.")
    return Span(shows.from_at, shows.to_at)
