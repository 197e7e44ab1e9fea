"""The text of a table, in whatever encoding a spreadsheet saved it. No IO.

Excel saves UTF-8 with a byte order mark, UTF-16 ("Unicode text") or the code page of its Windows: 1256 where people
write Arabic, which has the French letters where 1252 has them. Which it was is said in the report, so that a name that
came out wrong is seen before it is written.
"""

import codecs
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "windows-1256"]

_MARKS: tuple[tuple[bytes, str, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
)
_DAMAGED = "\ufffd"


def read_text(body: bytes) -> tuple[str, Encoding]:
    """The text and how it was encoded. Raises UnicodeDecodeError, whose `start` is where it goes wrong."""
    for mark, codec, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(codec), encoding
    if b"\0" in body[:2]:  # a header is ASCII: one of its two bytes is zero
        return body.decode("utf-16-be" if body[:1] == b"\0" else "utf-16-le"), "utf-16"
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if not _is_code_page(body):
            raise
    return body.decode("cp1256"), "windows-1256"


def _is_code_page(body: bytes) -> bool:
    """Whether text that is no UTF-8 was never meant to be: nearly nothing in it happens to be UTF-8."""
    text = body.decode("utf-8", "replace")
    damaged = text.count(_DAMAGED)
    whole = sum(not character.isascii() for character in text) - damaged
    return damaged > whole
