"""The track of a smart detection: one thing, place by place, about ten times a second.

One event for each thing: where it was first seen, with what was known of it in the end.
"""

from rasid.contract.detections import DetectedObject, VendorIds
from services.ingest.adapters.unifi_protect.fields import (
    MILLISECONDS,
    PER_CENT,
    box_of,
    box_raw,
    plate_seen,
    time_of,
    vehicle_of,
)
from services.ingest.adapters.unifi_protect.words import SUBJECTS
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, PlateSeen, Sighted
from services.ingest.payload.tree import Node

MAX_TRACKS = 32


def read_track(track: Node, part: bytes) -> list[Draft]:
    """A draft for each thing, in the order of their first places."""
    places: dict[str, list[Node]] = {}
    for place in track.nodes("payload"):
        places.setdefault(place.text("id") or "", []).append(place)
    things = list(places.items())[:MAX_TRACKS]
    return [_draft(track, b"%s\n%s" % (part, name.encode("utf-8", "replace")), name, seen) for name, seen in things]


def _draft(track: Node, part: bytes, name: str, places: list[Node]) -> Draft:
    first, last = places[0], places[-1]
    event = track.text("event", "id")
    klass = SUBJECTS.get(first.text("objectType") or "", "unknown")
    attributes = next((node for place in reversed(places) if (node := place.node("attributes"))), Node())
    seen = DetectedObject(
        object_id=name or None,
        klass=klass,
        class_raw=first.text("objectType"),
        confidence=ratio(first.text("confidence"), PER_CENT),
        box=box_of(first),
        color=tuple(filter(None, (attributes.node("color").text("val"),))) if klass == "vehicle" else (),
    )
    return Draft(
        part=part,
        time=time_of(first.text("timestamp", "firstShownTimeMs")),
        fact=_fact(klass, places),
        vendor_key=f"{event}/{name}" if event else name or None,
        vendor_key_is_counter=event is None,
        revision=_revision(places),
        phase="end",
        vendor=VendorIds(event_id=event, track_id=name or None, channel=track.text("camera")),
        vehicle=vehicle_of(attributes, box_of(first)) if klass == "vehicle" else vehicle_of(Node(), None),
        objects=(seen,),
        raw=_raw(first, last, len(places)),
        warnings=("speed_unit_unknown",) if any(place.number("speed") for place in places) else (),
    )


def _fact(klass: str, places: list[Node]) -> PlateSeen | FaceSeen | Sighted:
    """The plate that was read last; what was read before it are candidates. Nobody says how sure a reading is."""
    plates = list(dict.fromkeys(text for place in reversed(places) if (text := place.text("licensePlate"))))
    if plates:
        return plate_seen(plates[0], None, tuple(plates[1:]))
    if klass == "face":
        return FaceSeen()
    return Sighted("vehicle" if klass == "vehicle" else "person" if klass == "person" else "object")


def _revision(places: list[Node]) -> int:
    """Milliseconds from when it was first shown to its last place."""
    first = places[0].number("firstShownTimeMs", "timestamp")
    last = places[-1].number("timestamp")
    span = 0.0 if first is None or last is None else last - first
    return int(min(max(span, 0.0), 86_400.0 * MILLISECONDS))


def _raw(first: Node, last: Node, number: int) -> dict[str, object]:
    raw: dict[str, object | None] = {
        "box": box_raw(first),
        "last_box": box_raw(last),
        "places": number,
        "confidence": first.text("confidence"),
        "confidence_scale": PER_CENT,
        "speed": last.number("speed"),
        "zones": [zone for zone in last.texts("zones") if zone][:MAX_TRACKS] or None,
        "stationary": last.flag("stationary"),
        "last_seen": last.text("timestamp"),
    }
    return {name: value for name, value in raw.items() if value is not None}
