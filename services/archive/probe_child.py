"""Looks into a clip, in a process of its own that can do nothing else: `python -I probe_child.py DEMUXER LIMITS`.

The clip is standard input. One JSON object on standard output says what it is, or that it cannot be read. Imports only
what it needs, then gives up everything: no new file, no socket, no child, bounded memory and processor time. It demuxes
and decodes nothing.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import av.audio.stream
import av.subtitles.stream  # the library imports these when it meets the first of each: too late here
import av.video.stream

MATROSKA_DURATION = b"\x44\x89\x88"
HEAD_BYTES = 65536
MICROSECONDS = 1_000_000
MOST_TRACKS = 32
STANDARD_STREAMS = 3
LARGE_HEAD_BYTES = 16
MOST_BOXES = 100_000
RECORDED = frozenset({b"mdat", b"moof", b"mfra"})
BOX_HEAD = struct.Struct(">I4s")
LARGE_SIZE = struct.Struct(">Q")


def give_up(memory_bytes: int, cpu_seconds: int) -> None:
    """From now on nothing can be opened or started. A file descriptor beyond those that are open cannot exist."""
    for what, limit in (
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, STANDARD_STREAMS),
    ):
        resource.setrlimit(what, (limit, limit))


def look(clip: BinaryIO, demuxer: str) -> dict[str, Any]:
    """What the container says of itself: `duration_seconds` (None when it does not say), `tracks`, `is_cut_off`."""
    declared, cut_off = declared_seconds(clip, demuxer), is_cut_off(clip, demuxer)
    clip.seek(0)
    with av.open(clip, "r", format=demuxer, metadata_errors="replace") as container:
        found = None if container.duration is None else container.duration / MICROSECONDS
        tracks = [_track(stream) for stream in list(container.streams)[:MOST_TRACKS]]
    seconds = [one for one in (found, declared) if one is not None]
    return {"duration_seconds": max(seconds, default=None), "tracks": tracks, "is_cut_off": cut_off}


def declared_seconds(clip: BinaryIO, demuxer: str) -> float | None:
    """What the head claims. The library passes over a claim that cannot be true; we want to know of it."""
    if demuxer == "mp4":
        return _movie_seconds(clip)
    head = clip.read(HEAD_BYTES)
    at = head.find(MATROSKA_DURATION) if demuxer == "matroska" else -1
    if at < 0 or len(head) < at + 11:
        return None
    milliseconds: float = struct.unpack_from(">d", head, at + 3)[0]
    return milliseconds / 1000  # the time scale of everything that records: a millisecond


def _movie_seconds(clip: BinaryIO) -> float | None:
    end = clip.seek(0, os.SEEK_END)
    movie = _box(clip, 0, end, b"moov")
    header = None if movie is None else _box(clip, *movie, b"mvhd")
    if header is None:
        return None
    clip.seek(header[0])
    body = clip.read(32)
    try:
        scale, duration = (
            struct.unpack_from(">IQ", body, 20) if body[:1] == b"\1" else struct.unpack_from(">II", body, 12)
        )
    except struct.error:
        return None
    is_unknown = duration in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
    return None if not scale or is_unknown else float(duration / scale)


def is_cut_off(clip: BinaryIO, demuxer: str) -> bool:
    """Whether its end is missing, by its own account: a box says that it has more bytes than came.

    Raises ValueError where the head itself is cut off, or nothing is recorded: libav makes something of that too.
    """
    if demuxer != "mp4":
        return False
    end = clip.seek(0, os.SEEK_END)
    boxes = list(_boxes(clip, 0, end))
    cut = {kind for kind, _, stop in boxes if stop > end}
    if b"moov" in cut or all(kind != b"mdat" for kind, _, _ in boxes):
        raise ValueError("nothing is recorded in it")
    return bool(cut & RECORDED)


def _box(clip: BinaryIO, start: int, end: int, wanted: bytes) -> tuple[int, int] | None:
    """Where the content of a box lies inside of another."""
    found = ((content, min(end, stop)) for kind, content, stop in _boxes(clip, start, end) if kind == wanted)
    return next(found, None)


def _boxes(clip: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes from `start` on: kind, where the content begins, and where the box ends by its own account."""
    for _ in range(MOST_BOXES):
        clip.seek(start)
        head = clip.read(LARGE_HEAD_BYTES)
        if len(head) < BOX_HEAD.size or start >= end:
            return
        size, kind = BOX_HEAD.unpack_from(head)
        content = start + BOX_HEAD.size
        if size == 1 and len(head) == LARGE_HEAD_BYTES:
            (size,), content = LARGE_SIZE.unpack_from(head, 8), start + LARGE_HEAD_BYTES
        size = size or end - start
        yield kind, content, start + size
        if size < BOX_HEAD.size:
            return
        start += size


def _track(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    picture = stream.type == "video" and context is not None
    return {
        "kind": stream.type or "unknown",
        "codec": None if context is None else context.name,
        "width": context.width if picture else None,
        "height": context.height if picture else None,
    }


def main() -> None:
    """Say one thing and end."""
    demuxer, memory_bytes, cpu_seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    av.logging.set_level(av.logging.PANIC)
    give_up(memory_bytes, cpu_seconds)
    try:
        answer = look(sys.stdin.buffer, demuxer)
    except (av.FFmpegError, ValueError, OverflowError, MemoryError, OSError) as error:
        answer = {"error": type(error).__name__}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
