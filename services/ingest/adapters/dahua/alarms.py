"""Rules that fired, counts, trouble with the device, doors, and signs of life."""

from collections.abc import Iterator

from rasid.contract.detections import Count, DetectedObject, Rule, RuleKind
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.dahua import words
from services.ingest.adapters.dahua.moments import moment_of
from services.ingest.adapters.dahua.pictures import pictures_of
from services.ingest.adapters.dahua.places import box_of, location, place, region
from services.ingest.adapters.dahua.record import Action, Record, meaningful
from services.ingest.adapters.dahua.traffic import OBJECT_SCALE
from services.ingest.payload.quantities import ratio, whole
from services.ingest.payload.reading import Counted, Draft, Fact
from services.ingest.payload.tree import Node

MAX_OBJECTS = 64
_DOORS: dict[str, Action] = {"open": "start", "close": "stop"}


def read_rule(record: Record) -> Draft:
    """A rule that fired, with what set it off."""
    data = record.data
    found = list(_objects(data))[:MAX_OBJECTS]
    rule = Rule(
        kind=_kind(record),
        name=_name(data) or record.code,
        state=_state(record),
        direction=meaningful(data.text("Direction")),
        region=region(data),
    )
    raw: dict[str, object] = {"event_type": record.code}
    boxes = [where.raw for node in _targets(data) if (where := place(node, "BoundingBox", "Rect")) is not None]
    if boxes:
        raw["box"] = boxes[0]
    local = data.text("LocaleTime")
    return _draft(record, rule, tuple(found), raw if local is None else raw | {"locale_time": local})


def read_trouble(record: Record) -> Draft:
    """Trouble with the device that begins, or ends."""
    component, state = words.TROUBLES[record.name]
    return _draft(
        record,
        Health(component=component, state="ok" if record.action == "stop" else state, code=record.code),
    )


def read_life(record: Record) -> Draft:
    """A sign of life."""
    return _draft(record, Health(component="heartbeat", state="ok", code=record.code))


def read_count(record: Record) -> Draft:
    """How many went in and out, or are inside."""
    data = record.data
    count = Count(
        in_=whole(data.text("EnteredSubtotal", "Entered")),
        out=whole(data.text("ExitedSubtotal", "Exited")),
        total=whole(data.text("InsideSubtotal", "ManNum", "Number")),
    )
    if count == Count():
        raise InvalidEvent(
            "count_missing", f"the {record.code} event holds no numbers of who entered, left or is inside"
        )
    return _draft(record, Counted(counts={"person": count}))


def _draft(
    record: Record, fact: Fact, objects: tuple[DetectedObject, ...] = (), raw: dict[str, object] | None = None
) -> Draft:
    time, doubts = moment_of(record)
    key = record.key()
    return Draft(
        part=record.part,
        time=time,
        fact=fact,
        vendor_key=key,
        vendor_key_is_counter=key is not None,
        revision=record.revision(),
        phase=record.phase,
        vendor=record.vendor(objects[0].object_id if objects else None),
        objects=objects,
        pictures=pictures_of(record),
        location=location(record.data),
        raw={} if raw is None else raw,
        warnings=(*record.warnings, *doubts),
    )


def _kind(record: Record) -> RuleKind:
    if record.name == words.REGION:
        direction = (record.data.text("Direction") or "").lower()
        return words.REGION_DIRECTIONS.get(direction, "zone_intrusion")
    return words.RULES[record.name]


def _state(record: Record) -> Action:
    """A door that opens or closes says so in one pulse each."""
    if record.name == words.DOOR:
        return _DOORS.get((record.data.text("Status") or "").lower(), "pulse")
    return record.action


def _name(data: Node) -> str | None:
    """What the engineer called the rule; motion names its region."""
    return meaningful(data.text("Name")) or meaningful(data.text("RegionName"))


def _targets(data: Node) -> Iterator[Node]:
    listed = [*data.nodes("Objects"), *data.nodes("object")]
    if listed:
        yield from listed
    elif data.node("Object"):
        yield data.node("Object")
    elif data.text("ObjectType"):
        yield data


def _objects(data: Node) -> Iterator[DetectedObject]:
    for node in _targets(data):
        kind = node.text("ObjectType") or data.text("ObjectType")
        yield DetectedObject(
            object_id=meaningful(node.text("ObjectID", "HumamID", "HumanID", "VehicleID")),
            klass=words.CLASSES.get((kind or "").lower(), "unknown"),
            class_raw=meaningful(kind),
            confidence=ratio(node.text("Confidence"), OBJECT_SCALE) or None,
            box=box_of(place(node, "BoundingBox", "Rect")),
        )
