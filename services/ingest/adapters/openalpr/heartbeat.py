"""An agent's heartbeat: that it lives, and which of its streams, its license and its disk are in trouble.

The addresses of its streams may hold passwords, and its license key is one: neither is kept.
"""

from collections.abc import Iterator

from rasid.contract.devices import Health
from services.ingest.payload.reading import Draft
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

MILLISECONDS = 1_000
MAX_STREAMS = 32
LEAST_FREE_PERCENT = 1.0


def read_heartbeat(fields: Node, part: bytes) -> list[Draft]:
    """One event for the heartbeat, and one for each thing that is in trouble."""
    time = epoch_time(fields.text("timestamp"), MILLISECONDS)
    return [Draft(part=part, time=time, fact=health) for health in _health(fields)]


def _health(fields: Node) -> Iterator[Health]:
    yield Health(component="heartbeat", state="ok", code="heartbeat")
    if fields.flag("license_valid") is False:
        yield Health(component="recorder", state="failed", code="license_valid false")
    streams = [node for node in fields.nodes("video_streams") if node.flag("is_streaming") is False]
    for stream in streams[:MAX_STREAMS]:
        yield Health(component="link", state="failed", code=f"camera {stream.text('camera_id')} is_streaming false")
    yield from _disk(fields)


def _disk(fields: Node) -> Iterator[Health]:
    free, total = fields.number("disk_drive_free_bytes"), fields.number("disk_drive_total_bytes")
    if free is None or not total or not 0 <= free <= total:  # some agents give more free bytes than there are
        return
    percent = round(100 * free / total, 2)
    if percent < LEAST_FREE_PERCENT:
        yield Health(component="storage", state="degraded", code="disk_drive_free_bytes", value=percent, unit="percent")
