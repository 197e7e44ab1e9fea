"""What the bytes of a clip are, by their first bytes: names and content types of recorders lie. No IO."""

from dataclasses import dataclass

from rasid.errors import Unprocessable

HEAD_BYTES = 4096
_TAR = slice(257, 262)
_TS_PACKETS = (188, 192, 204)
_TS_SYNC = 0x47
_TS_OFFSETS = {188: 0, 192: 4, 204: 0}
_TS_LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class ClipKind:
    """`media_type` as told to people and players; `demuxer` is the one reader that may look into it."""

    media_type: str
    demuxer: str

    @property
    def is_picture(self) -> bool:
        """Whether it is a still picture, which has no duration."""
        return self.media_type.startswith("image/")


_STARTS = (
    (b"\x1aE\xdf\xa3", ClipKind("video/x-matroska", "matroska")),
    (b"\x00\x00\x01\xba", ClipKind("video/mpeg", "mpeg")),
    (b"IMKH", ClipKind("video/mpeg", "mpeg")),  # Hikvision's recorders: a program stream behind a head of their own
    (b"DHAV", ClipKind("video/x-dahua", "dhav")),
    (b"FLV\x01", ClipKind("video/x-flv", "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ClipKind("video/x-ms-asf", "asf")),
    (b"\xff\xd8\xff", ClipKind("image/jpeg", "jpeg_pipe")),
    (b"\x89PNG\r\n\x1a\n", ClipKind("image/png", "png_pipe")),
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp")
_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")

# What is sent instead of a clip, by accident or on purpose. A list would make us fetch what it names, an archive hides
# its content, a page or a program is none.
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"[playlist]", b"<mpd", b"<smil", b"[reference]", b"<asx")
_ARCHIVES = (
    *(b"pk\x03\x04", b"pk\x05\x06", b"pk\x07\x08", b"rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"bzh"),
    *(b"\xfd7zxz\x00", b"\x28\xb5\x2f\xfd", b"lzip", b"!<arch>"),
)
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<head", b"<script", b"%pdf", b"{", b"#!")
_UNKNOWN = (
    "These bytes are no kind of recording that is known here: MP4, QuickTime, Matroska, MPEG-TS, MPEG-PS, AVI, ASF, "
    "FLV, DAV, JPEG and PNG are. Send the recording as the recorder exports it, not encrypted."
)


def clip_kind(head: bytes) -> ClipKind:
    """The kind of a clip that begins with `head` (4 KiB, or all of it); raises Unprocessable for what is none."""
    if not head:
        raise Unprocessable("clip-empty", "The body is empty: send the clip's bytes as the body of this request.")
    found = next((kind for start, kind in _STARTS if head.startswith(start)), None) or _framed(head)
    if found is not None:
        return found
    raise Unprocessable(*_refusal(head))


def _framed(head: bytes) -> ClipKind | None:
    """Formats that are known by more than their first bytes."""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return ClipKind("video/x-msvideo", "avi")
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS:
        return None
    if head[4:8] in _BOXES:
        quicktime = head[4:8] != b"ftyp" or head[8:12] == b"qt  "
        return ClipKind("video/quicktime" if quicktime else "video/mp4", "mp4")
    return ClipKind("video/mp2t", "mpegts") if _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """A transport stream has no head: the same byte begins each of its packets."""
    for size in _TS_PACKETS:
        starts = range(_TS_OFFSETS[size], min(len(head), size * _TS_LOOKED_AT), size)
        if len(head) >= size and starts and all(head[start] == _TS_SYNC for start in starts):
            return True
    return False


def _refusal(head: bytes) -> tuple[str, str]:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PLAYLISTS) or b"<mpd" in text[:512] or b"#extm3u" in text[:512]:
        return "clip-is-a-list", "This is a list of other addresses, not a clip: send the recording itself."
    if text.startswith(_ARCHIVES) or head[_TAR] == b"ustar":
        return "clip-is-an-archive", "This is an archive: take the recording out of it and send that."
    if text.startswith(_PAGES):
        return "clip-is-no-footage", "This is a page, a document or a program, not a recording."
    return "clip-unknown", _UNKNOWN
