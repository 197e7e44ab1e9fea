"""Cuts a multipart body into its parts, as cameras send it. No IO.

The framing is ours: python-multipart's parser wants CRLF line ends, a body that begins with the delimiter and ends with
the last one, and headers at the start of their line, and cameras keep to none of that. On bodies that are as RFC 2046
says, both cut the same parts (a property test compares them).

Tolerated: multipart of any kind, also an endless stream saved to a file, with the HTTP head before it; a missing,
quoted or wrong boundary in the content type (the body's own first delimiter counts); text before the first delimiter;
LF line ends; indented delimiters and headers; no last delimiter; wrong or missing Content-Length (never looked at); no
blank line after the headers; no blank line end before a delimiter.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload.reading import Part

MAX_PARTS = 256
MAX_HEADER_BYTES = 8 * 1024
MAX_BOUNDARY_BYTES = 200
# Cameras write few different ones.
CONTENT_TYPES = 256

_BLANKS = b" \t"
_BOUNDARY = re.compile(r"""boundary\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s;,]+))""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
# The first delimiter of a body that is multipart whatever its content type says, and what must follow it: a header, a
# blank line, or one of the texts that some devices send without any header.
_FIRST_LINE = re.compile(
    rb"^[ \t]*--([^\r\n]{1,%d}?)[ \t]*\r?\n(?=[ \t]*(?:content-|code=|\r?\n))" % MAX_BOUNDARY_BYTES,
    re.IGNORECASE | re.MULTILINE,
)
# What nothing that is multipart begins with.
_DOCUMENTS = (b"<", b"{", b"[", b"\xff\xd8")
_HEADER = re.compile(rb"[ \t]*([A-Za-z0-9-]{1,64})[ \t]*:[ \t]*([^\r\n]*)")
_NAME = re.compile(r"""(?:^|[;\s])name\s*=\s*(?:"([^"]*)"|([^;]*))""", re.IGNORECASE)
_FILENAME = re.compile(r"""filename\s*=\s*(?:"([^"]*)"|([^;]*))""", re.IGNORECASE)
_LINE_END = re.compile(rb"[ \t]*+(?:\r?\n|\Z)")
# What a tool that records HTTP writes before the body: the first line and the headers.
_HTTP_HEAD = re.compile(rb"(?:HTTP/[12](?:\.[01])? \d{3}|POST \S{1,2048} HTTP/1)[^\r\n]{0,200}\r?\n")
_BLANK_LINE = re.compile(rb"(?:^|\n)[ \t]*\r?\n")


class Cut(Struct, frozen=True):
    """The parts of a body; `is_unfinished` when the last delimiter never came, so the last part may be cut short."""

    parts: tuple[Part, ...]
    is_unfinished: bool = False


def cut(content_type: str, body: bytes) -> Cut:
    """The parts of a multipart body; any other body is one part. Raises InvalidEvent beyond the limits."""
    content_type, body = _without_http_head(content_type, body)
    boundary = _boundary(content_type, body)
    if boundary is None:
        return Cut((Part(body, *_typed(content_type)),))
    pieces, is_finished = _pieces(body, b"--" + boundary)
    return Cut(tuple(_part(piece) for piece in pieces), is_unfinished=not is_finished)


def _without_http_head(content_type: str, body: bytes) -> tuple[str, bytes]:
    """A recorded HTTP message as its body, with the content type that its own head declares."""
    first = _HTTP_HEAD.match(body)
    end = _BLANK_LINE.search(body, first.end(), MAX_HEADER_BYTES) if first else None
    if first is None or end is None:
        return content_type, body
    headers = dict(_headers(body[first.end() : end.start()]))
    return headers.get("content-type", content_type), body[end.end() :]


@lru_cache(CONTENT_TYPES)
def _typed(content_type: str) -> tuple[str, str]:
    """Media type and charset of a content type."""
    media_type, _, parameters = content_type.partition(";")
    charset = _CHARSET.search(parameters)
    return media_type.strip().lower(), charset[1].lower() if charset else ""


def _boundary(content_type: str, body: bytes) -> bytes | None:
    """The boundary by which this body is really divided: as declared where that occurs, else as its first line says."""
    declared = _BOUNDARY.search(content_type) if "multipart" in content_type.lower() else None
    if declared is not None:
        boundary = str(next(filter(None, declared.groups()))).encode("utf-8", "replace")
        if len(boundary) <= MAX_BOUNDARY_BYTES and _delimiter(body, b"--" + boundary, 0) is not None:
            return boundary
    start = body[:MAX_HEADER_BYTES].lstrip()
    sniffed = None if start.startswith(_DOCUMENTS) or b"--" not in start else _FIRST_LINE.search(start)
    return bytes(sniffed[1]) if sniffed else None


def _delimiter(body: bytes, delimiter: bytes, start: int) -> tuple[int, int, bool] | None:
    """The next line that is this delimiter: where it begins, where what follows begins, and whether it is the last."""
    at = body.find(delimiter, start)
    while at != -1:
        end = at + len(delimiter)
        is_last = body.startswith(b"--", end)
        after = _after_line(body, end + 2 if is_last else end)
        if after is not None:
            return at, after, is_last
        at = body.find(delimiter, end)
    return None


def _after_line(body: bytes, end: int) -> int | None:
    line_end = _LINE_END.match(body, end)
    return None if line_end is None else line_end.end()


def _pieces(body: bytes, delimiter: bytes) -> tuple[list[bytes], bool]:
    pieces: list[bytes] = []
    found = _delimiter(body, delimiter, 0)
    while found is not None:
        _, start, is_last = found
        if is_last:
            return pieces, True
        found = _delimiter(body, delimiter, start)
        piece = body[start : found[0] if found else len(body)]
        if found is not None or piece.strip():
            pieces.append(_without_line_end(piece))
        if len(pieces) > MAX_PARTS:
            raise InvalidEvent("multipart_too_many_parts", f"the post has more than {MAX_PARTS} parts: send fewer")
    return pieces, False


def _without_line_end(piece: bytes) -> bytes:
    """Without the line end (and indentation) that belongs to the delimiter after it."""
    trimmed = piece.rstrip(_BLANKS)
    if trimmed.endswith(b"\r\n"):
        return trimmed[:-2]
    return trimmed[:-1] if trimmed.endswith(b"\n") else piece


def _part(piece: bytes) -> Part:
    head, body = _divided(piece)
    headers = dict(_headers(head))
    disposition = headers.get("content-disposition", "")
    media_type, charset = _typed(headers.get("content-type", ""))
    return Part(
        body,
        media_type,
        charset,
        name=_parameter(_NAME, disposition) or headers.get("content-id", "").strip("<>"),
        filename=_parameter(_FILENAME, disposition),
    )


def _divided(piece: bytes) -> tuple[bytes, bytes]:
    """Headers and body: parted by a blank line, or by the first line that is no header."""
    at = 0
    while True:
        blank = _LINE_END.match(piece, at)
        if blank is not None:
            return piece[:at], piece[blank.end() :]
        if _HEADER.match(piece, at) is None and not (at and piece[at] in _BLANKS):
            return piece[:at], piece[at:]
        at = piece.find(b"\n", at) + 1
        if at == 0:
            return piece, b""
        if at > MAX_HEADER_BYTES:
            raise InvalidEvent(
                "multipart_headers_too_large",
                f"the headers of a part do not end within {MAX_HEADER_BYTES} bytes: a blank line must follow them",
            )


def _headers(head: bytes) -> Iterator[tuple[str, str]]:
    for line in head.split(b"\n"):
        found = _HEADER.match(line)
        if found is not None:
            yield found[1].decode("ascii").lower(), found[2].decode("utf-8", "replace").strip()


def _parameter(pattern: re.Pattern[str], header: str) -> str:
    found = pattern.search(header)
    return next((value.strip() for value in found.groups() if value is not None), "") if found else ""
