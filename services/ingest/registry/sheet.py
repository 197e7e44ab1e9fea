"""Sites and cameras as a spreadsheet: one row each, columns named as the API's fields. No IO.

In the encodings of `text.py`; `,`, `;` or tabs between cells (without `,`, numbers may have a decimal comma).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasid.contract.fields import is_identifier
from rasid.errors import Unprocessable
from services.ingest.registry.entries import E, Entry, EntryEdit, Kind
from services.ingest.registry.text import Encoding, read_text
from services.ingest.registry.values import LIST_SEPARATOR

LARGEST = 20_000
DELIMITERS = (",", ";", "\t")

# Where each column's value stands in an edit.
_NAMES = {f"name_{language}": ("name", language) for language in ("ar", "fr", "en")}
_PLACE = {name: ("location", name) for name in ("latitude", "longitude")}
PATHS: dict[str, dict[str, tuple[str, ...]]] = {
    "sites": {
        **_NAMES,
        **{name: (name,) for name in ("sector", "kind", "phase")},
        **_PLACE,
        **{name: (name,) for name in ("power_sources", "link", "mqtt_topic")},
    },
    "cameras": {
        "site_id": ("site_id",),
        **_NAMES,
        **{name: (name,) for name in ("kind", "make", "model", "serial", "address", "mqtt_topic", "channel")},
        **{name: (name,) for name in ("pull", "pull_port", "adapter", "time_zone")},
        **_PLACE,
        **{name: (name,) for name in ("heading_degrees", "lanes", "pixel_density", "speed_limit_mps")},
        **{name: (name,) for name in ("presets", "state")},
    },
}
NUMBERS = frozenset({"latitude", "longitude", "heading_degrees", "pixel_density", "speed_limit_mps", "pull_port"})

# A cell that a spreadsheet would run as a formula is written with an apostrophe before it, and read without.
_FORMULA = re.compile(r"'*[=+\-@]")
_ESCAPED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row was not taken. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    field: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the identifier and its cells by column, only the columns the file has."""

    number: int
    key: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that have a usable identifier, and what is wrong with the others."""

    rows: tuple[Row, ...]
    problems: tuple[RowProblem, ...]
    encoding: Encoding = "utf-8"


def read_sheet(kind: Kind[E], body: bytes) -> Sheet:
    """Read a file's rows; raises Unprocessable when it cannot be read as a table of this kind at all."""
    text, delimiter, encoding = _text(body)
    header, *rows = [row for row in _records(text, delimiter) if any(row[1])] or [(1, [])]
    columns = [name.strip().lower() for name in header[1]]
    _check_columns(kind, columns)
    if len(rows) > LARGEST:
        raise unreadable(1, None, f"more than {LARGEST} rows: split the file")
    return replace(_sheet(kind, columns, rows, decimal_comma=delimiter != ","), encoding=encoding)


def write_sheet(kind: Kind[E], entries: Iterable[Entry[E]]) -> bytes:
    """Write a file that `read_sheet` reads back to the same entries; with a byte order mark, for spreadsheets."""
    columns = list(PATHS[kind.name])
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([kind.key, *columns])
    for entry in entries:
        cells = cells_of(kind, entry.edit)
        writer.writerow([entry.key, *(_escaped(column, cells[column]) for column in columns)])
    return file.getvalue().encode("utf-8-sig")


def cells_of(kind: Kind[E], edit: EntryEdit) -> dict[str, str]:
    """An edit as cells, every column of its kind."""
    row = edit.model_dump(mode="json")
    return {column: _cell(row, path) for column, path in PATHS[kind.name].items()}


def _text(body: bytes) -> tuple[str, str, Encoding]:
    """The file's text, what stands between its cells, and how it was encoded."""
    try:
        text, encoding = read_text(body)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        problem = f'{error.reason}: damaged text; save it as "CSV UTF-8" and send it again'
        raise unreadable(line, None, problem) from None
    first, _, rest = text.partition("\n")
    if first.strip().lower() in ("sep=,", "sep=;"):
        return rest, first.strip()[-1], encoding
    return text, max(DELIMITERS, key=first.count), encoding


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their number; blank lines count as rows, as they do in a spreadsheet."""
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield number, row
    except csv.Error as error:
        raise unreadable(number + 1, None, f"not CSV from here on: {error}") from None


def _check_columns(kind: Kind[E], columns: Sequence[str]) -> None:
    allowed = {kind.key, *PATHS[kind.name]}
    for column in columns:
        if column not in allowed:
            raise unreadable(1, column or None, f"not a column of {kind.name}: there are {', '.join(sorted(allowed))}")
        if columns.count(column) > 1:
            raise unreadable(1, column, "this column is there twice")
    if kind.key not in columns:
        raise unreadable(1, kind.key, "this column is missing")


def _sheet(kind: Kind[E], columns: list[str], rows: list[tuple[int, list[str]]], *, decimal_comma: bool) -> Sheet:
    taken: dict[str, int] = {}
    good: list[Row] = []
    problems: list[RowProblem] = []
    for number, values in rows:
        cells = {
            column: _unescaped(column, value.strip(), decimal_comma=decimal_comma)
            for column, value in zip(columns, values, strict=False)
        }
        key = cells.pop(kind.key, "")
        problem = row_problem(kind, number, key, taken, surplus=len(values) - len(columns))
        if problem is not None:
            problems.append(problem)
            continue
        taken[key] = number
        good.append(Row(number, key, cells))
    return Sheet(tuple(good), tuple(problems))


def row_problem(
    kind: Kind[E],
    number: int,
    key: str,
    taken: Mapping[str, int],
    *,
    surplus: int = 0,
) -> RowProblem | None:
    """Why a row cannot be an entry, whatever it says; None when it can. `taken` has the identifiers before it."""
    if surplus:
        return RowProblem(number, None, f"{abs(surplus)} cells too {'many' if surplus > 0 else 'few'}")
    if not is_identifier(key):
        rule = "must be 1-64 of a-z, 0-9, '.', '_', '-', beginning with a letter or digit"
        return RowProblem(number, kind.key, rule)
    if key in taken:
        return RowProblem(number, kind.key, f"is in row {taken[key]} already")
    return None


def cell_of(value: Any) -> str:
    """A value of the API's JSON as a cell."""
    if isinstance(value, list):
        return LIST_SEPARATOR.join(str(item) for item in value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)


def _cell(row: Mapping[str, Any], path: tuple[str, ...]) -> str:
    value: Any = row
    for name in path:
        value = None if value is None else value[name]
    return cell_of(value)


def _escaped(column: str, cell: str) -> str:
    return f"'{cell}" if column not in NUMBERS and _FORMULA.match(cell) else cell


def _unescaped(column: str, cell: str, *, decimal_comma: bool) -> str:
    if decimal_comma and column in NUMBERS:
        return cell.replace(",", ".")
    return cell[1:] if _ESCAPED.match(cell) else cell


def unreadable(row: int, field: str | None, problem: str) -> Unprocessable:
    """The answer to a file that is no table of this kind: where, and what is wrong there."""
    return Unprocessable(
        "not-a-table",
        f"row {row}{'' if field is None else f', {field}'}: {problem}",
        extra={"problems": [{"row": row, "field": field, "problem": problem}]},
    )
