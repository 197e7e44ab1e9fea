"""Stream's CSV: one result a row, its nested columns written as Python writes them.

timestamp,plate,score,dscore,file,box,model_make,color,vehicle,region,orientation,candidates,source_url,...
timestamp,file,source_url,position_sec,direction,plate,vehicle
"""

import csv
import json
import re
from typing import Any

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.payload.charset import to_utf8
from services.ingest.payload.documents import Document
from services.ingest.payload.reading import Part, Refusal
from services.ingest.payload.tree import Node

MAX_BYTES = 1024 * 1024
MAX_ROWS = 256
_HEADER = re.compile(
    rb"\s{0,16}(?:\xef\xbb\xbf)?timestamp,(?=[a-z_,]*\bplate\b)[a-z_,]*\bsource_url\b[a-z_,]*\r?(?:\n|\Z)"
)
_NESTED = frozenset({"box", "model_make", "color", "vehicle", "region", "orientation", "candidates"})
# Strings in either quotes, and Python's words for what JSON calls otherwise.
_TOKEN = re.compile(r"""'((?:[^'\\]++|\\.)*+)'|"((?:[^"\\]++|\\.)*+)"|\b(None|True|False)\b""")
_WORDS = {"None": "null", "True": "true", "False": "false"}


def is_csv(part: Part) -> bool:
    """Whether a part begins with the header of such a file."""
    return _HEADER.match(part.body) is not None


def rows(part: Part) -> list[Document | Refusal]:
    """Each row as the document that the webhook would have posted; raises InvalidEvent when there are too many."""
    if len(part.body) > MAX_BYTES:
        raise InvalidEvent("csv_too_large", f"a CSV file of {len(part.body)} bytes: the limit is {MAX_BYTES}")
    text = to_utf8(part.body, part.charset)[0].decode("utf-8", "replace").strip()
    try:
        read = list(csv.DictReader(text.splitlines()))
    except csv.Error:
        raise InvalidEvent("csv_not_well_formed", "the file begins as CSV and cannot be read as such") from None
    if len(read) > MAX_ROWS:
        raise InvalidEvent("too_many_events", f"one post holds {len(read)} rows: the limit is {MAX_ROWS}")
    return [_row(row) for row in read]


def _row(row: dict[str | Any, Any]) -> Document | Refusal:
    given = {name: value for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}
    part = json.dumps(given, ensure_ascii=False).encode("utf-8", "replace")
    # Where vehicles are detected, also the plate is an object.
    nested = _NESTED if "score" in given else _NESTED | {"plate"}
    try:
        result = {name: _value(text) if name in nested else text for name, text in given.items()}
    except msgspec.DecodeError:
        detail = "a column of this row should hold an object or a list and does not"
        return Refusal("csv_column_unreadable", detail, part)
    document = {"timestamp": result.pop("timestamp", None), "filename": result.pop("file", None), "results": [result]}
    try:
        return Document(Node.from_json(document), part)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, part)


def _value(text: str) -> Any:
    """A value as Python writes it, read without running anything."""
    if not text.strip():
        return None
    try:
        return msgspec.json.decode(_TOKEN.sub(_as_json, text))
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None


def _as_json(found: re.Match[str]) -> str:
    single, double, word = found.groups()
    if word is not None:
        return _WORDS[word]
    return json.dumps((single if single is not None else double).replace("\\'", "'").replace('\\"', '"'))
