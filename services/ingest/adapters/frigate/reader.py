"""Hands each message of a payload to whoever reads its kind."""

import re
from itertools import chain

import msgspec

from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.frigate import topics
from services.ingest.adapters.frigate.reviews import read_review
from services.ingest.adapters.frigate.tracked import read_event, read_listed
from services.ingest.adapters.frigate.updates import TYPES, read_update
from services.ingest.adapters.frigate.words import VOCABULARY
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey

# A tracked object update has nothing nested in it; one of the names is in each.
_UPDATE = re.compile(
    rb'[\s\[\xef\xbb\xbf]{0,64}\{[^{}]*"type"\s*:\s*"(?:%s)"' % b"|".join(sorted(map(str.encode, TYPES)))
)
_UPDATED = frozenset({"plate", "name", "model", "description"})
_STATISTICS = frozenset({"camera_fps", "detectors", "service"})
_LISTED = frozenset({"has_clip", "start_time", "label"})
_ABOUT_PERSONS = (b"sub_label", b'"face"', b'"name"', b'"description"', b'"metadata"')


def recognizes(part: Part, topic: str) -> bool:
    """Whether this is one of Frigate's messages, by its members or its topic; never raises."""
    if not part.is_json:
        return bool(topic) and topics.is_word(part.body) and _is_ours(topic, part.body)
    names = part.names
    if "camera" not in names:
        return names >= _STATISTICS
    if "after" in names and "before" in names:
        return "frame_time" in names or "severity" in names
    return names >= _LISTED or (not _UPDATED.isdisjoint(names) and _UPDATE.match(part.body) is not None)


def _is_ours(topic: str, body: bytes) -> bool:
    """Other devices use such topics as well: a prefix of Frigate's own is asked for where nothing is configured."""
    try:
        topics.read_word(topic, body)
    except InvalidEvent:
        return False
    return "frigate" in topic.partition("/")[0]


def read(payload: Payload) -> Reading:
    """What the messages say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "message_missing",
        "the post holds none of Frigate's messages: events, reviews, tracked object updates and availability are",
    )
    return gathered(
        chain(
            (found if isinstance(found, Refusal) else _read(found, survey) for found in documents(payload, _OPENING)),
            _words(payload),
        ),
        survey,
        nothing=nothing,
    )


def _words(payload: Payload) -> list[Draft]:
    """The single word that a message may be. Without a topic it can only be about Frigate itself."""
    bodies = [part.body for part in payload.parts if not part.is_json and topics.is_word(part.body)]
    return [topics.read_word(payload.topic, body) for body in bodies if payload.topic or topics.is_availability(body)]


def _read(document: Document, total: Survey) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    try:
        drafts = _drafts(document, survey)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, _kept(document.part))
    total.add(survey)
    dropped = survey.warnings()
    if not dropped:
        return drafts
    return [msgspec.structs.replace(draft, warnings=(*draft.warnings, *dropped)) for draft in drafts]


def _drafts(document: Document, survey: Survey) -> list[Draft]:
    fields, part = document.fields, document.part
    told = fields.node("after")
    if told:
        survey.count(told)
        return [read_review(fields, part, survey)] if "severity" in told else read_event(fields, part, survey)
    if fields.text("type") in TYPES:
        survey.count(fields)
        return [read_update(fields, part, survey)]
    if "label" in fields and "start_time" in fields:
        survey.count(fields)
        return read_listed(fields, part, survey)
    if "cameras" in fields and "service" in fields:
        health = Health(component="heartbeat", state="ok", code="stats")
        return [Draft(part=part, time=VendorTime("", None), fact=health)]
    raise InvalidEvent(
        "message_unknown",
        "not a message of Frigate's that is read: its events, reviews, tracked object updates (description, face, lpr, "
        "classification), statistics and availability are",
    )


def _kept(part: bytes) -> bytes:
    """What may be kept of a message that cannot be read: nothing of one that may name a person."""
    return b"" if any(word in part for word in _ABOUT_PERSONS) else part


# What a message says of the object before it changed was in the message before.
_OPENING = Opening(_kept, frozenset({"before"}))
