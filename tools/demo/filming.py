"""Films a vehicle that passes: a short MP4 as a recorder would export it, drawn and encoded on this machine."""

import io
from fractions import Fraction

import av
from PIL import Image

from tools.demo.drawing import scene_jpeg

FRAMES_PER_SECOND = 5
SIZE = (480, 270)
# How far the picture moves from one frame to the next, in pixels of the scene.
STEP = 6


def clip_mp4(plate: str, seed: int, *, seconds: float = 3.0) -> bytes:
    """A clip of so many seconds of a vehicle with this plate; the same arguments give the same pictures."""
    with Image.open(io.BytesIO(scene_jpeg(plate, seed))) as picture:
        scene = picture.convert("RGB")
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=FRAMES_PER_SECOND)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(max(1, round(seconds * FRAMES_PER_SECOND))):
            frame = av.VideoFrame.from_image(_frame(scene, number))  # type: ignore[no-untyped-call] # PyAV does not say
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def altered(clip: bytes) -> bytes:
    """A copy of a clip in which one bit is another: what somebody changed, however little."""
    middle = len(clip) // 2
    return clip[:middle] + bytes((clip[middle] ^ 1,)) + clip[middle + 1 :]


def _frame(scene: Image.Image, number: int) -> Image.Image:
    moved = Image.new("RGB", scene.size, scene.getpixel((0, 0)))
    moved.paste(scene, (number * STEP, 0))
    return moved.resize(SIZE)
