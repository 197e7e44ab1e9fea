"""Field types shared by the events, with the bounds that decoding enforces.

msgspec checks `Meta` bounds when it decodes, not when an object is built in Python; the codec's round trip in
the tests is what keeps builders honest.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

IDENTIFIER_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
TIME_PATTERN = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"

Identifier = Annotated[str, Meta(pattern=IDENTIFIER_PATTERN, description="Lower-case identifier, 1-64 characters")]
UtcTime = Annotated[
    str,
    Meta(
        pattern=TIME_PATTERN,
        description="RFC 3339 in UTC with Z, truncated to milliseconds",
        extra_json_schema={"format": "date-time"},
    ),
]
Ratio = Annotated[float, Meta(ge=0.0, le=1.0, description="0 to 1")]
Version = Annotated[int, Meta(ge=1, description="Only grows")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256, lower-case hex")]

_IDENTIFIER = re.compile(IDENTIFIER_PATTERN)


class Box(Struct, frozen=True):
    """A rectangle on 0-1, origin top left."""

    left: Ratio
    top: Ratio
    right: Ratio
    bottom: Ratio


class Location(Struct, frozen=True):
    """WGS 84 degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Name(Struct, frozen=True, omit_defaults=True):
    """A name as people read it, in the languages it has been given in."""

    ar: str | None = None
    fr: str | None = None
    en: str | None = None


def is_identifier(text: str) -> bool:
    """Whether `text` may be an identifier (camera, site, list, case ...) in events and addresses."""
    return _IDENTIFIER.fullmatch(text) is not None


def utc_text(moment: datetime) -> str:
    """Write an aware time as events carry it: `2026-11-24T09:30:00.123Z`, truncated to milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{text[:-6]}Z"


def parse_utc(text: str) -> datetime:
    """Read a time that `utc_text` wrote; raises ValueError for anything without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = "a time needs an offset"
        raise ValueError(message)
    return moment.astimezone(UTC)
