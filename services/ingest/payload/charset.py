"""The bytes of a text document as UTF-8, whatever its sender says about its encoding. No IO.

Devices declare one encoding and send another. UTF-8 is hard to write by accident, so text that is UTF-8 is taken as
UTF-8; but a declared Chinese, Japanese or Korean encoding goes first where the bytes are valid in it, since short texts
can be valid in both. Bytes that fit nothing become U+FFFD, and the caller is told.
"""

import codecs
import re

BLANK = b" \t\r\n\0"

_DECLARED = re.compile(rb"""\s{0,64}<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What documents begin with.
_BEGINNINGS = frozenset({b"<", b"{", b"["})
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
# GB 18030 contains the older two.
_MULTI_BYTE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
}
_SINGLE_BYTE = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "windows-1254": "cp1254",
    "windows-1256": "cp1256",
    "iso-8859-6": "iso8859_6",
    "iso-8859-9": "cp1254",
    "koi8-r": "koi8_r",
}


def to_utf8(body: bytes, charset: str = "") -> tuple[bytes, bool]:
    """The document as UTF-8 without a byte order mark, and whether bytes were lost. Never raises."""
    body, marked = _without_mark(body)
    if marked is None and body.isascii() and b"\0" not in body[:2]:
        return body, False
    wide = marked or next((encoding for start, encoding in _WIDE if body.startswith(start)), None)
    if wide is not None and wide != "utf-8":
        return _replaced(body, wide)
    for encoding in _candidates(body, charset):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return (body if encoding == "utf-8" else text.encode()), False
    return _replaced(body, "utf-8")


def first_character(body: bytes) -> bytes:
    """The first byte of the document as UTF-8 that is no blank; empty when its first 64 bytes are blank."""
    if body[:1] in _BEGINNINGS and body[1:2] != b"\0":
        return body[:1]
    return to_utf8(body[:64])[0].lstrip(BLANK)[:1]


def _without_mark(body: bytes) -> tuple[bytes, str | None]:
    if body[:1] in _BEGINNINGS:
        return body, None
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :], encoding
    return body, None


def _candidates(body: bytes, charset: str) -> list[str]:
    found = _DECLARED.match(body)
    declared = (found[1].decode() if found else charset).strip().lower()
    candidates = [_MULTI_BYTE.get(declared), "utf-8", _SINGLE_BYTE.get(declared)]
    return [encoding for encoding in candidates if encoding is not None]


def _replaced(body: bytes, encoding: str) -> tuple[bytes, bool]:
    text = body.decode(encoding, "replace")
    return text.encode("utf-8", "replace"), "\ufffd" in text
