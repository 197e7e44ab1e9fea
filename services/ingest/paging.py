"""Where a page of a list ended, as text that a client passes back unread. No IO."""

import base64
import binascii

from rasid.contract.fields import is_identifier
from rasid.errors import BadRequest


def write_cursor(last_key: str) -> str:
    """The position after an identifier."""
    return base64.urlsafe_b64encode(last_key.encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> str:
    """The identifier of a position, empty without one; raises BadRequest for what `write_cursor` did not write."""
    if text is None:
        return ""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        key = ""
    if not is_identifier(key):
        raise BadRequest(
            "cursor-unreadable",
            "`cursor` is not one this list gave out: pass back `next_cursor` of the page before, or leave it out",
        )
    return key
