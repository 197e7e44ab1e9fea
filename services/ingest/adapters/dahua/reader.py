"""Hands each event of a payload to whoever reads its code."""

import msgspec

from rasid.errors import InvalidEvent
from services.ingest.adapters.dahua import alarms, faces, persons, traffic, words
from services.ingest.adapters.dahua.fields import VOCABULARY
from services.ingest.adapters.dahua.opening import find_records, is_dahua, kept
from services.ingest.adapters.dahua.record import Record
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is an event of this format, by how it begins; never raises."""
    return is_dahua(part)


def read(payload: Payload) -> Reading:
    """What the events say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "event_missing",
        f"the post has {len(payload.parts)} part(s) and no event in them: Code=...;action=...;index=... or JSON "
        "with Code, eventList or Picture",
    )
    return gathered(
        (found if isinstance(found, Refusal) else _read(found, survey) for found in find_records(payload)),
        survey,
        nothing=nothing,
    )


def _read(record: Record, total: Survey) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    survey.count(record.data)
    total.add(survey)
    try:
        return _drafts(msgspec.structs.replace(record, warnings=(*record.warnings, *survey.warnings())))
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, kept(record.part))


def _drafts(record: Record) -> list[Draft]:
    name = record.name
    is_bare = not record.data and not record.attachments
    if name in words.CHATTER or (is_bare and name in words.FACES | words.PERSONS):
        return [alarms.read_life(record)]
    if name in words.FACES:
        return faces.read_faces(record)
    if name in words.PERSONS:
        return persons.read_persons(record)
    if traffic.is_traffic(record):
        return traffic.read_traffic(record)
    return [_alarm(record)]


def _alarm(record: Record) -> Draft:
    if record.name in words.TROUBLES:
        return alarms.read_trouble(record)
    if record.name == words.COUNTS:
        return alarms.read_count(record)
    if record.name in words.RULES:
        return alarms.read_rule(record)
    raise _not_read(record)


def _not_read(record: Record) -> InvalidEvent:
    if record.name in words.ACCESS:
        return InvalidEvent(
            "access_event_refused",
            f"{record.code} events say who came through a door; that is never kept: take them out of the codes that "
            "are subscribed to",
        )
    return InvalidEvent(
        "event_type_unknown",
        f"Dahua events of code {record.code} are not read; vehicles and plates, faces, lines, regions, motion, tamper, "
        "audio, inputs, doors, counts and device trouble are: subscribe to those codes only, or ask for this one",
    )
