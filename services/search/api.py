"""`/v1/passages`: where was this vehicle, and what passed here - for the people who may ask."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from rasid.errors import BadRequest, NotFound
from rasid.identity.gate import Disclosure, GatedRoute, disclosure, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.metrics import Metrics
from services.search.bodies import CoverageAnswer, PassageAnswer, PassagePage, PictureLink, SearchBody
from services.search.lookback_api import case_of, consented, lookback_desk
from services.search.lookback_desk import LookbackDesk
from services.search.paging import Cursors
from services.search.passage import Passage
from services.search.picture_desk import PictureDesk, image_of
from services.search.search_desk import SearchDesk

router = APIRouter(prefix="/v1/passages", tags=["passages"], route_class=GatedRoute)
GATED = gated(operation="consult", subject="plate", purpose=True)


async def search_desk(request: Request) -> SearchDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: SearchDesk = request.app.state.search_desk
    return desk


async def picture_desk(request: Request) -> PictureDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: PictureDesk = request.app.state.picture_desk
    return desk


async def cursors(request: Request) -> Cursors:
    """FastAPI dependency: the part that `app` put together."""
    found: Cursors = request.app.state.cursors
    return found


async def metrics(request: Request) -> Metrics:
    """FastAPI dependency: the part that `app` put together."""
    found: Metrics = request.app.state.metrics
    return found


Desk = Annotated[SearchDesk, Depends(search_desk)]
Use = Annotated[Disclosure, Depends(disclosure)]
Lookbacks = Annotated[LookbackDesk, Depends(lookback_desk)]
LookbackId = Annotated[
    str | None,
    Query(min_length=1, max_length=64, description="The consent by which a passage older than 90 days was found"),
]
PassageId = Annotated[str, Path(min_length=1, max_length=64, description="The passage's id")]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The picture's digest, as the passage lists it")]


@router.post(
    "/search",
    summary="Search passages, latest first",
    description=(
        "By plate (exact, a beginning, or a pattern) and/or time, cameras, sites and sectors. Beside what was found "
        "stands what is known of the cameras: where one was offline or silent, that nothing was found proves nothing. "
        "What is older than 90 days needs the consent of a second person (`/v1/lookbacks`); what is beyond the "
        "retention does not exist."
    ),
    responses=problem_responses(BadRequest),
    openapi_extra=GATED,
)
async def search_passages(
    *,
    body: SearchBody,
    desk: Desk,
    use: Use,
    lookbacks: Lookbacks,
    pages: Annotated[Cursors, Depends(cursors)],
    figures: Annotated[Metrics, Depends(metrics)],
) -> PassagePage:
    """One page. The plates asked for and shown go on record."""
    asked, subject = body.asked(), use.caller.subject
    if asked.plate is not None:
        use.asked(asked.plate)
    after = None if body.cursor is None else pages.read(body.cursor, asked.bound(), subject)
    consent = await consented(body.lookback, lookbacks, use)
    if consent is not None:
        await lookbacks.use(consent, asked, lookbacks.user(use.caller, case_of(use)))
    with figures.search_seconds.time():
        found = await desk.search(asked, after, body.limit, alone=consent is None)
    use.shown(*(plate for passage in found.passages for plate in passage.plates), count=len(found.passages))
    return PassagePage(
        items=[PassageAnswer.of(passage) for passage in found.passages],
        next_cursor=None if found.end is None else pages.write(found.end, asked.bound(), subject),
        coverage=CoverageAnswer.of(found.coverage),
    )


@router.get(
    "/{passage_id}",
    summary="Read a passage",
    description="All that the camera said of one vehicle passing it, with its pictures by digest.",
    responses=problem_responses(NotFound),
    openapi_extra=GATED,
)
async def read_passage(
    passage_id: PassageId, desk: Desk, lookbacks: Lookbacks, use: Use, lookback: LookbackId = None
) -> PassageAnswer:
    """One passage."""
    return PassageAnswer.of(await _shown(passage_id, desk, lookbacks, use, lookback))


@router.get(
    "/{passage_id}/pictures/{sha256}",
    summary="Get a link to a picture",
    description=(
        "The link opens the picture for five minutes, for whoever has it, without a token: so it can stand in a page. "
        "Making it is on record with you, the case and the plates; each fetch is not. A picture of a face or a person "
        "is given to whoever may see those."
    ),
    responses=problem_responses(NotFound),
    openapi_extra=GATED,
)
async def link_picture(
    *,
    passage_id: PassageId,
    sha256: Sha256,
    desk: Desk,
    lookbacks: Lookbacks,
    use: Use,
    pictures: Annotated[PictureDesk, Depends(picture_desk)],
    lookback: LookbackId = None,
) -> PictureLink:
    """A link to one picture of a passage."""
    passage = await _shown(passage_id, desk, lookbacks, use, lookback)
    image = image_of(passage, sha256)
    if image.kind in {"face", "person"}:
        use.check_subject(image.kind)
    case_id = "" if use.case is None else use.case.case_id
    link = pictures.link(passage, image, subject=use.caller.subject, case_id=case_id)
    return PictureLink(
        url=f"/v1/media/{link.token}",
        expires_at=link.expires_at,
        media_type=link.image.media_type,
        sha256=sha256,
        size_bytes=link.image.size_bytes,
    )


async def _shown(
    passage_id: str, desk: SearchDesk, lookbacks: LookbackDesk, use: Disclosure, lookback_id: str | None
) -> Passage:
    consent = await consented(lookback_id, lookbacks, use)
    passage = await desk.passage(passage_id, alone=consent is None)
    if consent is not None:
        lookbacks.check_covers(consent, passage, lookbacks.user(use.caller, case_of(use)))
    use.shown(*passage.plates, count=1)
    return passage
