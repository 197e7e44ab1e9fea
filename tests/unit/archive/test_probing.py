"""The process that looks into clips: what it cannot do, and what is made of a clip that makes it fail."""

import io
import json
import subprocess
import sys
from pathlib import Path

import av
import msgspec
import pytest

from rasid.errors import TemporarilyUnavailable, Unprocessable
from services.archive import probe_child, probing
from services.archive.probing import CHILD, Footage, ProbeLimits, Prober, judge
from services.archive.sniffing import ClipKind
from tests.support.clips import in_fragments, recording

MP4 = ClipKind("video/mp4", "mp4")
LIMITS = ProbeLimits(seconds=20, memory_bytes=2**30, clip_seconds=86400)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip"
    path.write_bytes(recording())
    return path


def prober(folder: Path, program: str, limits: ProbeLimits = LIMITS) -> Prober:
    """One whose child does something else."""
    child = folder / "child.py"
    child.write_text(program)
    return Prober(limits, child)


async def test_it_says_how_long_and_what(clip):
    footage = await Prober(LIMITS).probe(clip, MP4)
    assert footage.duration_seconds == pytest.approx(2.0)
    assert [(track.kind, track.width, track.height) for track in footage.tracks] == [("video", 64, 48)]


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "open('/etc/hostname')",
        "open('/tmp/made-by-a-clip', 'w')",
        "os.open('/etc/passwd', os.O_RDONLY)",
        "os.pipe()",
        "bytearray(3 << 30)",
        "subprocess.run(['/bin/true'])",
    ],
)
def test_it_can_open_start_and_take_nothing(attempt):
    program = (
        "import os, socket, subprocess, sys\n"
        f"sys.path.insert(0, {str(CHILD.parent)!r})\n"
        "import probe_child\n"
        "probe_child.give_up(1 << 30, 5)\n"
        "try:\n"
        f"    {attempt}\n"
        "except (OSError, MemoryError) as error:\n"
        "    print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.stdout.strip() in {b"OSError", b"MemoryError", b"BlockingIOError"}, done.stderr


@pytest.mark.parametrize("size", [1, 20, 100, 600, 1500])
async def test_a_clip_that_is_cut_off_is_refused_or_read_and_never_a_fault_of_ours(tmp_path, size):
    path = tmp_path / "clip"
    path.write_bytes(recording()[:size])
    with pytest.raises(Unprocessable):
        await Prober(LIMITS).probe(path, MP4)


async def test_one_that_never_ends_is_ended_and_the_clip_refused(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(probing, "START_SECONDS", 0.5)
    stuck = prober(tmp_path, "import time\ntime.sleep(600)\n", ProbeLimits(0.1, 2**30, 86400))
    with pytest.raises(Unprocessable) as refused:
        await stuck.probe(clip, MP4)
    assert refused.value.slug == "clip-takes-too-long"


async def test_one_that_turns_in_circles_meets_its_limit_and_the_clip_is_refused(clip, tmp_path):
    program = f"import sys\nsys.path.insert(0, {str(CHILD.parent)!r})\nimport probe_child\n"
    busy = prober(tmp_path, f"{program}probe_child.give_up(1 << 30, 1)\nwhile True: pass\n")
    with pytest.raises(Unprocessable) as refused:
        await busy.probe(clip, MP4)
    assert refused.value.slug == "clip-unreadable"


@pytest.mark.parametrize("program", ["print('no json')", "print('x' * 1_000_000)", "import os\nos.abort()"])
async def test_an_answer_that_makes_no_sense_is_the_clips_fault(clip, tmp_path, program):
    with pytest.raises(Unprocessable):
        await prober(tmp_path, program).probe(clip, MP4)


@pytest.mark.expects_errors("looks into clips fails")
async def test_a_child_that_cannot_start_is_ours(clip, tmp_path):
    with pytest.raises(TemporarilyUnavailable) as refused:
        await prober(tmp_path, "import no_such_module").probe(clip, MP4)
    assert refused.value.slug == "probe-fails"


@pytest.mark.parametrize(
    ("answer", "slug"),
    [
        ({"duration_seconds": -1, "tracks": [{"kind": "video"}]}, "clip-duration"),
        ({"duration_seconds": 2.0**63, "tracks": [{"kind": "video"}]}, "clip-duration"),
        ({"duration_seconds": 1, "tracks": [{"kind": "audio"}]}, "clip-without-pictures"),
        ({"duration_seconds": 1, "tracks": []}, "clip-without-pictures"),
        ({"error": "InvalidDataError"}, "clip-unreadable"),
    ],
)
async def test_what_it_says_is_judged(clip, tmp_path, answer, slug):
    with pytest.raises(Unprocessable) as refused:
        await prober(tmp_path, f"print({json.dumps(answer)!r})").probe(clip, MP4)
    assert refused.value.slug == slug


def looked_at(body: bytes) -> tuple[str, bool]:
    """What is made of it, here: a process for each of so many would take minutes."""
    try:
        answer = probe_child.look(io.BytesIO(body), "mp4")
    except (av.FFmpegError, ValueError, OverflowError, MemoryError) as error:
        answer = {"error": type(error).__name__}
    try:
        footage = judge(msgspec.convert(answer, Footage), MP4, 86400)
    except Unprocessable as refused:
        return refused.slug, False
    return "taken", footage.is_cut_off


@pytest.mark.parametrize("whole", [recording(seconds=1.0), in_fragments()])
def test_a_file_that_ends_at_any_tenth_byte_is_refused_or_said_to_be_cut_off_unless_it_ends_with_a_part(whole):
    assert looked_at(whole) == ("taken", False)
    ends = [stop for _, _, stop in probe_child._boxes(io.BytesIO(whole), 0, len(whole))]
    for size in range(0, len(whole), 10):
        made_of_it, is_cut_off = looked_at(whole[:size])
        ends_with_a_part = any(end <= size < end + probe_child.BOX_HEAD.size for end in ends)
        assert made_of_it in {"clip-unreadable", "clip-without-pictures"} or is_cut_off or ends_with_a_part
