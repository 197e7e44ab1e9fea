"""JSON as devices and their documentation write it, within limits. No IO."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.payload.charset import BLANK, to_utf8
from services.ingest.payload.python_literals import as_json

# What a JSON object or array begins with.
OPENINGS = (b"{", b"[")
MAX_BYTES = 16 * 1024 * 1024
MAX_VALUES = 40_000
# Comments and commas too many occur in documentation, not on the wire: a large document is not searched for them.
MAX_COMMENTED_BYTES = 256 * 1024
# How far into JSON that cannot be parsed names are looked for.
HEAD_BYTES = 64 * 1024

# Strings are matched to be kept; whatever is not closed runs to the end, so that the search stays linear.
_COMMENT = re.compile(rb"""("(?:[^"\\]++|\\.)*+"?)|//[^\r\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL)
# Commas before a closing bracket, which documentation has as well.
_LAST_COMMA = re.compile(rb"""("(?:[^"\\]++|\\.)*+"?)|,(?=\s*[}\]])""", re.DOTALL)
# What may be a name in JSON that cannot be parsed; Python's quotes as well.
_QUOTED = re.compile(rb"""["']([^"'\\]{1,64})(?=["'])""")
_STRUCTURE = re.compile(rb""""(?:[^"\\]++|\\.)*+"?|([{\[])|([}\]])""", re.DOTALL)


def parse(body: bytes, charset: str = "") -> Any:
    """Parse one document; comments and commas too many are tolerated.

    Raises InvalidEvent with a reason that starts with `json_`.
    """
    if len(body) > MAX_BYTES:
        raise InvalidEvent("json_too_large", f"a JSON document of {len(body)} bytes: the limit is {MAX_BYTES}")
    text = to_utf8(body, charset)[0].strip(BLANK)
    if len(text) > MAX_VALUES and text.count(b",") > MAX_VALUES:
        raise InvalidEvent("json_too_large", f"the JSON document has more than {MAX_VALUES} values")
    try:
        return _decoded(text)
    except msgspec.DecodeError as error:
        if len(text) <= MAX_COMMENTED_BYTES:
            return _parse_as_written(text)
        raise InvalidEvent("json_not_well_formed", f"the JSON document cannot be read: {error}") from None


def _parse_as_written(text: bytes) -> Any:
    """JSON without its comments and commas too many, or else what Python prints of a dictionary."""
    bare = _COMMENT.sub(rb"\1", text)
    try:
        return _decoded(_LAST_COMMA.sub(rb"\1", bare))
    except msgspec.DecodeError as error:
        try:
            return _decoded(_LAST_COMMA.sub(rb"\1", as_json(text)))
        except msgspec.DecodeError:
            raise InvalidEvent("json_not_well_formed", f"the JSON document cannot be read: {error}") from None


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise InvalidEvent("json_too_deep", "the JSON document is nested too deeply") from None


def names_in(value: Any) -> set[str]:
    """The names of all members of a document, at every depth."""
    names: set[str] = set()
    blocks = [value]
    for block in blocks:  # which grows meanwhile
        if type(block) is dict:
            names.update(block)
        for one in block.values() if type(block) is dict else block:
            kind = type(one)
            if kind is dict or kind is list:
                blocks.append(one)
    return names


def names_written(body: bytes) -> set[str]:
    """What may be names in a document that cannot be parsed: all that stands in quotes and is short."""
    return {word.decode("utf-8", "replace") for word in _QUOTED.findall(body[:HEAD_BYTES])}


def split(body: bytes) -> Iterator[bytes]:
    """The documents of a body that holds several, one after another; what is not closed is one, to the end."""
    depth = start = 0
    for found in _STRUCTURE.finditer(body):
        if found[1]:
            start = found.start() if depth == 0 else start
            depth += 1
        elif found[2] and depth:
            depth -= 1
            if depth == 0:
                yield body[start : found.end()]
    if depth:
        yield body[start:]
