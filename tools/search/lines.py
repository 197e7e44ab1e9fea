"""The lines of an export: one JSON object each, what it is and the record itself."""

from datetime import datetime

import msgspec
from msgspec import Struct

from services.search.camera_day import CameraDay
from services.search.passage import Passage


class Beginning(Struct, frozen=True, tag="beginning"):
    """The first line: since when search has recorded."""

    at: datetime


class DayLine(Struct, frozen=True, tag="camera_day"):
    """What was heard of one camera on one day."""

    day: CameraDay


class PassageLine(Struct, frozen=True, tag="passage"):
    """One passage. They come in the order of their ids, after everything else."""

    passage: Passage


class End(Struct, frozen=True, tag="end"):
    """The last line: how many passages there were."""

    passages: int


Line = Beginning | DayLine | PassageLine | End

_decoder = msgspec.json.Decoder(Line)


def write(line: Line) -> bytes:
    """A line with its end."""
    return msgspec.json.encode(line) + b"\n"


def read(text: bytes) -> Line:
    """What `write` wrote; raises ValueError for anything else, without quoting it."""
    try:
        line: Line = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("is no line of an export") from None
    return line
