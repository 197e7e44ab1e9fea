"""When a Dahua event happened. No field of this protocol can be believed alone.

`RealUTC` is UTC. `UTC` is UTC in what the video analysis of these devices sends, and the local wall clock counted as if
it were UTC in what their traffic cameras send (a published capture shows both in one event, seven hours apart in
Bangkok). Beside `UTC`, `LocaleTime` gives it away: where both read the same, `UTC` is local, or the device's clock is
set to UTC. The event's arrival tells these two apart.
"""

from datetime import datetime, timedelta

from services.ingest.adapters.dahua.record import Record
from services.ingest.payload.quantities import whole
from services.ingest.payload.reading import VendorTime
from services.ingest.payload.times import LATE_SECONDS, epoch_time, parse_time
from services.ingest.payload.tree import Node

TAKEN_AS_LOCAL = "utc_taken_as_local"
_SAME = timedelta(seconds=2)
_SECOND_MS = 1000
# The names of local times without an offset; the last two are of the HTTP push.
_LOCAL = ("LocaleTime", "AccurateTime", "SnapTime")


def moment_of(record: Record, *, is_traffic: bool = False) -> tuple[VendorTime, tuple[str, ...]]:
    """The time of an event, and what is worth knowing about it."""
    data = record.data
    real = _epoch(data, "RealUTC")
    if real is not None:
        return real, ()
    local_text = data.text(*_LOCAL) or data.node("SnapInfo").text(*_LOCAL) or ""
    local = parse_time(local_text)
    utc = _epoch(data, "UTC") or _epoch(data.node("TrafficCar"), "UTC")
    if utc is None or utc.moment is None:
        return VendorTime(local_text or (utc.text if utc else ""), local), ()
    if _is_true(utc.moment, local, record.received_at, is_traffic=is_traffic):
        return utc, ()
    return VendorTime(utc.text, utc.moment.replace(tzinfo=None)), (TAKEN_AS_LOCAL,)


def _is_true(utc: datetime, local: datetime | None, received_at: datetime, *, is_traffic: bool) -> bool:
    """Whether a time called UTC is UTC."""
    if abs((received_at - utc).total_seconds()) <= LATE_SECONDS:
        return True
    if local is None:
        return not is_traffic
    return abs(utc.replace(tzinfo=None) - local.replace(tzinfo=None)) > _SAME


def _epoch(data: Node, name: str) -> VendorTime | None:
    """Seconds since 1970 with the milliseconds beside them; None when not given."""
    seconds = data.number(name)
    if not seconds:
        return None
    time = epoch_time(data.text(name))
    milliseconds = whole(data.text("UTCMS"))
    if time.moment is None or time.moment.microsecond or milliseconds is None or milliseconds >= _SECOND_MS:
        return time
    return VendorTime(time.text, time.moment + timedelta(milliseconds=milliseconds), is_utc=True)
