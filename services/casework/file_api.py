"""The file of a case: its timeline, notes, and what belongs to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, ConfigDict, Field

from rasid.errors import BadRequest, Conflict, Forbidden, NotFound
from rasid.identity.gate import GatedRoute, gated
from rasid.identity.problem import problem_responses
from rasid.runtime.paging import Cursor
from services.casework.api import MAX_PAGE
from services.casework.case import Case, Line
from services.casework.file_bodies import (
    EntryAnswer,
    LinkBody,
    LinksAnswer,
    Moment,
    NoteBody,
    TimelinePage,
    UnlinkBody,
    line_id,
)
from services.casework.file_desk import FileDesk
from services.casework.found import By, CaseId, Cases, Key, Use

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["file"], route_class=GatedRoute)
WRITE_PROBLEMS = problem_responses(NotFound, Conflict)


async def file_desk(request: Request) -> FileDesk:
    """FastAPI dependency: the part that `app` put together."""
    desk: FileDesk = request.app.state.file_desk
    return desk


Files = Annotated[FileDesk, Depends(file_desk)]


async def found(case_id: CaseId, cases: Cases, use: Use) -> Case:
    """The case that the request is made under; raises Forbidden when that is another one."""
    if use.case is None or use.case.case_id != case_id:
        raise Forbidden("file-of-another-case", "A file is used under its own case: name it in Rasid-Case.")
    case = await cases.read(case_id)
    use.check_owner(case.agency, cases=(case_id,))
    return case


Found = Annotated[Case, Depends(found)]


class PageQuery(BaseModel):
    """Where the page begins and how long it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Lines a page")


@router.get(
    "/timeline",
    summary="Read the timeline of a case",
    description=(
        "Newest first: who opened, assigned, shared and closed it, notes, and what was linked; alerts and evidence of "
        "the case link themselves. Lines are added, never changed."
    ),
    responses=problem_responses(BadRequest, NotFound),
    openapi_extra=gated(operation="consult", subject="case_file", purpose=True),
)
async def timeline(page: Annotated[PageQuery, Query()], case: Found, files: Files, use: Use) -> TimelinePage:
    """One page; one more row than asked for tells whether there is another."""
    read = await files.timeline(case, Cursor.read(page.cursor), page.limit + 1)
    shown = read[: page.limit]
    use.shown(count=len(shown))
    last = shown[-1] if shown and len(read) > len(shown) else None
    row_id = "" if last is None else line_id(last) if isinstance(last, Line) else last.entry_id
    return TimelinePage(
        items=[Moment.of(one) for one in shown],
        next_cursor=None if last is None else Cursor(last.at, row_id).text,
    )


@router.post(
    "/notes",
    status_code=status.HTTP_201_CREATED,
    summary="Write a note",
    description="It stays as it is: whoever was wrong writes another that says which one it corrects.",
    responses=WRITE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_file", purpose=True),
)
async def write_note(*, case: Found, body: NoteBody, key: Key, by: By, files: Files, use: Use) -> EntryAnswer:
    """The note."""
    use.shown(count=1)
    return EntryAnswer.of(await files.note(case.case_id, body, by, key))


@router.get(
    "/links",
    summary="List what belongs to a case",
    description="The alerts, passages and evidence that are linked to it now, in the order in which they were linked.",
    responses=problem_responses(NotFound),
    openapi_extra=gated(operation="consult", subject="case_file", purpose=True),
)
async def list_links(case: Found, files: Files, use: Use) -> LinksAnswer:
    """The links that hold."""
    links = await files.links(case.case_id)
    use.shown(count=len(links))
    return LinksAnswer(items=[EntryAnswer.of(one) for one in links])


@router.post(
    "/links",
    status_code=status.HTTP_201_CREATED,
    summary="Link something to a case",
    description="An alert, a passage or evidence, by its id in the service that has it. Linking twice changes nothing.",
    responses=WRITE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_file", purpose=True),
)
async def link(*, case: Found, body: LinkBody, key: Key, by: By, files: Files, use: Use) -> EntryAnswer:
    """The line that links it."""
    use.shown(count=1)
    return EntryAnswer.of(await files.link(case.case_id, body, by, key))


@router.post(
    "/unlink",
    status_code=status.HTTP_201_CREATED,
    summary="End a link",
    description="It does not belong to the case after all, for a reason. The line that linked it stays.",
    responses=WRITE_PROBLEMS,
    openapi_extra=gated(operation="alter", subject="case_file", purpose=True),
)
async def unlink(*, case: Found, body: UnlinkBody, key: Key, by: By, files: Files, use: Use) -> EntryAnswer:
    """The line that ends it."""
    use.shown(count=1)
    return EntryAnswer.of(await files.unlink(case.case_id, body, by, key))
