"""Which bytes a request asks for: one range of RFC 9110, section 14. No IO."""

import re
from dataclasses import dataclass

from rasid.errors import RangeNotSatisfiable

_ONE_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*", re.IGNORECASE)
# More digits than any size has.
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` to before `end` of `size_bytes`."""

    start: int
    end: int
    size_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is."""
        return (self.start, self.end) == (0, self.size_bytes)

    @property
    def content_range(self) -> str:
        """The header of a 206."""
        return f"bytes {self.start}-{self.end - 1}/{self.size_bytes}"


def read_range(header: str | None, if_range: str | None, *, etag: str, size_bytes: int) -> ByteRange | None:
    """The one range that is asked for; None when the whole is to be sent.

    What is malformed, asks for several ranges at once or is conditional on another ETag is passed over, as the
    standard allows. Raises RangeNotSatisfiable for a range beyond the end.
    """
    if header is None or (if_range is not None and if_range.strip() != etag):
        return None
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, suffix = found.groups()
    start, end = _suffix(suffix, size_bytes) if suffix else _span(first, last, size_bytes)
    if last and _number(last) < _number(first):
        return None
    if end <= start:
        raise _beyond(size_bytes)
    return ByteRange(start, end, size_bytes)


def _span(first: str, last: str, size_bytes: int) -> tuple[int, int]:
    end = min(_number(last) + 1, size_bytes) if last else size_bytes
    return _number(first), end


def _suffix(suffix: str, size_bytes: int) -> tuple[int, int]:
    return max(0, size_bytes - _number(suffix)), size_bytes


def _number(digits: str) -> int:
    """A number that cannot be turned into work: beyond any size it is only large."""
    return int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS


def _beyond(size_bytes: int) -> RangeNotSatisfiable:
    return RangeNotSatisfiable(
        "range-beyond-end",
        f"The clip has {size_bytes} bytes: ask for a range within them.",
        headers={"Content-Range": f"bytes */{size_bytes}"},
    )
