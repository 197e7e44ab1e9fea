"""Axis's own topics, as ONVIF XML or over the MQTT event bridge; all others are read as ONVIF's.

Coordinates of the verifier's RealTime event are -1 to 1 and y upwards, those of its other events pixels of a frame
whose size is not told.
"""

from msgspec.structs import replace

from rasid.contract.detections import Count, DetectedObject, ImageKind, ObjectClass, Rule, Vehicle
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.axis.verifier import FRAME_SIZE_UNKNOWN, push_time, revision_of
from services.ingest.adapters.axis.words import LISTS, PHASES, meaningful
from services.ingest.adapters.onvif import notifications as onvif
from services.ingest.adapters.onvif.message import Message
from services.ingest.adapters.onvif.notified import draft
from services.ingest.adapters.onvif.space import Place, Space, box_of, place_of_edges
from services.ingest.adapters.onvif.states import state_of
from services.ingest.payload.documents import Document
from services.ingest.payload.english import class_of, color_of, kind_of, plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import ratio, whole
from services.ingest.payload.reading import Counted, Draft, Picture, PlateSeen
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

_VERIFIER = "alpv."
_ANALYTICS = "objectanalytics"
_REAL_TIME = ("coordinates_left", "coordinates_top", "coordinates_right", "coordinates_bottom")
# What the counting scenarios call their totals: counts of a line, and of who is in an area now.
_TOTALS: dict[str, ObjectClass] = {
    "totalHuman": "person",
    "totalCar": "vehicle",
    "totalTruck": "vehicle",
    "totalBus": "vehicle",
    "totalBike": "vehicle",
    "totalOtherVehicle": "vehicle",
    "human": "person",
    "car": "vehicle",
    "truck": "vehicle",
    "bus": "vehicle",
    "bike": "vehicle",
    "otherVehicle": "vehicle",
}


def from_bridge(document: Document) -> Message:
    """A message of the MQTT event bridge: topic, milliseconds in UTC, and items that are all texts."""
    fields = document.fields
    inner = fields.node("message")
    return Message(
        topic=fields.text("topic") or "",
        time_text=fields.text("timestamp") or "",
        operation="",
        source=inner.node("source"),
        key=inner.node("key"),
        data=inner.node("data"),
        node=fields,
        moment=epoch_time(fields.text("timestamp"), 1000),
        serial=meaningful(fields.text("serial")),
    )


def draft_of(message: Message, survey: Survey) -> Draft:
    """The event of a notification. Raises InvalidEvent where it is none that is taken."""
    if _is_of_a_plate(message):
        return _plate(message)
    if _ANALYTICS in message.path:
        return _analytics(message)
    return onvif.draft_of(message, survey)


def _is_of_a_plate(message: Message) -> bool:
    """Whether the verifier says it, or one of the readers that write its items under a topic of their own (`LPR`)."""
    data = message.data
    if _VERIFIER in message.path:
        return data.text("text", "lpText", "carID") is not None
    return "carID" in data and ("text" in data or "lpText" in data)


def _plate(message: Message) -> Draft:
    data = message.data
    time = push_time(data) if data.text("capture_timestamp") else epoch_time(data.text("timestamp"), 1000)
    told = message if time.moment is None else replace(message, time_text=time.text, moment=time)
    phase = PHASES.get((data.text("carState") or message.path.rpartition(".")[2]).lower(), "update")
    car = meaningful(data.text("carID"))
    place = _place(data)
    event = draft(
        told,
        _seen(data, place),
        track=car,
        place=place,
        vehicle=Vehicle(
            kind=kind_of(data.text("vehicleType")),
            make=meaningful(data.text("vehicleMake")),
            model=meaningful(data.text("vehicleModel")),
            color=color_of(data.text("vehicleColor")),
        ),
        objects=_vehicle(data),
        pictures=_pictures(data, (("lpImage", "plate"), ("vehicleImage", "vehicle"))),
        raw={
            "region": data.text("region"),
            "confidence": data.text("lpConfidence"),
            "vehicle_confidence": data.text("vehicleConfidence"),
            "direction": meaningful(data.text("carMoveDirection")),
            "vehicle_type": data.text("vehicleType"),
            "action": meaningful(data.text("action")),
            "onvif_time": message.time_text,
        },
    )
    return replace(
        event,
        phase=phase,
        revision=0 if car is None else revision_of(event.time.moment, phase),
        vendor=replace(event.vendor, track_id=car, device_serial=data.text("MACAddress")),
    )


def _seen(data: Node, place: Place | None) -> PlateSeen:
    raw = data.text("text", "lpText") or ""
    country = data.text("country")
    return PlateSeen(
        raw=raw,
        reading=raw,
        country=country_of_iso(country),
        country_raw=country,
        confidence=ratio(data.text("lpConfidence"), 1.0),
        box=box_of(place),
        list_mode=LISTS.get(plain(data.text("listMode"))) or LISTS.get(plain(data.text("listName"))),
    )


def _place(data: Node) -> Place | None:
    """The plate's place: of the RealTime event as a box, of the others as pixels that stay raw."""
    edges = [data.number(name) for name in _REAL_TIME]
    found = tuple(edge for edge in edges if edge is not None)
    if len(found) == len(_REAL_TIME):
        return place_of_edges(found, Space())
    pixels = [data.number(name) for name in ("left", "top", "width", "height")]
    if any(value is None for value in pixels):
        return None
    return Place(None, {"values": pixels, "space": "xywh_pixels"}, (FRAME_SIZE_UNKNOWN,))


def _vehicle(data: Node) -> tuple[DetectedObject, ...]:
    kind = meaningful(data.text("vehicleType"))
    return () if kind is None else (DetectedObject(klass="vehicle", class_raw=kind),)


def _pictures(data: Node, names: tuple[tuple[str, ImageKind], ...]) -> tuple[Picture, ...]:
    return tuple(Picture(kind, embedded_picture(text)) for name, kind in names if (text := data.long_text(name)))


def _analytics(message: Message) -> Draft:
    """A scenario of AXIS Object Analytics: what it watches for is not told, its totals are where it counts."""
    data = message.data
    trigger = data.text("triggerTime")
    scenario = message.name.rpartition("/")[2]
    if "total" in data:
        return draft(message, _counted(data), track=None, raw={"rule": scenario, "trigger_time": trigger})
    track = meaningful(data.text("objectId"))
    words = (data.text("classTypes") or "").replace(",", " ").split()
    rule = Rule(kind="other", name=scenario, state=state_of(message))
    objects = tuple(DetectedObject(object_id=track, klass=class_of(word), class_raw=word) for word in words)
    if not objects and track is not None:
        objects = (DetectedObject(object_id=track),)
    return draft(message, rule, track=track, objects=objects, raw={"trigger_time": trigger})


def _counted(data: Node) -> Counted:
    sums: dict[str, int] = {}
    for name, klass in _TOTALS.items():
        count = whole(data.text(name))
        if count is not None:
            sums[klass] = sums.get(klass, 0) + count
    if not sums:
        sums = {"unknown": whole(data.text("total")) or 0}
    return Counted(counts={klass: Count(total=count) for klass, count in sums.items()})
