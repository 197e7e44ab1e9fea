"""Where a page of a list ended, as text that a client passes back unread."""

import base64
import binascii

from rasid.errors import BadRequest

SEPARATOR = "/"


def write_cursor(*parts: str) -> str:
    """Put the parts of a position into one word that fits into a URL."""
    return base64.urlsafe_b64encode(SEPARATOR.join(parts).encode()).decode().rstrip("=")


def read_cursor(text: str, count: int) -> list[str]:
    """The `count` parts of a position that `write_cursor` wrote; raises BadRequest for anything else."""
    try:
        parts = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode().split(SEPARATOR)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        parts = []
    if len(parts) != count:
        raise unreadable()
    return parts


def unreadable() -> BadRequest:
    """What is said of a cursor that no list gave out."""
    return BadRequest(
        "cursor-unreadable",
        "`cursor` is not one this list gave out: pass back `next_cursor` of the page before, or leave it out",
    )
