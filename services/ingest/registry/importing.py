"""Decides what each row of a spreadsheet does to the registry: all of it, or nothing and why. No IO.

A column that is not in the file leaves what is registered; an empty cell clears it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from pydantic import ValidationError

from services.ingest.registry.entries import E, Entry, Kind, Known, unasked_address, unknown_references
from services.ingest.registry.sheet import PATHS, Row, RowProblem, Sheet, cells_of
from services.ingest.registry.values import LIST_SEPARATOR

LISTS = frozenset({"lanes", "power_sources", "presets"})


@dataclass(frozen=True, slots=True)
class Planned(Generic[E]):
    """One row to be written: over `before`, or new."""

    row: int
    key: str
    edit: E
    before: Entry[E] | None


@dataclass(frozen=True, slots=True)
class Plan(Generic[E]):
    """What an import would do."""

    changes: tuple[Planned[E], ...]
    unchanged: int
    problems: tuple[RowProblem, ...]


def plan(
    kind: Kind[E],
    sheet: Sheet,
    present: Mapping[str, Entry[E]],
    *,
    known: Known,
) -> Plan[E]:
    """Decide what each row does."""
    changes: list[Planned[E]] = []
    problems = list(sheet.problems)
    unchanged = 0
    for row in sheet.rows:
        before = present.get(row.key)
        edit, wrong = _edit(kind, row, before, known)
        problems += wrong
        if edit is not None and before is not None and before.edit == edit:
            unchanged += 1
        elif edit is not None:
            changes.append(Planned(row.number, row.key, edit, before))
    return Plan(tuple(changes), unchanged, tuple(sorted(problems, key=lambda problem: problem.row)))


def _edit(
    kind: Kind[E],
    row: Row,
    before: Entry[E] | None,
    known: Known,
) -> tuple[E | None, list[RowProblem]]:
    """What the row says, or what is wrong with it."""
    cells = {} if before is None else cells_of(kind, before.edit)
    try:
        edit = kind.edit.model_validate(_nested(kind, cells | dict(row.cells)))
    except ValidationError as error:
        return None, _problems(row, error)
    found = (*unknown_references(edit, known), *unasked_address(edit, known))
    wrong = [RowProblem(row.number, field, problem) for field, problem in found]
    if wrong:
        return None, wrong
    return edit, []


def _nested(kind: Kind[E], cells: Mapping[str, str]) -> dict[str, Any]:
    """Cells as the API's JSON; an empty cell says nothing."""
    nested: dict[str, Any] = {}
    for column, cell in cells.items():
        if not cell:
            continue
        *outer, last = PATHS[kind.name][column]
        target = nested.setdefault(outer[0], {}) if outer else nested
        target[last] = [item.strip() for item in cell.split(LIST_SEPARATOR)] if column in LISTS else cell
    return nested


def _problems(row: Row, error: ValidationError) -> list[RowProblem]:
    return [
        RowProblem(row.number, _column(problem["loc"]), problem["msg"])
        for problem in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _column(loc: Sequence[int | str]) -> str | None:
    """The column behind pydantic's place of a problem: `("name", "ar")` is name_ar."""
    words = [part for part in loc if isinstance(part, str)]
    if words[:1] == ["name"]:
        return "_".join(words)
    if words[:1] == ["location"]:
        return words[1] if len(words) > 1 else "latitude"
    return words[0] if words else None
