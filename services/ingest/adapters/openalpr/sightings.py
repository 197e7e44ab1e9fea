"""Drafts of what OpenALPR saw: the results of one frame, and the group that a vehicle's frames make."""

from msgspec.structs import replace

from rasid.contract.detections import Phase, VendorIds
from rasid.contract.fields import Location
from rasid.errors import InvalidEvent
from services.ingest.adapters.openalpr.seen import (
    PER_CENT,
    Frame,
    Place,
    likeliest,
    pictures,
    plate_seen,
    polygon,
    rectangle,
    vehicle_object,
    vehicle_raw,
    vehicle_seen,
)
from services.ingest.payload.quantities import location_of
from services.ingest.payload.reading import Draft, Sighted
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

MAX_RESULTS = 64
MILLISECONDS = 1_000


def read_results(fields: Node, part: bytes) -> list[Draft]:
    """The plates of one frame, and the vehicles in it that have none. Raises InvalidEvent when the reader failed."""
    if fields.flag("error"):
        raise InvalidEvent("reader_error", "the reader says that it failed on this picture (error): see its own log")
    frame = (fields.number("img_width"), fields.number("img_height"))
    results = list(fields.nodes("results"))
    with_plate = [node.node("vehicle_region") for node in results]
    places = [rectangle(node, frame).raw for node in with_plate]
    drafts = [_result(fields, node, frame, part) for node in results]
    drafts += [
        _vehicle(fields, node, frame, part)
        for node in fields.nodes("vehicles")
        if rectangle(node, frame).raw not in places
    ]
    if len(drafts) > MAX_RESULTS:
        raise InvalidEvent("too_many_events", f"one picture has {len(drafts)} results: the limit is {MAX_RESULTS}")
    return [_own(draft, place) for place, draft in enumerate(drafts)]


def _own(draft: Draft, place: int) -> Draft:
    """Each with a part and a key of its own: a frame has one id for all its plates."""
    key = None if draft.vendor_key is None else f"{draft.vendor_key}/{place}"
    return replace(draft, part=b"%s\n%d" % (draft.part, place), vendor_key=key)


def _result(fields: Node, result: Node, frame: Frame, part: bytes) -> Draft:
    place, around = polygon(result, frame), rectangle(result.node("vehicle_region"), frame)
    confidence, words = result.text("confidence"), likeliest(result.node("vehicle"))
    return Draft(
        part=part,
        time=epoch_time(fields.text("epoch_time"), MILLISECONDS),
        fact=plate_seen(result, result, result.text("plate") or "", confidence, place),
        vendor_key=fields.text("uuid"),
        vendor=_vendor(fields, fields.text("uuid")),
        vehicle=vehicle_seen(words, around.box),
        objects=vehicle_object(words, around.box),
        pictures=pictures(fields, result),
        location=_location(fields),
        raw=_raw(result, confidence, place, around) | vehicle_raw(words),
        warnings=_warnings(place, around),
    )


def _vehicle(fields: Node, vehicle: Node, frame: Frame, part: bytes) -> Draft:
    around, words = rectangle(vehicle, frame), likeliest(vehicle.node("details"))
    return Draft(
        part=part,
        time=epoch_time(fields.text("epoch_time"), MILLISECONDS),
        fact=Sighted("vehicle"),
        vendor_key=fields.text("uuid"),
        vendor=_vendor(fields, fields.text("uuid")),
        vehicle=vehicle_seen(words, around.box),
        objects=vehicle_object(words, around.box),
        location=_location(fields),
        raw=_raw(vehicle, None, Place(), around) | vehicle_raw(words),
        warnings=_warnings(Place(), around),
    )


def read_group(group: Node, part: bytes) -> Draft:
    """A vehicle that passed, with its plate or without: up to ten seconds after the last frame.

    A preview comes first, while the vehicle is still there; the first frame of both is the same.
    """
    best = group.node("best_plate")
    frame = (group.number("best_image_width", "img_width"), group.number("best_image_height", "img_height"))
    place, around = polygon(best, frame), _around(group, best, frame)
    text = group.text("best_plate_number", "best_plate") or best.text("plate") or ""
    confidence = group.text("best_confidence") or best.text("confidence")
    is_vehicle = group.text("data_type") == "vehicle"
    holder = best if best.text("region") else group
    fact = Sighted("vehicle") if is_vehicle else plate_seen(holder, group, text, confidence, place)
    words = likeliest(group.node("vehicle"))
    frames = [uuid for uuid in group.texts("uuids") if uuid]
    return Draft(
        part=part,
        time=epoch_time(group.text("epoch_start", "epoch_time"), MILLISECONDS),
        fact=fact,
        vendor_key=next(iter(frames), None) or group.text("best_uuid"),
        revision=_revision(group),
        phase=_phase(group),
        vendor=_vendor(group, group.text("best_uuid")),
        vehicle=vehicle_seen(words, around.box),
        objects=vehicle_object(words, around.box),
        pictures=pictures(group, best),
        location=_location(group),
        raw=_raw(group, confidence, place, around) | vehicle_raw(words),
        warnings=_warnings(place, around),
    )


def _around(group: Node, best: Node, frame: Frame) -> Place:
    """The vehicle's rectangle beside the best plate; without plate, where its path passes the group's own time."""
    beside = rectangle(best.node("vehicle_region"), frame)
    if beside.raw is not None:
        return beside
    path = [node for node in group.nodes("vehicle_path") if node.number("t") is not None]
    return rectangle(min(path, key=lambda node: abs(node.number("t") or 0.0), default=Node()), frame)


def _phase(group: Node) -> Phase:
    return "new" if group.flag("is_preview") else "end"


def _revision(group: Node) -> int:
    """Milliseconds from the group's first frame to its last, so that what comes after a preview is later."""
    start, end = group.number("epoch_start"), group.number("epoch_end")
    return 0 if start is None or end is None else max(0, int(end - start))


def _vendor(fields: Node, event_id: str | None) -> VendorIds:
    return VendorIds(event_id=event_id, device_serial=fields.text("agent_uid"), channel=fields.text("camera_id"))


def _location(fields: Node) -> Location | None:
    return location_of(fields.number("gps_latitude"), fields.number("gps_longitude"))


def _warnings(place: Place, around: Place) -> tuple[str, ...]:
    is_open = any(one.raw is not None and one.box is None for one in (place, around))
    return ("frame_size_unknown",) if is_open else ()


def _raw(said: Node, confidence: str | None, place: Place, around: Place) -> dict[str, object]:
    """What normalizing replaced or left out, in the reader's own words."""
    raw: dict[str, object | None] = {
        "box": place.raw,
        "vehicle_box": around.raw,
        "confidence": confidence,
        "confidence_scale": confidence and PER_CENT,
        "region_confidence": said.text("best_region_confidence", "region_confidence"),
        "country": said.text("country"),
        "matches_template": said.flag("matches_template"),
        "travel_direction_degrees": said.number("travel_direction"),
        "is_parked": said.flag("is_parked"),
        "is_preview": said.flag("is_preview"),
    }
    return {name: value for name, value in raw.items() if value is not None}
