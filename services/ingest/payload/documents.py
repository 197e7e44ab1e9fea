"""The JSON documents and the pictures of a payload, for formats that are JSON. No IO.

One document alone, in a list, one after another or a line each; in one part or among pictures.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload import json_document
from services.ingest.payload.charset import to_utf8
from services.ingest.payload.media import picture_type
from services.ingest.payload.reading import Part, Payload, Refusal
from services.ingest.payload.tree import Node

MAX_DOCUMENTS = 256


class Document(Struct, frozen=True):
    """One document: its fields, and the bytes that are its own part of the payload."""

    fields: Node
    part: bytes


class Opening(Struct, frozen=True):
    """How documents are opened: what of one that cannot be read may be kept, and which members are passed over."""

    kept: Callable[[bytes], bytes] = bytes
    passed_over: frozenset[str] = frozenset()


PLAIN = Opening()


def documents(payload: Payload, opening: Opening = PLAIN) -> list[Document | Refusal]:
    """The documents in order, and a refusal for each that cannot be read; raises InvalidEvent for too many."""
    found = [one for part in payload.parts if part.is_json for one in _open(part, opening)]
    if len(found) > MAX_DOCUMENTS:
        raise InvalidEvent("too_many_events", f"one post holds {len(found)} events: the limit is {MAX_DOCUMENTS}")
    return found


def pictures(payload: Payload) -> list[Part]:
    """The parts that are pictures, by their bytes."""
    return [part for part in payload.parts if picture_type(part.body) is not None]


def _open(part: Part, opening: Opening) -> Iterator[Document | Refusal]:
    try:
        yield from _documents(part.json(), part.body, opening)
    except InvalidEvent as error:
        pieces = list(json_document.split(to_utf8(part.body, part.charset)[0]))
        if len(pieces) < 2 or error.reason != "json_not_well_formed":  # noqa: PLR2004 - a single one cannot be split
            yield Refusal(error.reason, error.detail, opening.kept(part.body))
            return
        for piece in pieces[: MAX_DOCUMENTS + 1]:
            yield from _open_piece(piece, opening)


def _open_piece(piece: bytes, opening: Opening) -> list[Document | Refusal]:
    try:
        return _documents(json_document.parse(piece), piece, opening)
    except InvalidEvent as error:
        return [Refusal(error.reason, error.detail, opening.kept(piece))]


def _documents(value: Any, body: bytes, opening: Opening) -> list[Document | Refusal]:
    if not isinstance(value, list):
        return [_document(value, body, opening)]
    # Each event's own part of the payload: without an id, its hash tells it from the others.
    return [_document(item, msgspec.json.encode(item), opening) for item in value[: MAX_DOCUMENTS + 1]]


def _document(value: Any, body: bytes, opening: Opening) -> Document | Refusal:
    if not isinstance(value, dict):
        detail = "a JSON value that is no object: not an event of any format"
        return Refusal("json_not_an_object", detail, opening.kept(body))
    try:
        if not opening.passed_over.isdisjoint(value):
            value = {name: item for name, item in value.items() if name not in opening.passed_over}
        return Document(Node.from_json(value, body), body)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, opening.kept(body))
