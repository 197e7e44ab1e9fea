"""Clips in and out: `PUT /v1/evidence/{id}/clip`, links, and the bytes behind a link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
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
from services.archive.answers import EvidenceWithCustody, LinkAnswer
from services.archive.api import actor_of, answered
from services.archive.found import Desk, Found, Use
from services.archive.lifecycle import check_stored
from services.archive.offers import RAW_BODY, Shows, Takes, offer_of
from services.archive.showing import Showing

router = APIRouter(prefix="/v1/evidence/{evidence_id}", tags=["clips"], route_class=GatedRoute)
media_router = APIRouter(prefix="/v1/media", tags=["clips"])

PUBLIC_ROUTES = {
    "GET /v1/media/{token}": "the link is the permission, given by the gate, on record before it was given",
    "HEAD /v1/media/{token}": "the same, without the bytes",
    "GET /v1/certificates/keys": "public keys, for whoever checks a certificate of deletion",
}


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
    intake: Takes,
) -> EvidenceWithCustody:
    """The evidence with its clip."""
    offer = offer_of(request, shows, evidence, actor_of(desk, use))
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
    until = None if evidence.is_held else evidence.expires_at
    token = links.make(evidence.evidence_id, subject=actor.by or "", case_id=actor.case_id or "", until=until)
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
