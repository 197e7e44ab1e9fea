"""Changes to the registry: check, decide on what is there, write, and let the relay publish. No IO of its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol

from rasid.errors import Conflict, NotFound, Unprocessable
from rasid.runtime.preconditions import Precondition
from services.ingest.registry.entries import E, Entry, Kind, Known, SiteEdit, unasked_address, unknown_references
from services.ingest.registry.features import read_features, write_features
from services.ingest.registry.history import Author
from services.ingest.registry.importing import Plan, Planned, plan
from services.ingest.registry.sheet import RowProblem, read_sheet, write_sheet
from services.ingest.registry.text import Encoding

# Somebody else changed the same entry at the same moment, this often in a row.
ATTEMPTS = 5

FileForm = Literal["csv", "geojson"]


class Table(Protocol[E]):
    """Where cameras or sites are kept; every method raises Unavailable."""

    @property
    def kind(self) -> Kind[E]:
        """Which of the two."""

    async def get(self, key: str) -> Entry[E] | None:
        """The entry, or None."""

    async def page(self, after: str, limit: int, where: Mapping[str, str]) -> list[Entry[E]]:
        """Up to `limit` entries behind `after`, in order of their identifiers; 0 means all."""

    async def keys(self) -> frozenset[str]:
        """All identifiers."""

    async def add(self, key: str, edit: E, by: Author) -> Entry[E] | None:
        """Register something new; None when it is there already."""

    async def replace(self, before: Entry[E], edit: E, by: Author) -> Entry[E] | None:
        """Change an entry; None when it is not as `before` any more."""

    async def save(self, rows: Sequence[Planned[E]], by: Author) -> frozenset[str]:
        """Write many; returns the identifiers of those written."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do."""

    kind: str
    encoding: Encoding
    dry_run: bool
    created: int
    changed: int
    unchanged: int
    problems: tuple[RowProblem, ...]


class Book(Generic[E]):
    """One table of the registry, cameras or sites, with the rules for changing it.

    `references` is what an entry may refer to, None when it refers to nothing. `wake` tells the relay that events wait.
    """

    def __init__(self, table: Table[E], references: "References | None", wake: Callable[[], None]) -> None:
        self.kind = table.kind
        self._table = table
        self._references = references
        self._wake = wake

    async def get(self, key: str) -> Entry[E]:
        """The entry; raises NotFound."""
        entry = await self._table.get(key)
        if entry is None:
            raise NotFound(f"no-such-{self.kind.noun}", f"no {self.kind.noun} is registered under this identifier")
        return entry

    async def page(self, after: str, limit: int, where: Mapping[str, str]) -> list[Entry[E]]:
        """Up to `limit` entries behind `after`, in order of their identifiers."""
        return await self._table.page(after, limit, where)

    async def put(self, key: str, edit: E, precondition: Precondition, *, by: Author) -> tuple[Entry[E], bool]:
        """Register or change; returns the entry and whether it is new. What changes nothing makes no new version."""
        await self._check(edit)
        for _ in range(ATTEMPTS):
            before = await self._table.get(key)
            is_same = before is not None and before.edit == edit
            if not (is_same and precondition.is_open):
                precondition.check(None if before is None else before.version)
            if before is not None and is_same:
                return before, False
            after = await (self._table.add(key, edit, by) if before is None else self._table.replace(before, edit, by))
            if after is not None:
                self._wake()
                return after, before is None
        raise Conflict("busy", "others keep changing this entry at the same moment: try again")

    async def import_file(self, body: bytes, form: FileForm, *, dry_run: bool, by: Author) -> ImportReport:
        """Take each row of a file wholly or not at all. Doing it again is harmless: what is done is unchanged then."""
        sheet = await asyncio.to_thread(read_features if form == "geojson" else read_sheet, self.kind, body)
        present = {entry.key: entry for entry in await self._table.page("", 0, {})}
        known = await self._known()
        intent = await asyncio.to_thread(plan, self.kind, sheet, present, known=known)
        written = {row.key for row in intent.changes} if dry_run else await self._save(intent, by)
        done = [row for row in intent.changes if row.key in written]
        lost = [_lost(self.kind, row) for row in intent.changes if row.key not in written]
        return ImportReport(
            kind=self.kind.name,
            encoding=sheet.encoding,
            dry_run=dry_run,
            created=sum(row.before is None for row in done),
            changed=sum(row.before is not None for row in done),
            unchanged=intent.unchanged,
            problems=(*intent.problems, *lost),
        )

    async def export_file(self, form: FileForm) -> tuple[bytes, int]:
        """All entries as a file that `import_file` takes, and how many there are."""
        entries = await self._table.page("", 0, {})
        write = write_features if form == "geojson" else write_sheet
        return await asyncio.to_thread(write, self.kind, entries), len(entries)

    async def _save(self, intent: Plan[E], by: Author) -> frozenset[str]:
        try:
            return await self._table.save(intent.changes, by)
        finally:
            self._wake()

    async def _known(self) -> Known:
        return Known() if self._references is None else await self._references.read()

    async def _check(self, edit: E) -> None:
        known = await self._known()
        _refuse("unknown-reference", unknown_references(edit, known))
        _refuse("address-not-asked", unasked_address(edit, known))


class References:
    """What a camera may refer to: the registered sites, the adapters of this release, where it may be asked."""

    def __init__(self, sites: Table[SiteEdit], adapters: frozenset[str], *, is_loopback_asked: bool = False) -> None:
        self._sites = sites
        self._adapters = adapters
        self._is_loopback_asked = is_loopback_asked

    async def read(self) -> Known:
        """As it is now; raises Unavailable."""
        return Known(await self._sites.keys(), self._adapters, self._is_loopback_asked)


def _refuse(kind: str, wrong: Sequence[tuple[str, str]]) -> None:
    if wrong:
        raise Unprocessable(
            kind,
            "; ".join(f"{field}: {problem}" for field, problem in wrong),
            extra={"errors": [{"field": field, "problem": problem} for field, problem in wrong]},
        )


def _lost(kind: Kind[E], row: Planned[Any]) -> RowProblem:
    return RowProblem(row.row, kind.key, "somebody else changed it at the same moment: import the file again")
