"""Where administrators see who changed what in the registry. Gated: that they looked is on the audit log as well."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.identity.gate import GatedRoute
from rasid.runtime.paging import read_cursor, unreadable, write_cursor
from services.ingest.registry.bodies import ChangeAnswer, HistoryPage
from services.ingest.registry.entries import KindName
from services.ingest.registry.history import Change
from services.ingest.registry.parts import ADMINISTRATION, Cursor, Limit, Use

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


class History(Protocol):
    """Where the changes are; every method raises Unavailable."""

    async def file(self) -> None:
        """Bring in what was changed a moment ago."""

    async def page(self, before: int | None, limit: int, where: dict[str, str]) -> list[Change]:
        """Up to `limit` changes before the number `before`, the latest first."""


@router.get("/registry/history", summary="Who changed what in the registry", openapi_extra=ADMINISTRATION)
async def list_changes(
    *,
    request: Request,
    use: Use,
    limit: Limit = 100,
    cursor: Cursor = None,
    kind: Annotated[KindName | None, Query(description="Only of this table")] = None,
    identifier: Annotated[str | None, Query(pattern=IDENTIFIER_PATTERN, description="Only of this entry")] = None,
    by: Annotated[str | None, Query(max_length=200, description="Only by this person: the subject of a token")] = None,
) -> HistoryPage:
    """The latest first, with old and new values. It is added to and never altered; no route deletes from it.

    Credentials: that one was made or revoked, never what it is. What Rasid itself estimates (`skew_seconds`) is not a
    change of the registry.
    """
    history: History = request.app.state.history
    asked = {"kind": kind, "key": identifier, "by.subject": by}
    await history.file()
    before = None if cursor is None else _number(cursor)
    found = await history.page(before, limit + 1, {name: value for name, value in asked.items() if value is not None})
    use.shown(count=len(found[:limit]))
    following = write_cursor(str(found[limit - 1].number)) if len(found) > limit else None
    return HistoryPage(items=[ChangeAnswer.of(one) for one in found[:limit]], next_cursor=following)


def _number(cursor: str) -> int:
    (number,) = read_cursor(cursor, 1)
    if not number.isascii() or not number.isdecimal() or len(number) > len(str(2**53)):
        raise unreadable()
    return int(number)
