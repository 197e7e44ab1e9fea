"""Hands each notification to whoever reads what its topic is about."""

from rasid.contract.detections import DetectedObject, ObjectClass, Rule, RuleKind
from rasid.errors import InvalidEvent
from services.ingest.adapters.onvif import topics
from services.ingest.adapters.onvif.message import Message
from services.ingest.adapters.onvif.notified import classes, draft, place
from services.ingest.adapters.onvif.recognitions import PLATE_ITEMS, face, plate
from services.ingest.adapters.onvif.reports import counted, health
from services.ingest.adapters.onvif.space import Place, box_of
from services.ingest.adapters.onvif.states import active, flags, state_of
from services.ingest.payload.english import class_of
from services.ingest.payload.reading import Draft
from services.ingest.payload.survey import Survey

# By these items, which only they have, events whose topic was lost are told apart.
_BY_ITEM = {
    "IsMotion": "ruleengine/cellmotiondetector/motion",
    "IsInside": "ruleengine/fielddetector/objectsinside",
    "IsTamper": "ruleengine/tamperdetector/tamper",
    "LogicalState": "device/trigger/digitalinput",
}
MAX_WORDS = 4
_UNKNOWN_TOPIC = "(one that cannot be named)"


def draft_of(message: Message, survey: Survey) -> Draft:
    """The event of a notification. Raises InvalidEvent where it is none that is taken."""
    path = _path(message)
    if topics.NOT_TAKEN.search(path):
        raise InvalidEvent(
            "topic_not_taken",
            f"topic {_named(path)} says nothing of the scene or of trouble: leave it out of the subscription",
        )
    if topics.FACE.search(path):
        return face(message, survey)
    if _is_plate(message, path):
        return plate(message, survey)
    if path.startswith(topics.MONITORING) or topics.trouble_of(path) is not None:
        return draft(message, health(message, path), track=None)
    numbers = counted(message) if topics.COUNT.search(path) else None
    if numbers is not None:
        return draft(message, numbers, track=None, raw={"rule": message.rule_name})
    return _rule(message, path)


def _is_plate(message: Message, path: str) -> bool:
    """Whether it is about a plate that was read: not when it says that this is over."""
    is_about = topics.PLATE.search(path) is not None or any(name in message.data for name in PLATE_ITEMS)
    return is_about and message.operation != "deleted" and active(message) is not False


def _rule(message: Message, path: str) -> Draft:
    where = place(message)
    rule = Rule(
        kind=_kind(message, path),
        name=message.rule_name or message.name or None,
        state=state_of(message),
        direction=message.data.text("Direction", "direction"),
    )
    return draft(message, rule, track=message.object_id, place=where, objects=_objects(message, path, where))


def _path(message: Message) -> str:
    if message.path:
        return message.path
    if not message.data and not message.source and not message.key:
        raise InvalidEvent(
            "topic_missing",
            "the notification has neither a topic nor items: what it is about cannot be told",
        )
    return next((path for item, path in _BY_ITEM.items() if item in message.data), "")


def _objects(message: Message, path: str, where: Place | None) -> tuple[DetectedObject, ...]:
    """What the rule saw: as its items say, else as its topic says."""
    box = box_of(where)
    found = classes(message)
    if found:
        return tuple(
            DetectedObject(object_id=message.object_id, klass=klass, class_raw=word, box=box) for word, klass in found
        )
    klass = topics.object_of(path) or _flagged(message)
    if klass is None and message.object_id is None and box is None:
        return ()
    return (DetectedObject(object_id=message.object_id, klass=klass or "unknown", box=box),)


def _kind(message: Message, path: str) -> RuleKind:
    """What the rule watches for: by its topic, else by the item that says that it is so (`IsLineCross`)."""
    kind = topics.rule_of(path)
    return topics.rule_of("/".join(flags(message)).lower()) if kind == "other" else kind


def _flagged(message: Message) -> ObjectClass | None:
    """What was seen, where only the item says it (`IsPeople`)."""
    known = (class_of(name.removeprefix("Is")) for name in flags(message))
    return next((klass for klass in known if klass != "unknown"), None)


def _named(path: str) -> str:
    """A topic as a reason may repeat it: words only, not too many."""
    words = path.split("/")[:MAX_WORDS]
    return "/".join(words) if all(word.isascii() and word.isalnum() for word in words) else _UNKNOWN_TOPIC
