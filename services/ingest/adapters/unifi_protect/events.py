"""An event, whole or as a websocket update of it: what was detected, what moved, what is in trouble."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.detections import DetectedObject, Phase, Rule, VendorIds
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.unifi_protect import words
from services.ingest.adapters.unifi_protect.fields import PER_CENT, box_of, box_raw, plate_seen, time_of, vehicle_of
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Connection, Draft, FaceSeen, Fact, Sighted
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

MAX_SUBJECTS = 16
_LARGEST = 2.0**52
PERSON_REFUSED = "person_event_refused"
_SIGHTED: dict[str, Literal["vehicle", "person", "object"]] = {"vehicle": "vehicle", "person": "person"}


class Told(Struct, frozen=True):
    """An event with what earlier documents of the payload said of it, and whether this one is an update."""

    event: Node
    is_update: bool = False

    @property
    def phase(self) -> Phase:
        """Over once it has an end, whoever says it first."""
        return "end" if self.event.text("end") else "update" if self.is_update else "new"


def read_event(told: Told, part: bytes, survey: Survey) -> list[Draft]:
    """The drafts of an event. Raises InvalidEvent for what is not taken."""
    kind = told.event.text("type") or ""
    if kind in words.OF_PERSONS:
        raise InvalidEvent(
            PERSON_REFUSED,
            "events that say who somebody is (finger, card, face, arrival) are not taken: switch their upload off",
        )
    if kind in words.DISCONNECTED or kind in words.CONNECTED:
        return _connection(told, part, kind)
    if kind in words.RULES or kind in words.TROUBLES:
        return [_draft(told, part, _named(told, kind))]
    if kind and kind not in words.SMART_RULES and kind != words.SMART_ZONE:
        raise InvalidEvent(
            "event_type_unknown",
            "Protect's events of this type are not read; detections, motion, sound, rings, inputs, tamper, connections "
            "and trouble of the device are",
        )
    return _smart(told, part, kind, survey)


def _draft(told: Told, part: bytes, fact: Fact) -> Draft:
    event = told.event
    key = event.text("id")
    is_over = isinstance(fact, Rule) and fact.state == "stop"
    return Draft(
        part=part,
        time=time_of(event.text("end", "start") if is_over else event.text("start", "end", "timestamp")),
        fact=fact,
        vendor_key=key,
        revision=_revision(told),
        phase=told.phase,
        vendor=VendorIds(event_id=key, channel=event.text("camera", "device")),
        raw=_raw(event),
    )


def _revision(told: Told) -> int:
    """Milliseconds the event has lasted; an update that has no time grows with what it names."""
    start, end = told.event.number("start"), told.event.number("end")
    if end is not None:
        # An end without its beginning comes after whatever else was said.
        return max(0, int(end - start)) if start is not None else int(max(0.0, min(end, _LARGEST)))
    return len(told.event.texts("smartDetectTypes")) if told.is_update else 0


def _raw(event: Node) -> dict[str, object]:
    raw: dict[str, object | None] = {
        "type": event.text("type"),
        "score": event.number("score"),
        "start": event.text("start"),
        "end": event.text("end"),
    }
    return {name: value for name, value in raw.items() if value is not None}


def _named(told: Told, kind: str) -> Fact:
    """A rule or a trouble that the type alone names."""
    if kind in words.TROUBLES:
        component, state = words.TROUBLES[kind]
        return Health(component=component, state=state, code=kind)
    sounds = [text for text in told.event.texts("smartDetectTypes") if text]
    return Rule(kind=words.RULES[kind], name=" ".join((kind, *sounds[:MAX_SUBJECTS])), state=_state(told))


def _state(told: Told) -> Literal["start", "stop", "pulse"]:
    """An event that is told whole is a single moment; of one that is not, its beginning or its end."""
    if told.event.text("end"):
        return "stop" if told.is_update else "pulse"
    return "start" if told.event.text("start") else "pulse"


def _connection(told: Told, part: bytes, kind: str) -> list[Draft]:
    """A device that went; when the event is over, it also came back."""
    event = told.event
    reason = event.node("metadata").text("reason") or kind
    draft = _draft(told, part, Connection(is_connected=kind in words.CONNECTED, code=reason))
    end = event.text("end")
    if kind in words.CONNECTED or not end:
        return [draft]
    back = replace(draft, time=time_of(end), fact=Connection(is_connected=True, code=reason))
    return [draft, back] if event.text("start") and not told.is_update else [back]


def _smart(told: Told, part: bytes, kind: str, survey: Survey) -> list[Draft]:
    """What a smart detection is of: a draft for each plate, and for each other kind of thing."""
    types = [text for text in told.event.texts("smartDetectTypes") if text][:MAX_SUBJECTS]
    thumbnails = list(told.event.node("metadata").nodes("detectedThumbnails"))[:MAX_SUBJECTS]
    _drop_names(thumbnails, survey)
    plates = [draft for node in thumbnails if (draft := _plate(told, part, node)) is not None]
    plates = _apart(plates) or _old_plate(told, part)
    subjects = list(dict.fromkeys(words.SUBJECTS.get(one, "unknown") for one in types if not _is_sound(one)))
    drafts = [
        _subject(told, part, klass, types)
        for klass in (subjects or (["unknown"] if not types else []))
        if not (klass == "vehicle" and plates)
    ]
    sounds = [one for one in types if _is_sound(one)]
    if sounds:
        drafts.append(_draft(told, part, Rule(kind="audio", name=" ".join(sounds), state=_state(told))))
    rule = words.SMART_RULES.get(kind)
    if rule is not None:
        objects = tuple(found for draft in (*drafts, *plates) for found in draft.objects)
        fired = _draft(told, part, Rule(kind=rule, name=kind, state=_state(told)))
        drafts = [replace(fired, objects=objects)]
    return plates + drafts


def _is_sound(word: str) -> bool:
    return word.startswith(words.SOUND) or word == "smoke_cmonx"


def _subject(told: Told, part: bytes, klass: str, types: list[str]) -> Draft:
    said = [one for one in types if words.SUBJECTS.get(one, "unknown") == klass]
    # One score for all of it: whose it is can only be told when there is one kind.
    score = told.event.text("score") if len(types) == 1 else None
    fact: Fact = FaceSeen() if klass == "face" else Sighted(_SIGHTED.get(klass, "object"))
    draft = _draft(told, part, fact)
    found = DetectedObject(
        klass=words.SUBJECTS.get(said[0], "unknown") if said else "unknown",
        class_raw=said[0] if said else None,
        confidence=ratio(score, PER_CENT) or None,
    )
    return replace(draft, objects=(found,))


def _plate(told: Told, part: bytes, thumbnail: Node) -> Draft | None:
    """The plate that a vehicle's picture was matched with."""
    group = thumbnail.node("group")
    text = group.text("matchedName", "name") or thumbnail.text("name")
    if words.SUBJECTS.get(thumbnail.text("type") or "") != "vehicle" or text is None:
        return None
    box = box_of(thumbnail)
    draft = _draft(told, part, plate_seen(text, group.text("confidence")))
    best = thumbnail.text("clockBestWall")
    return replace(
        draft,
        time=time_of(best) if best else draft.time,
        vehicle=vehicle_of(thumbnail.node("attributes"), box),
        objects=(_vehicle(thumbnail),),
        raw=draft.raw | {"vehicle_box": box_raw(thumbnail), "confidence": group.text("confidence")},
    )


def _apart(plates: list[Draft]) -> list[Draft]:
    """Each further plate of one event is another vehicle, with a sighting of its own."""
    return [
        draft if at == 0 or draft.vendor_key is None else replace(draft, vendor_key=f"{draft.vendor_key}/{at}")
        for at, draft in enumerate(plates)
    ]


def _vehicle(thumbnail: Node) -> DetectedObject:
    return DetectedObject(
        object_id=thumbnail.text("objectId"),
        klass="vehicle",
        class_raw=thumbnail.text("type"),
        confidence=ratio(thumbnail.text("confidence"), PER_CENT),
        box=box_of(thumbnail),
    )


def _old_plate(told: Told, part: bytes) -> list[Draft]:
    """Before there were groups, the plate stood in the metadata itself."""
    said = told.event.node("metadata").node("licensePlate")
    text = said.text("name")
    return [] if text is None else [_draft(told, part, plate_seen(text, said.text("confidenceLevel")))]


def _drop_names(thumbnails: list[Node], survey: Survey) -> None:
    """Whose face it was is not kept."""
    faces = [node for node in thumbnails if words.SUBJECTS.get(node.text("type") or "") in {"face", "person"}]
    named = [node for node in faces if node.text("name") or node.node("group").text("matchedName", "name")]
    survey.drop("identification", len(named))
