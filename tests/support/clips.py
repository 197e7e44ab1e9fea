"""Recordings made up at run time: small, real, each with its own bytes."""

import io
import secrets
import struct
from functools import cache

import av

from rasid.runtime.hashing import Digests, Hasher

CODECS = {"mpegts": "mpeg2video", "mpeg": "mpeg2video", "flv": "flv"}
FRAMES_PER_SECOND = 10


@cache
def recording(container: str = "mp4", seconds: float = 2.0, *, flags: str = "") -> bytes:
    """A recording of nothing, in a container of libav's name; `flags` are those of its writer of MP4."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options={"movflags": flags} if flags else {}) as output:
        stream = output.add_stream(CODECS.get(container, "mpeg4"), rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(int(seconds * FRAMES_PER_SECOND)):
            output.mux(stream.encode(_picture(number)))
        output.mux(stream.encode(None))
    return file.getvalue()


def in_fragments() -> bytes:
    """An MP4 as recorders write it that may lose power: readable up to wherever it ends."""
    return recording(flags="frag_keyframe+empty_moov")


def _picture(number: int) -> av.VideoFrame:
    """Always the same: a new frame holds whatever the memory held."""
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes((at * 7 + number * 31) % 256 for at in range(plane.buffer_size)))
    return frame


def clip(size_bytes: int = 0, *, seconds: float = 2.0) -> bytes:
    """An MP4 that is nobody else's, at least so large: a box that players pass over makes the difference."""
    whole = recording(seconds=seconds)
    padding = max(32, size_bytes - len(whole) - 8)
    return whole + box(b"free", secrets.token_bytes(min(padding, 1024)) + bytes(max(0, padding - 1024)))


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def lasting(duration: int, *, scale: int = 1000) -> bytes:
    """An MP4 that says in its head that it lasts `duration` / `scale` seconds, in a field of 64 bits."""
    whole = recording()
    head = whole.index(b"mvhd") - 4
    size = int.from_bytes(whole[head : head + 4], "big")
    rest = whole[head + 8 + 20 : head + size]
    changed = box(b"mvhd", struct.pack(">B3xQQIQ", 1, 0, 0, scale, duration) + rest)
    movie = whole.index(b"moov") - 4
    grown = int.from_bytes(whole[movie : movie + 4], "big") + len(changed) - size
    return whole[:movie] + struct.pack(">I", grown) + whole[movie + 4 : head] + changed + whole[head + size :]


def digests(body: bytes) -> Digests:
    """What these bytes are known by."""
    hasher = Hasher()
    hasher.update(body)
    return hasher.digests()
