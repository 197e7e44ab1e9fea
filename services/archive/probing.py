"""Has a clip looked into by a child process that can do nothing else, and judges what it says."""

import asyncio
import math
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from rasid.errors import TemporarilyUnavailable, Unprocessable
from rasid.runtime.log import get_logger
from services.archive.evidence import Track
from services.archive.sniffing import ClipKind

CHILD = Path(__file__).with_name("probe_child.py")
MOST_ANSWER_BYTES = 65536
# The child gives itself so many seconds of processor time; this long after that it is surely stuck.
START_SECONDS = 5.0

log = get_logger(__name__)


class Footage(Struct, frozen=True):
    """What a clip says of itself."""

    duration_seconds: float | None = None
    tracks: tuple[Track, ...] = ()
    is_cut_off: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """What looking into one clip may take, how long a clip may last, and how many are looked into at once."""

    seconds: float
    memory_bytes: int
    clip_seconds: float
    at_once: int = 2


class Prober:
    """Looks into clips. Raises Unprocessable for what is no usable recording, and says why."""

    def __init__(self, limits: ProbeLimits, child: Path = CHILD) -> None:
        self._limits = limits
        self._child = child
        self._turn = asyncio.Semaphore(limits.at_once)

    async def probe(self, path: Path, kind: ClipKind) -> Footage:
        """What the clip says of itself, judged."""
        async with self._turn:
            answer = await self._ask(path, kind.demuxer)
        return judge(_read(answer), kind, self._limits.clip_seconds)

    async def _ask(self, path: Path, demuxer: str) -> bytes:
        limits = self._limits
        arguments = (demuxer, str(limits.memory_bytes), str(math.ceil(limits.seconds)))
        with await asyncio.to_thread(path.open, "rb") as clip:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                str(self._child),
                *arguments,
                stdin=clip,
                stdout=PIPE,
                stderr=DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(limits.seconds + START_SECONDS):
                answer = await _answer_of(child)
        except TimeoutError:
            raise Unprocessable(
                "clip-takes-too-long",
                f"Looking into this clip took longer than {limits.seconds:g} s: it is damaged, or made to do that.",
            ) from None
        finally:
            await _end(child)
        if child.returncode:
            _check_ended_by_limits(child.returncode)
        return answer


def _check_ended_by_limits(returncode: int) -> None:
    """A child that a signal ended met one of its limits, and the clip is to blame; one that failed, we are."""
    if returncode > 0:
        log.error("the process that looks into clips fails", returncode=returncode)
        raise TemporarilyUnavailable("probe-fails", "Clips cannot be looked into now: tell whoever runs the service.")


async def _answer_of(child: Process) -> bytes:
    """All it says before it ends."""
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for, said to the type checker
    answer = await child.stdout.read(MOST_ANSWER_BYTES)
    while more := await child.stdout.read(MOST_ANSWER_BYTES):
        answer += more
        if len(answer) > MOST_ANSWER_BYTES:
            return b""
    await child.wait()
    return answer


async def _end(child: Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):  # it ended by itself just now
            child.kill()
    await child.wait()


def _read(answer: bytes) -> Footage:
    try:
        return msgspec.json.decode(answer, type=Footage)
    except msgspec.DecodeError:
        # A limit, or a fault in the library, ended it in the middle of a word.
        return Footage(error="killed")


def judge(footage: Footage, kind: ClipKind, clip_seconds: float) -> Footage:
    """The footage if it can be evidence; raises Unprocessable."""
    if footage.error is not None:
        raise Unprocessable(
            "clip-unreadable",
            f"This begins like {kind.media_type} and cannot be read as such: it is damaged or cut off. Export it anew.",
        )
    if not any(track.kind == "video" for track in footage.tracks):
        raise Unprocessable("clip-without-pictures", "There is no video in this clip.")
    seconds = footage.duration_seconds
    if kind.is_picture or seconds is None:
        return footage if seconds is None else msgspec.structs.replace(footage, duration_seconds=None)
    if not 0 <= seconds <= clip_seconds:
        raise Unprocessable(
            "clip-duration",
            f"This clip says that it lasts {seconds:.3g} s; between 0 and {clip_seconds:g} s can be. Export it again.",
        )
    return footage
