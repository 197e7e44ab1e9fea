"""Python's way of writing a dictionary as JSON: some devices and their client libraries print one. No IO.

Only as far as such prints go: texts in single quotes, None, True and False, and times made by `datetime.datetime(...)`.
"""

import re

_TOKEN = re.compile(
    rb"""(?P<double>"(?:[^"\\]++|\\.)*+"?)"""
    rb"""|'(?P<single>(?:[^'\\]++|\\.)*+)'"""
    rb"""|\b(?P<word>None|True|False)\b"""
    rb"""|\bdatetime\.datetime\((?P<time>[\d,\s]{1,80}(?:tzinfo\s*=\s*(?P<zone>[\w.]{1,40}(?:\(\))?)\s*,?\s*)?)\)""",
    re.DOTALL,
)
_WORDS = {b"None": b"null", b"True": b"true", b"False": b"false"}
_ESCAPED = re.compile(rb"""\\'|(?<!\\)((?:\\\\)*+)\"""")
_LEAST, _MOST = 3, 7


def as_json(text: bytes) -> bytes:
    """The same dictionary as JSON, as far as it is one; what else the text holds stays as it is."""
    return _TOKEN.sub(_written, text)


def _written(found: re.Match[bytes]) -> bytes:
    if found["word"] is not None:
        return _WORDS[found["word"]]
    if found["time"] is not None:
        return _time(found)
    if found["single"] is not None:
        return b'"' + _ESCAPED.sub(_unescaped, found["single"]) + b'"'
    return found[0]


def _unescaped(found: re.Match[bytes]) -> bytes:
    return b"'" if found[1] is None else found[1] + b'\\"'


def _time(found: re.Match[bytes]) -> bytes:
    """A time as ISO 8601, in UTC where it says so; the text as it was where it is none."""
    numbers = [int(digits) for digits in re.findall(rb"\d{1,6}", found["time"])][:_MOST]
    if len(numbers) < _LEAST:
        return found[0]
    year, month, day, hour, minute, second, microsecond = (*numbers, *(0,) * (_MOST - len(numbers)))
    is_utc = (found["zone"] or b"").lower().endswith(b"utc")
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}{'Z' if is_utc else ''}"
    return f'"{text}"'.encode()
