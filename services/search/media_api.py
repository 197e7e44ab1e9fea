"""`/v1/media`: what a link opens. The link is the permission; it was given, and put on record, by the gate."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from rasid.errors import Forbidden, NotFound, TemporarilyUnavailable
from rasid.identity.media_links import LONGEST_TOKEN
from rasid.identity.problem import problem_responses
from services.search.api import picture_desk
from services.search.picture_desk import FILE, PictureDesk

PUBLIC_ROUTES: Mapping[str, str] = {
    "GET /v1/media/{token}": "the link is the permission: signed, good for five minutes, on record when it was made",
}
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
}

router = APIRouter(prefix="/v1/media", tags=["media"])


@router.get(
    "/{token}",
    summary="Fetch a picture by its link",
    description=(
        "The original bytes, whose digest was checked. 404 `image-pending` with Retry-After while the picture has not "
        "arrived in the object store, 404 `picture-expired` once it is no longer kept; 403 when the link was not made "
        "here or has expired."
    ),
    response_class=Response,
    responses={
        200: {"description": "The picture", "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}},
        **problem_responses(Forbidden, NotFound, TemporarilyUnavailable),
    },
)
async def fetch_picture(
    token: Annotated[str, Path(max_length=LONGEST_TOKEN, description="The last part of the link")],
    pictures: Annotated[PictureDesk, Depends(picture_desk)],
) -> Response:
    """The picture."""
    picture = await pictures.open(token)
    kind = "attachment" if picture.media_type == FILE else "inline"
    headers = {**HEADERS, "Content-Disposition": kind}
    return Response(picture.body, media_type=picture.media_type, headers=headers)
