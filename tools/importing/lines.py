"""Recorded reads, a line each, cut into posts. What a post would be refused for is found here, with its line. No IO."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters import rasid as own_format
from services.ingest.payload import json_document
from services.ingest.payload.reading import CameraContext
from services.ingest.read import read_payload

LINES = 100
BYTES = 512 * 1024
BLANK = b" \t\r\n\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that is no event: its number, and what is wrong with it."""

    line: int
    reason: str
    detail: str


@dataclass(slots=True)
class Batch:
    """Lines that go in one post. `last` is the last line that was looked at, `size_bytes` its share of the file."""

    last: int = 0
    size_bytes: int = 0
    events: list[bytes] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The post's body: NDJSON."""
        return b"\n".join(self.events) + b"\n"


def batches(file: Iterable[bytes], camera_id: str, received_at: datetime, from_line: int = 1) -> Iterator[Batch]:
    """The lines from `from_line` on, in posts that ingest takes; a last one may hold no event."""
    batch = Batch()
    for number, text in enumerate(file, 1):
        batch.last, batch.size_bytes = number, batch.size_bytes + len(text)
        if number < from_line or not text.strip(BLANK):
            continue
        outcome = _event(text, number, camera_id, received_at)
        if isinstance(outcome, Wrong):
            batch.wrong.append(outcome)
        else:
            batch.events.append(outcome)
        if len(batch.events) >= LINES or sum(map(len, batch.events)) >= BYTES:
            yield batch
            batch = Batch(last=number)
    yield batch


def _event(text: bytes, number: int, camera_id: str, received_at: datetime) -> bytes | Wrong:
    """The line as it is posted, or what is wrong with it: by the code that reads it in ingest."""
    try:
        event = _from_before(text.strip(BLANK))
    except InvalidEvent as error:
        return Wrong(number, error.reason, error.detail)
    camera = CameraContext(camera_id, adapter=own_format.NAME)
    refusals = read_payload("application/json", event, received_at, camera).refusals
    return Wrong(number, refusals[0].reason, refusals[0].detail) if refusals else event


def _from_before(text: bytes) -> bytes:
    """The event, marked as held back: it must never ring as if it happened now."""
    event = json_document.parse(text)
    if not isinstance(event, dict):
        raise InvalidEvent("json_not_an_object", "the line is no JSON object: one event a line")
    inner = event.get("data")
    marked = (
        {**event, "data": {**inner, "is_replay": True}} if isinstance(inner, dict) else {**event, "is_replay": True}
    )
    return msgspec.json.encode(marked)
