"""Reads everything a payload holds: the good parts are events, each bad one a refusal."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from rasid.errors import InvalidEvent
from services.ingest.adapters.onvif.frames import drafts_of
from services.ingest.adapters.onvif.message import Message
from services.ingest.adapters.onvif.notifications import draft_of
from services.ingest.adapters.onvif.opening import MAX_FINDINGS, Found, Piece, find, is_onvif, own_part
from services.ingest.adapters.onvif.reports import alive, sensor
from services.ingest.adapters.onvif.words import VOCABULARY
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey

ReadMessage = Callable[[Message, Survey], Draft]


def recognizes(part: Part, topic: str) -> bool:
    """Whether this is ONVIF's; never raises. What Axis hangs below its own topics is Axis's."""
    return is_onvif(part, topic)


def read(payload: Payload) -> Reading:
    """What the payload says. Raises InvalidEvent when there is nothing of ONVIF in it."""
    return reading_of(find(payload), draft_of)


def reading_of(findings: list[Found], read_message: ReadMessage) -> Reading:
    """The events and refusals of what was found; makers with topics of their own read their messages themselves."""
    total = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "onvif_missing",
        "the post has no ONVIF metadata stream and no notification in XML or JSON: let the device send those",
    )
    reading = gathered(_outcomes(findings, total, read_message), total, nothing=nothing)
    if len(reading.drafts) > MAX_FINDINGS:
        raise InvalidEvent(
            "too_many_events", f"one post holds {len(reading.drafts)} events: the limit is {MAX_FINDINGS}"
        )
    return reading


def _outcomes(findings: list[Found], total: Survey, read_message: ReadMessage) -> Iterator[list[Draft] | Refusal]:
    """What is made of each finding; where nothing at all was seen, the heartbeat that the last empty one stands for."""
    known: set[str] = set()
    empty: Piece | None = None
    has_events = False
    for found in findings:
        outcome = found if isinstance(found, Refusal) else _read(found, known, total, read_message)
        if outcome == [] and isinstance(found, Piece):
            empty = found
        has_events = has_events or (isinstance(outcome, list) and bool(outcome))
        yield outcome
    if empty is not None and not has_events:
        yield [alive(empty.node, "empty_frame" if empty.kind == "frame" else "no_events", empty.warnings)]


def _read(found: Piece | Message, known: set[str], total: Survey, read_message: ReadMessage) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    try:
        return list(_drafts(found, known, survey, read_message))
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, b"" if survey.dropped else own_part(found.node))
    finally:
        total.add(survey)


def _drafts(found: Piece | Message, known: set[str], survey: Survey, read_message: ReadMessage) -> Iterator[Draft]:
    if isinstance(found, Message):
        # Its items are named by whoever made the rule: none is unknown, but some are claims about persons.
        survey.count(found.data, is_known=False)
        draft = read_message(found, survey)
        yield replace(draft, warnings=(*draft.warnings, *survey.warnings()))
    elif found.kind == "frame":
        yield from drafts_of(found, known, survey)
    else:
        survey.count(found.node)
        if found.kind == "sensor":
            yield sensor(found)
