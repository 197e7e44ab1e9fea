"""What the bytes of a picture are, by their first bytes: names and content types of cameras lie. No IO."""

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)
_BMP_SIZE = slice(2, 6)


def picture_type(body: bytes) -> str | None:
    """The media type of a picture, or None when these bytes are not one."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    found = next((media_type for start, media_type in _STARTS if body.startswith(start)), None)
    if found == "image/bmp" and int.from_bytes(body[_BMP_SIZE], "little") > len(body):
        return None  # two letters are little: a bitmap also says how long it is
    return found
