"""Field types shared by the events, with the bounds that decoding enforces.

msgspec checks `Meta` bounds when it decodes, not when an object is built in Python; the codec's round trip in
the tests is what keeps builders honest.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

IDENTIFIER_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"
TIME_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"


def _whole(pattern: str) -> str:
    """The pattern without Python's leave to have a line break after its end (JSON Schema gives none)."""
    return f"{pattern.removesuffix('$')}\\Z"


Identifier = Annotated[str, Meta(pattern=_whole(IDENTIFIER_PATTERN), description="Lower-case identifier")]
UtcTime = Annotated[
    str,
    Meta(
        pattern=_whole(TIME_PATTERN),
        description="RFC 3339 in UTC with Z, truncated to milliseconds",
        extra_json_schema={"format": "date-time"},
    ),
]
Ratio = Annotated[float, Meta(ge=0.0, le=1.0, description="0 to 1")]
Degrees = Annotated[float, Meta(ge=0, le=360, description="0 to 360")]
Version = Annotated[int, Meta(ge=1, description="Only grows")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256, lower-case hex")]

_IDENTIFIER = re.compile(IDENTIFIER_PATTERN)
_TIME = re.compile(TIME_PATTERN)


class Box(Struct, frozen=True):
    """A rectangle on 0-1, origin top left.

    Attributes:
        left: Left edge
        top: Upper edge
        right: Right edge
        bottom: Lower edge
    """

    left: Ratio
    top: Ratio
    right: Ratio
    bottom: Ratio


class Location(Struct, frozen=True):
    """WGS 84 degrees.

    Attributes:
        latitude: North of the equator
        longitude: East of Greenwich
    """

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Name(Struct, frozen=True, omit_defaults=True):
    """A name as people read it, in the languages it has been given in.

    Attributes:
        ar: Arabic
        fr: French
        en: English
    """

    ar: str | None = None
    fr: str | None = None
    en: str | None = None


def is_identifier(text: str) -> bool:
    """Whether `text` may be an identifier (camera, site, list, case ...) in events and addresses."""
    return _IDENTIFIER.fullmatch(text) is not None


def utc_text(moment: datetime) -> str:
    """Write an aware time as events carry it: `2026-11-24T09:30:00.123Z`, truncated to milliseconds.

    Raises ValueError for a time without a zone: it would be taken for the machine's own.
    """
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"


def parse_utc(text: str) -> datetime:
    """Read a time that `utc_text` wrote; raises ValueError for what is no time, or a time without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time needs a year from 1 to 9999") from None


def canonical_time(text: str) -> str:
    """The same moment as `utc_text` writes it; raises ValueError for what is no time with an offset."""
    if _TIME.fullmatch(text) and datetime.fromisoformat(text):
        return text
    return utc_text(parse_utc(text))
