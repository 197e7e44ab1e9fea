"""Where administrators register sites and cameras. Every route is gated: who changed what is on the audit log."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response

from rasid.contract.fields import IDENTIFIER_PATTERN, is_identifier
from rasid.contract.tables import CameraLifecycle
from rasid.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired
from rasid.identity.gate import GatedRoute
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import read_cursor, unreadable, write_cursor
from rasid.runtime.preconditions import Precondition, etag, read_precondition
from services.ingest.registry.bodies import (
    CameraAnswer,
    CameraPage,
    SiteAnswer,
    SitePage,
    StrangerAnswer,
    StrangersAnswer,
)
from services.ingest.registry.entries import CameraEdit, Entry, SiteEdit
from services.ingest.registry.parts import (
    ADMINISTRATION,
    CHANGES,
    READS,
    CameraId,
    Cursor,
    Limit,
    Parts,
    SiteId,
    Use,
    author,
)
from services.ingest.registry.registrar import Book


async def precondition(
    if_match: Annotated[str | None, Header(description="The ETag of the version you change", examples=['"7"'])] = None,
    if_none_match: Annotated[str | None, Header(description="`*`: only if it is not there", examples=["*"])] = None,
) -> Precondition:
    """FastAPI dependency: what the request says about the version it changes."""
    return read_precondition(if_match, if_none_match)


Given = Annotated[Precondition, Depends(precondition)]

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])
_CHANGE_ERRORS = problem_responses(PreconditionFailed, PreconditionRequired, Conflict)
_ABSENT = problem_responses(NotFound)


@router.put(
    "/sites/{site_id}",
    summary="Register or change a site",
    responses={201: {"model": SiteAnswer, "description": "It is new"}, **_CHANGE_ERRORS},
    openapi_extra=CHANGES,
)
async def put_site(
    *,
    site_id: SiteId,
    edit: SiteEdit,
    given: Given,
    parts: Parts,
    use: Use,
    response: Response,
) -> SiteAnswer:
    """New without If-Match; a change needs the ETag of the version it changes. The whole site is given each time."""
    entry, is_new = await parts.sites.put(site_id, edit, given, by=author(use))
    _describe(response, entry, is_new=is_new)
    use.shown(count=1)
    return SiteAnswer.of(entry)


@router.get(
    "/sites/{site_id}",
    summary="Read a site",
    responses=_ABSENT,
    openapi_extra=READS,
)
async def get_site(site_id: SiteId, parts: Parts, use: Use, response: Response) -> SiteAnswer:
    """With its ETag."""
    entry = await parts.sites.get(site_id)
    _describe(response, entry)
    use.shown(count=1)
    return SiteAnswer.of(entry)


@router.get("/sites", summary="List sites", openapi_extra=READS)
async def list_sites(parts: Parts, use: Use, limit: Limit = 100, cursor: Cursor = None) -> SitePage:
    """In the order of their identifiers."""
    entries, following = await _page(parts.sites, limit, cursor, {})
    use.shown(count=len(entries))
    return SitePage(items=[SiteAnswer.of(entry) for entry in entries], next_cursor=following)


@router.put(
    "/cameras/{camera_id}",
    summary="Register or change a camera",
    responses={201: {"model": CameraAnswer, "description": "It is new"}, **_CHANGE_ERRORS},
    openapi_extra=CHANGES,
)
async def put_camera(
    *,
    camera_id: CameraId,
    edit: CameraEdit,
    given: Given,
    parts: Parts,
    use: Use,
    response: Response,
) -> CameraAnswer:
    """New without If-Match; a change needs the ETag of the version it changes. Its credential is not touched.

    Cameras are never deleted, as reads keep referring to them: one that is gone, or was a mistake, is `retired`.
    """
    entry, is_new = await parts.cameras.put(camera_id, edit, given, by=author(use))
    _describe(response, entry, is_new=is_new)
    use.shown(count=1)
    return CameraAnswer.of(entry)


@router.get(
    "/cameras/{camera_id}",
    summary="Read a camera",
    responses=_ABSENT,
    openapi_extra=READS,
)
async def get_camera(camera_id: CameraId, parts: Parts, use: Use, response: Response) -> CameraAnswer:
    """With its ETag."""
    entry = await parts.cameras.get(camera_id)
    _describe(response, entry)
    use.shown(count=1)
    return CameraAnswer.of(entry)


@router.get("/cameras", summary="List cameras", openapi_extra=READS)
async def list_cameras(
    *,
    parts: Parts,
    use: Use,
    limit: Limit = 100,
    cursor: Cursor = None,
    site_id: Annotated[str | None, Query(pattern=IDENTIFIER_PATTERN, description="Only of this site")] = None,
    state: Annotated[CameraLifecycle | None, Query(description="Only in this state")] = None,
) -> CameraPage:
    """In the order of their identifiers."""
    where = {field: value for field, value in (("site_id", site_id), ("state", state)) if value is not None}
    entries, following = await _page(parts.cameras, limit, cursor, where)
    use.shown(count=len(entries))
    return CameraPage(items=[CameraAnswer.of(entry) for entry in entries], next_cursor=following)


@router.get("/refused-senders", summary="Who was refused lately", openapi_extra=ADMINISTRATION)
async def list_refused_senders(parts: Parts, use: Use) -> StrangersAnswer:
    """Devices nobody registered, wrong passwords, one that speaks for another: kept by each process for itself."""
    found = parts.strangers
    items = [StrangerAnswer.model_validate(one) for one in found.latest()]
    use.shown(count=len(items))
    return StrangersAnswer(process=found.process, since=found.since, items=items)


async def _page(
    book: Book[Any],
    limit: int,
    cursor: str | None,
    where: Mapping[str, str],
) -> tuple[Sequence[Entry[Any]], str | None]:
    """A page and the cursor of the next; one more row is read to know whether there is one."""
    entries = await book.page(_last_key(cursor), limit + 1, where)
    following = write_cursor(entries[limit - 1].key) if len(entries) > limit else None
    return entries[:limit], following


def _last_key(cursor: str | None) -> str:
    if cursor is None:
        return ""
    (key,) = read_cursor(cursor, 1)
    if not is_identifier(key):
        raise unreadable()
    return key


def _describe(response: Response, entry: Entry[Any], *, is_new: bool = False) -> None:
    response.headers["ETag"] = etag(entry.version)
    if is_new:
        response.status_code = 201
