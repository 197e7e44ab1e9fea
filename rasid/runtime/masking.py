"""Keeps secrets that stand in addresses out of every log line, whoever writes it. No IO.

One secret is in an address on purpose: the push token of a camera whose firmware can do nothing else. It, and what a
careless client puts into a query, are replaced before a line is written.
"""

import re
from collections.abc import MutableMapping
from typing import Any

GONE = "***"

_IN_QUERY = re.compile(r"((?:^|[?&;\s\"'])(?:access_)?token(?:=|%3d))[^&;\s\"'<>]+", re.IGNORECASE)
# The rest of the path is the token: a camera's address has nothing behind `events`.
_IN_PATH = re.compile(r"(/cameras/[^/\s]{1,200}/events/)[^\s?\"'<>]+", re.IGNORECASE)


def masked(text: str) -> str:
    """The text without the tokens of addresses in it."""
    if "oken" not in text and "OKEN" not in text and "/events/" not in text.lower():
        return text
    return _IN_PATH.sub(rf"\1{GONE}", _IN_QUERY.sub(rf"\1{GONE}", text))


def mask_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of log lines: masks every value, however deep it stands."""
    for name, value in line.items():
        if not name.startswith("_"):  # structlog's own, which is taken out later
            line[name] = _masked(value)
    return line


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, bytes):
        return masked(value.decode("utf-8", "replace"))
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(one) for one in value]
    return value
