"""One post of one camera, read: the path that HTTP and `rasid explain` share. No IO."""

from datetime import datetime

from msgspec import Struct, field

from rasid.errors import InvalidEvent
from services.ingest.adapters import choose
from services.ingest.normalize import Normalized, events_of
from services.ingest.payload.multipart import cut
from services.ingest.payload.reading import CameraContext, Dropped, Payload, Refusal


class Result(Struct, frozen=True):
    """All that was made of a post. `adapter` is None when none was found; with no event there is a refusal."""

    normalized: tuple[Normalized, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    dropped: dict[Dropped, int] = field(default_factory=dict)
    unknown_fields: int = 0
    adapter: str | None = None


def read_payload(
    content_type: str,
    body: bytes,
    received_at: datetime,
    camera: CameraContext,
    *,
    topic: str = "",
    is_retained: bool = False,
) -> Result:
    """Read a post, or a message on an MQTT `topic`: its good parts are events, each bad one a refusal. Never raises.

    Memory beyond the body is bounded by its parsed documents, which are limited; pictures are cut out of it once.
    """
    adapter_name = None
    try:
        found = cut(content_type, body)
        warnings = ("multipart_unfinished",) if found.is_unfinished else ()
        payload = Payload(found.parts, received_at, warnings, topic, is_retained)
        adapter = choose(payload, camera.adapter)
        adapter_name = adapter.NAME
        reading = adapter.read(payload)
    except InvalidEvent as error:
        return Result(refusals=(Refusal(error.reason, error.detail, body),), adapter=adapter_name)
    return Result(
        normalized=tuple(events_of(reading, camera, payload, adapter)),
        refusals=reading.refusals,
        dropped=reading.dropped,
        unknown_fields=reading.unknown_fields,
        adapter=adapter_name,
    )
