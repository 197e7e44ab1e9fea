"""Merging reads into passages: whatever the order, however often, in whatever pieces. No IO.

One sighting (what a camera follows as one vehicle) is one passage, unless its reads lie more than `APART` from each
other: cameras count anew after a restart. Two sightings are never one passage, whatever they read (decision 0014).

A passage is a join: each part is taken from the read that ranks highest for it, so that the order does not matter.
The earliest passage of a sighting has the sighting's id, so that most reads are stored without looking.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from rasid.contract.detections import Image, PlateReadV1, Vehicle, VehicleDetectedV1
from rasid.contract.envelope import Event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import parse_utc, utc_text
from services.search.passage import Passage, PlateReading, Seen, VehicleReading

APART = timedelta(seconds=120)
MOST_DETECTIONS = 200
MOST_IMAGES = 24
MOST_PLATES = 32
MOST_WARNINGS = 16
NOTHING_SAID = Vehicle()

T = TypeVar("T")
R = TypeVar("R", PlateReading, VehicleReading)
Read = Event[PlateReadV1] | Event[VehicleDetectedV1]


def passage_of(event: Read, retention: timedelta) -> Passage:
    """What one read alone says: a lone read is a passage."""
    data = event.data
    captured_at, received_at = parse_utc(data.captured_at), parse_utc(data.received_at)
    return Passage(
        passage_id=data.sighting_id,
        sighting_id=data.sighting_id,
        camera_id=data.camera_id,
        site_id=data.site_id,
        captured_at=captured_at,
        last_captured_at=captured_at,
        received_at=received_at,
        expires_at=received_at + retention,
        seen=_seen(event),
        plates=(data.plate.text,) if isinstance(data, PlateReadV1) else (),
        reading=_reading(event),
        vehicle=_vehicle(event),
        images=_pictures(data.images),
        warnings=_ordered(data.warnings, str)[:MOST_WARNINGS],
        detection_ids=(event.id,),
    )


def settle(parts: Iterable[Passage]) -> list[Passage]:
    """The passages of one sighting, earliest first, from what is known of it: parts may overlap and repeat."""
    parts = list(parts)
    if len(parts) == 1:
        return [_named(parts[0], is_first=True)]
    passages: list[Passage] = []
    for part in sorted(parts, key=_began):
        if passages and part.captured_at - passages[-1].last_captured_at <= APART:
            passages[-1] = join(passages[-1], part)
        else:
            passages.append(part)
    return [_named(passage, is_first=index == 0) for index, passage in enumerate(passages)]


def by_sighting(parts: Iterable[Passage]) -> dict[str, list[Passage]]:
    """Parts put together by the sighting they belong to."""
    found: dict[str, list[Passage]] = {}
    for part in parts:
        found.setdefault(part.sighting_id, []).append(part)
    return found


def join(one: Passage, other: Passage) -> Passage:
    """Both as one passage, under the id of the earlier."""
    first = min(one, other, key=_began)
    detections, has_more = _united(one.detection_ids, other.detection_ids, str, MOST_DETECTIONS)
    return replace(
        first,
        last_captured_at=max(one.last_captured_at, other.last_captured_at),
        received_at=min(one.received_at, other.received_at),
        expires_at=min(one.expires_at, other.expires_at),
        plates=_united(one.plates, other.plates, str, MOST_PLATES)[0],
        reading=_higher(one.reading, other.reading),
        vehicle=_higher(one.vehicle, other.vehicle),
        images=_pictures((*one.images, *other.images)),
        warnings=_united(one.warnings, other.warnings, str, MOST_WARNINGS)[0],
        detection_ids=detections,
        has_more_detections=one.has_more_detections or other.has_more_detections or has_more,
    )


def _named(passage: Passage, *, is_first: bool) -> Passage:
    """The later passages of a sighting are named after when they began as well."""
    sighting_id = passage.sighting_id
    name = sighting_id if is_first else caused_id(sighting_id, utc_text(passage.captured_at))
    return passage if passage.passage_id == name else replace(passage, passage_id=name)


def _began(passage: Passage) -> tuple[datetime, str, bytes]:
    """What decides between copies of one read is only there so that it does not matter which came first."""
    return passage.captured_at, passage.seen.detection_id, msgspec.json.encode((passage.seen, passage.site_id))


def _seen(event: Read) -> Seen:
    data = event.data
    return Seen(
        detection_id=event.id,
        time_quality=data.time_quality,
        vendor_time=data.vendor_time,
        view=data.view,
        location=data.location,
        adapter=data.adapter,
    )


def _reading(event: Read) -> PlateReading | None:
    data = event.data
    if not isinstance(data, PlateReadV1):
        return None
    return PlateReading(revision=data.revision, detection_id=event.id, plate=data.plate)


def _vehicle(event: Read) -> VehicleReading | None:
    data = event.data
    if data.vehicle == NOTHING_SAID:
        return None
    return VehicleReading(revision=data.revision, detection_id=event.id, vehicle=data.vehicle)


def _higher(one: R | None, other: R | None) -> R | None:
    if one is None or other is None:
        return one or other
    if one == other:
        return one
    return max(one, other, key=lambda reading: (reading.revision, reading.detection_id, msgspec.json.encode(reading)))


def _united(one: Sequence[T], other: Sequence[T], rank: Callable[[T], Any], most: int) -> tuple[tuple[T, ...], bool]:
    """Both without repetition, in order, cut at `most` (and whether that took something away)."""
    if one == other:
        return tuple(one), False
    united = sorted({*one, *other}, key=rank)
    return tuple(united[:most]), len(united) > most


def _ordered(values: Sequence[T], rank: Callable[[T], Any]) -> tuple[T, ...]:
    """Without repetition, in order."""
    return tuple(sorted(set(values), key=rank) if len(values) > 1 else values)


def _pictures(images: Sequence[Image]) -> tuple[Image, ...]:
    """Each once, in order: of one that was sent again, and so stored twice, the later one, which is kept longer."""
    found = {(image.kind, image.sha256): image for image in sorted(images, key=_image_rank)}
    return tuple(found.values())[:MOST_IMAGES]


def _image_rank(image: Image) -> tuple[str, str, str, int, str]:
    return image.kind, image.sha256, image.media_type, image.size_bytes, image.uri or ""
