"""The Alarm Manager's webhook: an alarm that somebody set up on Protect, and what triggered it."""

from msgspec import Struct

from rasid.contract.detections import DetectedObject, Rule, RuleKind, VendorIds
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.unifi_protect.fields import plate_seen, time_of
from services.ingest.adapters.unifi_protect.words import SUBJECTS
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.reading import Draft, FaceSeen, Fact, Picture
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

MAX_TRIGGERS = 32
_PLATE = "license_plate"
_FACE = "face"
_ZONES: tuple[tuple[str, RuleKind], ...] = (
    ("line", "line_crossed"),
    ("loiter", "loitering"),
    ("zone", "zone_intrusion"),
)


class _Alarm(Struct, frozen=True):
    """What all triggers of an alarm share; `shared` are the events of more than one plate."""

    fields: Node
    alarm: Node
    shared: frozenset[str | None]
    pictures: tuple[Picture, ...]


def read_alarm(fields: Node, part: bytes, survey: Survey) -> list[Draft]:
    """A draft for each trigger. Raises InvalidEvent when there is none."""
    alarm = fields.node("alarm")
    triggers = list(alarm.nodes("triggers"))[:MAX_TRIGGERS]
    if not triggers:
        raise InvalidEvent("triggers_missing", "the alarm does not say what triggered it: it has no triggers")
    events = [trigger.text("eventId") for trigger in triggers if (trigger.text("key") or "").startswith(_PLATE)]
    whole = _Alarm(fields, alarm, frozenset(one for one in events if events.count(one) > 1), _pictures(alarm))
    return [_draft(whole, trigger, b"%s\n%d" % (part, at), survey) for at, trigger in enumerate(triggers)]


def _draft(whole: _Alarm, trigger: Node, part: bytes, survey: Survey) -> Draft:
    key = trigger.text("key") or ""
    return Draft(
        part=part,
        time=time_of(trigger.text("timestamp") or whole.fields.text("timestamp")),
        fact=_fact(whole.alarm, trigger, key, survey),
        vendor_key=_key(whole, trigger, key),
        vendor=VendorIds(event_id=trigger.text("eventId"), device_serial=trigger.text("device")),
        objects=_objects(key),
        pictures=whole.pictures,
        raw=_raw(whole.alarm, trigger, key),
    )


def _key(whole: _Alarm, trigger: Node, key: str) -> str | None:
    """The event, so that alarm and event are one sighting; of several plates of one event, each its own."""
    event = trigger.text("eventId")
    is_one_of_several = event in whole.shared and key.startswith(_PLATE)
    return f"{event}/{trigger.text('value')}" if is_one_of_several else event


def _fact(alarm: Node, trigger: Node, key: str, survey: Survey) -> Fact:
    value = trigger.text("value") or trigger.node("group").text("name")
    if key.startswith(_PLATE) and value is not None:
        return plate_seen(value, trigger.text("confidence"))
    if key.startswith(_FACE):
        survey.drop("identification", int(value is not None))
        return FaceSeen()
    if key == "device_issue":
        return Health(component="recorder", state="degraded", code=key)
    return Rule(kind=_kind(trigger, key), name=alarm.text("name"), state="pulse")


def _kind(trigger: Node, key: str) -> RuleKind:
    if key == "motion":
        return "motion"
    if key.startswith("audio"):
        return "audio"
    zones = trigger.node("zones")
    return next((kind for name, kind in _ZONES if any(zones.texts(name))), "other")


def _objects(key: str) -> tuple[DetectedObject, ...]:
    klass = SUBJECTS.get(key)
    return () if klass is None else (DetectedObject(klass=klass, class_raw=key),)


def _pictures(alarm: Node) -> tuple[Picture, ...]:
    thumbnail = alarm.long_text("thumbnail")
    return () if thumbnail is None else (Picture("overview", embedded_picture(thumbnail)),)


def _raw(alarm: Node, trigger: Node, key: str) -> dict[str, object]:
    """The trigger's key and the alarm's name; of faces neither: they may say whether somebody is known, or who."""
    zones = {name: texts for name, _ in _ZONES if (texts := [one for one in trigger.node("zones").texts(name) if one])}
    is_face = key.startswith(_FACE)
    raw: dict[str, object | None] = {
        "key": _FACE if is_face else key or None,
        "alarm": None if is_face else alarm.text("name"),
        "zones": zones or None,
    }
    return {label: value for label, value in raw.items() if value is not None}
