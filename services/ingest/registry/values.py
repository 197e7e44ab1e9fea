"""The texts that people write into the registry, each checked with a sentence that says how to write it. No IO."""

import re
import unicodedata
from ipaddress import ip_address
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from rasid.contract.fields import IDENTIFIER_PATTERN

_HOST = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?){0,10}"
)
LIST_SEPARATOR = "|"
MAX_TOPIC_LEVELS = 32


def _printable(text: str) -> str:
    if not text.isprintable() and any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("contains control characters: write it again without them")
    return text


def _one_of_several(text: str) -> str:
    if LIST_SEPARATOR in text:
        raise ValueError(f"may not contain {LIST_SEPARATOR}: it stands between the items in a CSV cell")
    return text


def _address(text: str) -> str:
    """An IP address as everybody writes it, or a host name."""
    try:
        return str(ip_address(text))
    except ValueError:
        if _HOST.fullmatch(text) is None or text.replace(".", "").isdecimal():
            raise ValueError("is neither an IP address nor a host name: no port, no https://") from None
        return text.lower()


def _topic_filter(text: str) -> str:
    levels = text.split("/")
    is_whole = all(level in {"+", "#"} or not {"+", "#"} & set(level) for level in levels)
    if not is_whole or "#" in levels[:-1] or len(levels) > MAX_TOPIC_LEVELS or levels[0] in {"", "#", "$share"}:
        raise ValueError("is no topic that can be subscribed to: write it as cameras/gate-1/# or site/+/events")
    return text


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError("is not a time zone: use a name such as Asia/Baghdad or Africa/Algiers") from None
    return name


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
Key = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Address = Annotated[Text, AfterValidator(_address)]
TopicFilter = Annotated[Text, AfterValidator(_topic_filter)]
TimeZone = Annotated[Text, AfterValidator(_time_zone)]
OneOfSeveral = Annotated[Text, AfterValidator(_one_of_several)]
