"""What the bytes of a picture are, by their first bytes: names and content types of cameras lie. No IO."""

import base64
import binascii

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
_ANY_START = tuple(start for start, _ in _STARTS)
_BMP_SIZE = slice(2, 6)


def picture_type(body: bytes) -> str | None:
    """The media type of a picture, or None when these bytes are not one."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if not body.startswith(_ANY_START):
        return None  # most parts are no pictures
    found = next((media_type for start, media_type in _STARTS if body.startswith(start)), None)
    if found == "image/bmp" and int.from_bytes(body[_BMP_SIZE], "little") > len(body):
        return None  # two letters are little: a bitmap also says how long it is
    return found


def embedded_picture(text: str) -> bytes:
    """The bytes of a picture written in base64, also as a data URL; what is no base64 stays text, and no picture."""
    written = text.partition(",")[2] if text.startswith("data:") else text
    compact = "".join(written.split())
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")
