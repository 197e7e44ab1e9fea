"""What all events of notifications have alike: time, track, replay, and where it was."""

from rasid.contract.detections import DetectedObject, ObjectClass, Vehicle
from services.ingest.adapters.onvif.message import Message, time_warnings
from services.ingest.adapters.onvif.objects import revision_at
from services.ingest.adapters.onvif.opening import own_part
from services.ingest.adapters.onvif.space import Place, Space, place_of
from services.ingest.payload.english import class_of
from services.ingest.payload.reading import Draft, Fact, Picture
from services.ingest.payload.tree import Node

_CLASSES = ("ClassTypes", "ClassType", "ObjectType", "ObjectClass", "classTypes", "Class")
MAX_CLASSES = 8


def draft(
    message: Message,
    fact: Fact,
    *,
    track: str | None,
    place: Place | None = None,
    vehicle: Vehicle | None = None,
    objects: tuple[DetectedObject, ...] = (),
    pictures: tuple[Picture, ...] = (),
    raw: dict[str, object | None] | None = None,
    warnings: tuple[str, ...] = (),
) -> Draft:
    """The event of a notification; what is None in `raw` is left out."""
    time = message.time()
    kept = {"box": place and place.raw, **(raw or {})}
    return Draft(
        part=own_part(message.topic, message.node, message.warnings),
        time=time,
        fact=fact,
        vendor_key=track,
        vendor_key_is_counter=True,
        revision=0 if track is None else revision_at(time.moment),
        phase="end" if message.operation == "deleted" else "new",
        is_replay=message.is_replay,
        vendor=message.vendor(),
        vehicle=vehicle or Vehicle(),
        objects=objects,
        pictures=pictures,
        raw={name: value for name, value in kept.items() if value is not None},
        warnings=(*message.warnings, *warnings, *time_warnings(time), *(place.warnings if place else ())),
    )


def place(message: Message) -> Place | None:
    """Where it happened, in the normalized system."""
    box = message.data.node("BoundingBox") or message.data.node("Rectangle")
    return place_of(Node({"BoundingBox": box}), Space().within(box)) if box else None


def classes(message: Message) -> list[tuple[str, ObjectClass]]:
    """The classes its items name, as written and in our words."""
    words = (message.data.text(*_CLASSES) or "").replace(",", " ").split()
    return [(word, class_of(word)) for word in words[:MAX_CLASSES]]
