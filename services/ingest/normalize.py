"""Turns what an adapter read into events: identity, time, plate and pictures, the same way for every make. No IO.

Identity: the event contract, "Identity". The CloudEvents time is `captured_at`, so that the same payload gives the same
event whenever it is posted; what that time is worth is in the event.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.catalogue import BY_DATA
from rasid.contract.detections import Adapter as AdapterNote
from rasid.contract.detections import (
    CountReportedV1,
    FaceDetectedV1,
    Image,
    ObjectDetectedV1,
    PersonDetectedV1,
    PlateReadV1,
    Rule,
    RuleTriggeredV1,
    VehicleDetectedV1,
    VendorIds,
)
from rasid.contract.devices import DeviceConnectedV1, DeviceDisconnectedV1, DeviceHealthV1, Health
from rasid.contract.envelope import Event
from rasid.contract.event_ids import digest, event_id, sighting_id, weak_sighting_id
from rasid.contract.fields import utc_text
from services.ingest.payload.face_reading import make_face
from services.ingest.payload.media import picture_type
from services.ingest.payload.plate_reading import make_plate
from services.ingest.payload.reading import (
    Adapter,
    CameraContext,
    Connection,
    Counted,
    Draft,
    FaceSeen,
    Payload,
    PlateSeen,
    Reading,
    Sighted,
)
from services.ingest.payload.times import Judged, judge

MAX_PICTURES = 16
_SIGHTED = {"vehicle": VehicleDetectedV1, "person": PersonDetectedV1, "object": ObjectDetectedV1}


class StoredPicture(Struct, frozen=True):
    """A picture to be kept; `is_face` when it shows one or its event is one: then for a shorter time.

    `key` is where; empty until that is decided, and in a spool that was written before pictures had one.
    """

    sha256: str
    media_type: str
    body: bytes
    is_face: bool = False
    key: str = ""


class Normalized(Struct, frozen=True):
    """One event and its pictures, as many and in the same order as it has images, whose `uri` is not known yet."""

    event: Event[Struct]
    pictures: tuple[StoredPicture, ...] = ()


class _Origin(Struct, frozen=True):
    """What all events of one payload share."""

    camera: CameraContext
    payload: Payload
    note: AdapterNote
    source: str
    received_at: str


class _Settled(Struct, frozen=True):
    """A draft with all that is the same for every kind of event."""

    draft: Draft
    judged: Judged
    sighting: str
    images: tuple[Image, ...]
    vendor: VendorIds
    is_replay: bool
    common: dict[str, Any]
    warnings: list[str]


def events_of(reading: Reading, camera: CameraContext, payload: Payload, adapter: Adapter) -> list[Normalized]:
    """The events of one payload, in the order of its parts. Never raises."""
    note = AdapterNote(adapter.NAME, adapter.VERSION)
    source = f"/ingest/{note.name}/{camera.camera_id}"
    origin = _Origin(camera, payload, note, source, utc_text(payload.received_at))
    return [_event(ordinal, draft, origin) for ordinal, draft in enumerate(reading.drafts)]


def _event(ordinal: int, draft: Draft, origin: _Origin) -> Normalized:
    settled, pictures = _settle(draft, origin)
    data = _data(settled)
    identity = event_id(
        camera_id=origin.camera.camera_id,
        adapter=origin.note.name,
        type_name=BY_DATA[type(data)].name,
        ordinal=ordinal,
        sighting=settled.sighting,
        revision=draft.revision,
        part=draft.part,
    )
    event = Event(identity, origin.source, settled.common["captured_at"], data)
    # what a device says of itself has no images by which anybody could find its pictures
    return Normalized(event, () if isinstance(draft.fact, Health | Connection) else pictures)


def _settle(draft: Draft, origin: _Origin) -> tuple[_Settled, tuple[StoredPicture, ...]]:
    camera, payload = origin.camera, origin.payload
    is_replay = draft.is_replay or payload.is_retained
    judged = judge(draft.time, payload.received_at, camera, is_replay=is_replay)
    sighting, is_weak = _sighting(draft, camera, judged.captured_at, payload.received_at)
    images, pictures, picture_warnings = _images(draft) if draft.pictures else ((), (), ())
    warnings = [*payload.warnings, *judged.warnings, *draft.warnings, *picture_warnings]
    if is_weak:
        warnings.append("identity_weak")
    common = {
        "camera_id": camera.camera_id,
        "site_id": camera.site_id,
        "captured_at": utc_text(judged.captured_at),
        "received_at": origin.received_at,
        "vendor_time": draft.time.text or None,
        "adapter": origin.note,
    }
    vendor = _on_topic(draft.vendor, payload.topic)
    return _Settled(draft, judged, sighting, images, vendor, is_replay, common, warnings), pictures


def _data(settled: _Settled) -> Struct:
    """The data of the event that this draft's fact makes."""
    fact = settled.draft.fact
    if isinstance(fact, Health):
        return DeviceHealthV1(**settled.common, warnings=_each_once(settled.warnings), health=fact)
    if isinstance(fact, Connection):
        return _connection(settled, fact)
    return _plate_or_vehicle(settled, fact) if isinstance(fact, PlateSeen) else _seen(settled, fact)


def _seen(settled: _Settled, fact: Sighted | FaceSeen | Rule | Counted) -> Struct:
    if isinstance(fact, FaceSeen):
        made = make_face(fact)
        return FaceDetectedV1(**_detection(settled, (*settled.warnings, *made.warnings)), face=made.face)
    detection = _detection(settled, settled.warnings)
    match fact:
        case Sighted():
            return _SIGHTED[fact.kind](**detection, vehicle=settled.draft.vehicle)
        case Rule():
            return RuleTriggeredV1(**detection, rule=fact)
        case Counted():
            return CountReportedV1(**detection, counts=fact.counts, interval_seconds=fact.interval_seconds)


def _connection(settled: _Settled, connection: Connection) -> Struct:
    common = settled.common | {"warnings": _each_once(settled.warnings)}
    if connection.is_connected:
        return DeviceConnectedV1(**common)
    return DeviceDisconnectedV1(**common, reason=connection.code)


def _plate_or_vehicle(settled: _Settled, seen: PlateSeen) -> Struct:
    made = make_plate(seen)
    detection = _detection(settled, (*settled.warnings, *made.warnings))
    if made.plate is not None:
        return PlateReadV1(**detection, plate=made.plate, vehicle=settled.draft.vehicle)
    if seen.raw:
        detection["raw"] = settled.draft.raw | {"plate": seen.raw}
    return VehicleDetectedV1(**detection, vehicle=settled.draft.vehicle)


def _detection(settled: _Settled, warnings: Collection[str]) -> dict[str, Any]:
    draft = settled.draft
    return {
        **settled.common,
        "sighting_id": settled.sighting,
        "revision": draft.revision,
        "phase": draft.phase,
        "is_replay": settled.is_replay,
        "time_quality": settled.judged.quality,
        "vendor": settled.vendor,
        "objects": draft.objects,
        "images": settled.images,
        "view": draft.view,
        "location": draft.location,
        "raw": draft.raw,
        "warnings": _each_once(warnings),
    }


def _on_topic(vendor: VendorIds, topic: str) -> VendorIds:
    """With the topic of the message, unless the payload names its own."""
    return replace(vendor, topic=topic) if topic and vendor.topic is None else vendor


def _sighting(draft: Draft, camera: CameraContext, captured_at: datetime, received_at: datetime) -> tuple[str, bool]:
    """The sighting's id, and whether it rests on when the payload came."""
    has_time = bool(draft.time.text)
    if draft.vendor_key is None:
        return weak_sighting_id(camera.camera_id, draft.part, None if has_time else received_at), not has_time
    if draft.vendor_key_is_counter:
        return sighting_id(camera.camera_id, f"{captured_at.date().isoformat()}/{draft.vendor_key}"), not has_time
    return sighting_id(camera.camera_id, draft.vendor_key), False


def _images(draft: Draft) -> tuple[tuple[Image, ...], tuple[StoredPicture, ...], Sequence[str]]:
    images: list[Image] = []
    pictures: list[StoredPicture] = []
    warnings = []
    is_of_face = isinstance(draft.fact, FaceSeen)
    for picture in draft.pictures[:MAX_PICTURES]:
        media_type = picture_type(picture.body)
        if media_type is None:
            warnings.append("picture_not_an_image")
            continue
        sha256 = digest(picture.body)
        pictures.append(StoredPicture(sha256, media_type, picture.body, is_of_face or picture.kind == "face"))
        images.append(
            Image(kind=picture.kind, sha256=sha256, media_type=media_type, size_bytes=len(picture.body)),
        )
    if len(draft.pictures) > MAX_PICTURES:
        warnings.append("pictures_left_out")
    return tuple(images), tuple(pictures), warnings


def _each_once(warnings: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warnings)) if warnings else ()
