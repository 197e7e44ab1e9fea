"""Cuts an endless multipart stream into its parts while it comes, as cameras send it. No IO.

A part is whole when the next delimiter has come, when its `Content-Length` has come and nothing contradicts it, or
when nothing comes for a moment and its content is whole by itself: the next delimiter may be minutes away, and lengths
are often wrong. A delimiter is the declared one, or any line `--...` before a header: firmware declares one boundary
and uses another, and may change it on the way. What the parts hold is cut again by `multipart.py`, like any post.
"""

import re

import msgspec
from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload import json_document
from services.ingest.payload.charset import BLANK
from services.ingest.payload.xml_stream import DocumentEnd

BOUNDARY = b"rasid-part"
CONTENT_TYPE = f"multipart/mixed; boundary={BOUNDARY.decode()}"
HEAD_BYTES = 8 * 1024
LONGEST_DELIMITER = 200
JPEG_END = b"\xff\xd9"

_BOUNDARY_IN_TYPE = re.compile(r"""boundary\s*=\s*(?:"([^"]+)"|([^\s;,]+))""", re.IGNORECASE)
_ANY = rb"[^\r\n]{1,%d}?(?=[ \t]*\r?\n[ \t]*(?:content-|code=))" % LONGEST_DELIMITER
_LENGTH = re.compile(rb"^[ \t]*content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_PICTURE = re.compile(rb"^[ \t]*content-type[ \t]*:[ \t]*image/", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n|\A[ \t]*\r?\n")
_DAHUA = re.compile(rb"Code=[^;]{1,64};[ \t]*action=\w{1,16}", re.IGNORECASE)
_DATA = b"data="
_HEARTBEAT = b"heartbeat"


class Piece(Struct, frozen=True):
    """One part as it came, headers and all."""

    raw: bytes
    is_picture: bool


class PartStream:
    """Fed what comes, gives the parts. `limit_bytes` is what one part may have; raises InvalidEvent beyond it."""

    def __init__(self, content_type: str, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._delimiter = _delimiter(content_type)
        self._buffer = bytearray()
        self._is_in_part = False
        self._seen = 0
        self._is_new = False

    @property
    def is_pending(self) -> bool:
        """Whether something of a part has come that is not whole."""
        return self._is_in_part and bool(self._buffer.strip(BLANK))

    def feed(self, chunk: bytes) -> list[Piece]:
        """The parts that are whole now."""
        self._buffer += chunk
        self._is_new = True
        found: list[Piece] = []
        while self._advance(found):
            pass
        if not self._is_in_part:
            self._pass_over()
        if len(self._buffer) > self._limit_bytes:
            raise InvalidEvent("stream_part_too_large", f"a part has more than {self._limit_bytes} bytes")
        return found

    def settle(self) -> list[Piece]:
        """Nothing has come for a moment: the part that is whole by its own content, if it is."""
        if not (self._is_in_part and self._is_new):
            return []
        self._is_new = False
        raw = bytes(self._buffer)
        head, body = _divided(raw)
        if head is None or not is_whole(body, is_picture=_PICTURE.search(head) is not None):
            return []
        self._buffer.clear()
        self._seen = 0
        self._is_in_part = False
        return _pieces(raw)

    def _pass_over(self) -> None:
        """Let go of what stands between parts, all but what may be the beginning of a delimiter."""
        surplus = len(self._buffer) - 2 * LONGEST_DELIMITER
        if surplus > 0:
            del self._buffer[:surplus]
            self._seen = max(0, self._seen - surplus)

    def _advance(self, found: list[Piece]) -> bool:
        """Take one step; False when more must come."""
        at = self._delimiter.search(self._buffer, max(0, self._seen - 2 * LONGEST_DELIMITER))
        if at is None:
            self._seen = len(self._buffer)
            return self._is_in_part and self._by_length(found)
        if self._is_in_part:
            found += _pieces(bytes(self._buffer[: at.start()]))
        del self._buffer[: at.end()]
        self._seen = 0
        self._is_in_part = at["last"] is None
        return True

    def _by_length(self, found: list[Piece]) -> bool:
        """The part whose declared length has come, when what follows can be the next delimiter."""
        if not self._is_in_part:
            return False
        end = _HEAD_END.search(self._buffer, 0, HEAD_BYTES)
        length = _LENGTH.search(self._buffer, 0, end.end()) if end else None
        if end is None or length is None or int(length[1]) == 0:
            return False
        whole = end.end() + int(length[1])
        rest = self._buffer[whole : whole + 4].lstrip(b"\r\n")
        if len(self._buffer) < whole or (rest and not rest.startswith(b"-")):
            return False
        found += _pieces(bytes(self._buffer[:whole]))
        del self._buffer[:whole]
        self._seen = 0
        self._is_in_part = False
        return True


def _pieces(raw: bytes) -> list[Piece]:
    """A part, if there is anything in it. Blanks behind a text are not part of it: how it ended depends on chance."""
    head, body = _divided(raw)
    if not body.strip(BLANK):
        return []
    is_picture = head is not None and _PICTURE.search(head) is not None
    return [Piece(raw if is_picture else raw.rstrip(BLANK), is_picture)]


def joined(pieces: list[Piece]) -> bytes:
    """Parts as the body of one post, of the type `CONTENT_TYPE`."""
    return b"".join(b"--%s\r\n%s\r\n" % (BOUNDARY, piece.raw) for piece in pieces) + b"--%s--\r\n" % BOUNDARY


def is_whole(body: bytes, *, is_picture: bool = False) -> bool:
    """Whether a part's body is whole by its own content: nothing in it waits for an end."""
    text = body.strip(BLANK)
    if is_picture:
        return text.endswith(JPEG_END)
    if text.startswith(b"<"):
        return _ends_as_xml(text)
    if text.startswith(json_document.OPENINGS):
        return _is_json(text)
    if _DAHUA.match(text):
        data = text.partition(_DATA)[2].strip(BLANK)
        return _is_json(data) if data.startswith(json_document.OPENINGS) else True
    return text.lower() == _HEARTBEAT


def _ends_as_xml(text: bytes) -> bool:
    try:
        return DocumentEnd().find(text) is not None
    except InvalidEvent:
        return False


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _divided(raw: bytes) -> tuple[bytes | None, bytes]:
    """Headers and body; None for the headers while their end has not come. Some parts have none at all."""
    first = raw.lstrip(BLANK)
    if first.startswith((b"<", *json_document.OPENINGS)) or _DAHUA.match(first):
        return b"", raw
    end = _HEAD_END.search(raw, 0, HEAD_BYTES)
    return (None, raw) if end is None else (raw[: end.start()], raw[end.end() :])


def _delimiter(content_type: str) -> re.Pattern[bytes]:
    declared = _BOUNDARY_IN_TYPE.search(content_type)
    name = next(filter(None, declared.groups())) if declared else None
    forms = [_ANY] if name is None else [re.escape(name.encode("utf-8", "replace")[:LONGEST_DELIMITER]), _ANY]
    return re.compile(
        rb"(?:\A|\r?\n)[ \t]*--(?:%s)(?P<last>--)?[ \t]*\r?\n" % b"|".join(forms),
        re.IGNORECASE,
    )
