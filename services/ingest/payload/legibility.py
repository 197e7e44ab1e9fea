"""Whether a reader read a plate at all. No IO.

Readers that saw a vehicle and no legible plate send a word for it, dashes or nothing, each make its own.
"""

import re

# In lower case and without separators.
_PLACEHOLDERS = frozenset(
    {
        "unknown",
        "unknow",
        "unlicensed",
        "unlicensedvehicle",
        "noplate",
        "nolicenseplate",
        "none",
        "null",
        "无车牌",
        "无牌车",
        "无牌",
        "未识别",
        "未知",
    },
)
# What readers put in the place of a character they could not read.
_UNREAD = re.compile("[*?？＊¿\ufffd□■▯]")
_SEPARATORS = re.compile(r"[\s_-]+")


def says_nothing_read(text: str) -> bool:
    """Whether this text stands for "no legible plate". Text without any letter or digit is found by normalizing."""
    return (text if text.isalnum() else _SEPARATORS.sub("", text)).lower() in _PLACEHOLDERS


def has_unread_characters(text: str) -> bool:
    """Whether the reader left characters open: dropping them would make another vehicle's plate."""
    return not text.isalnum() and _UNREAD.search(text) is not None
