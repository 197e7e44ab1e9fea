"""A vendor's time as `captured_at`, with what it is worth. No IO.

A time with an offset is not right because it has one: factory zones, future years and dead batteries are common. The
text is kept, the zone's source is said, and doubts are marked instead of corrected.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from rasid.contract.detections import TimeQuality, TimeSource
from services.ingest.payload.quantities import number
from services.ingest.payload.reading import CameraContext, VendorTime

# Cameras by NTP are within a second or two; what lies further ahead has not happened yet.
FUTURE_SECONDS = 10.0
# Posts arrive within seconds; a device that tells us nothing of holding back and is later than this has a wrong clock.
LATE_SECONDS = 300.0
# The skew of this camera is known, so lateness means that it was held back, for up to a day.
LATE_WITH_KNOWN_SKEW_SECONDS = 86_400.0
FIRST_YEAR = 2015
# A city has one time zone; what its cameras are set to are a few more.
ZONES = 256
# Cameras are set to UTC on purpose; one that calls its local time UTC shows when its events arrive.
UTC_OFFSET = "+00:00"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The ends of the calendar stand for "no time", and no zone can be applied to them.
_CALENDAR = range(2, 9999)

# As most devices write it: what the interpreter reads by itself, in a fifth of the time.
_USUAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-?(\d{1,2})-?(\d{1,2})[T ]+"
    r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*"
    r"(Z|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)


class Judged(Struct, frozen=True):
    """The moment an event is dated with, and why it can or cannot be trusted."""

    captured_at: datetime
    quality: TimeQuality
    warnings: tuple[str, ...] = ()


class _Read(Struct, frozen=True):
    moment: datetime
    source: TimeSource
    zone: str | None
    warnings: tuple[str, ...] = ()


def parse_time(text: str) -> datetime | None:
    """An ISO 8601 date and time as devices vary it: naive without an offset, None when it is no time."""
    text = text.strip()
    if _USUAL.fullmatch(text) is None:
        return _unusual_time(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _unusual_time(text)


def _unusual_time(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=None if offset is None else _offset(offset),
        )
    except ValueError:
        return None


def epoch_time(text: str | None, per_second: int = 1) -> VendorTime:
    """A count of seconds since 1970 in UTC, or of parts of them: 1,000 `per_second` are milliseconds."""
    value = number(text)
    try:
        moment = None if value is None else _EPOCH + timedelta(microseconds=round(value * 1_000_000 / per_second))
    except OverflowError:
        moment = None
    return VendorTime(text or "", moment, is_utc=True)


def judge(time: VendorTime, received_at: datetime, camera: CameraContext, *, is_replay: bool) -> Judged:
    """Date an event; `received_at` where the vendor's time cannot be used."""
    read = _read(time, received_at, camera)
    if read.source == "received":
        return _received(received_at, camera, read.warnings, is_replay=is_replay)
    doubts = (*read.warnings, *_doubts(read, received_at, camera, is_replay=is_replay))
    quality = TimeQuality(
        source=read.source,
        zone=read.zone,
        skew_seconds=camera.skew_seconds,
        suspicious=bool(doubts),
    )
    return Judged(read.moment, quality, doubts)


def _received(received_at: datetime, camera: CameraContext, warnings: tuple[str, ...], *, is_replay: bool) -> Judged:
    # Held back for nobody knows how long: our own clock says nothing of when it was.
    quality = TimeQuality(source="received", skew_seconds=camera.skew_seconds, suspicious=is_replay)
    return Judged(received_at, quality, warnings)


def _read(time: VendorTime, received_at: datetime, camera: CameraContext) -> _Read:
    if time.moment is None or time.moment.year not in _CALENDAR:
        return _Read(received_at, "received", None, ("time_unreadable" if time.text else "time_missing",))
    return _placed(time, time.moment, received_at, camera)


def _placed(time: VendorTime, moment: datetime, received_at: datetime, camera: CameraContext) -> _Read:
    if time.is_utc or time.text.rstrip().endswith(("Z", "z")):
        return _Read(moment.replace(tzinfo=UTC), "vendor_utc", "UTC")
    if moment.tzinfo is not None:
        return _Read(moment.astimezone(UTC), "vendor_offset", _offset_text(moment.utcoffset()))
    zone = _zone(camera)
    if zone is not None:
        return _in_zone(moment, zone, received_at)
    if time.zone is not None:
        moment = moment.replace(tzinfo=ZoneInfo(time.zone))
        return _Read(moment.astimezone(UTC), "vendor_offset", _offset_text(moment.utcoffset()))
    return _Read(received_at, "received", None, ("time_zone_unknown",))


def _in_zone(local: datetime, zone: ZoneInfo, received_at: datetime) -> _Read:
    """A local time: twice a year it is none or two; of two, the one nearer to its arrival."""
    moments = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if moments[0] == moments[1]:
        return _Read(moments[0], "camera_zone", zone.key)
    nearest = min(moments, key=lambda moment: abs(received_at - moment))
    exists = nearest.astimezone(zone).replace(tzinfo=None) == local
    return _Read(nearest, "camera_zone", zone.key, ("time_ambiguous" if exists else "time_nonexistent",))


def _doubts(read: _Read, received_at: datetime, camera: CameraContext, *, is_replay: bool) -> list[str]:
    doubts = []
    if read.source == "vendor_offset" and _disagrees(read, camera):
        doubts.append("time_zone_suspicious")
    if read.moment.year < FIRST_YEAR:
        doubts.append("time_before_2015")
    late = (received_at - read.moment).total_seconds() + (camera.skew_seconds or 0.0)
    if late < -FUTURE_SECONDS:
        doubts.append("time_in_future")
    elif late > _latest(camera) and not is_replay:
        doubts.append("time_far_from_arrival")
    return doubts


def _latest(camera: CameraContext) -> float:
    return LATE_SECONDS if camera.skew_seconds is None else LATE_WITH_KNOWN_SKEW_SECONDS


def _disagrees(read: _Read, camera: CameraContext) -> bool:
    zone = _zone(camera)
    if zone is None or read.zone == UTC_OFFSET:
        return False
    return _offset_text(read.moment.astimezone(zone).utcoffset()) != read.zone


def _zone(camera: CameraContext) -> ZoneInfo | None:
    return _zone_named(camera.time_zone) if camera.time_zone else None


@lru_cache(ZONES)
def _zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None


@lru_cache(ZONES)
def _offset_text(offset: timedelta | None) -> str:
    """`+03:00`."""
    return datetime(FIRST_YEAR, 1, 1, tzinfo=timezone(offset or timedelta())).isoformat()[-6:]


def _offset(text: str) -> timezone:
    if text in {"Z", "z"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
