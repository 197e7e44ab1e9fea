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
from services.ingest.reading import Draft, Payload, Reading, Refusal
from services.ingest.survey import Survey

ReadMessage = Callable[[Message, Survey], Draft]


def recognizes(payload: Payload) -> bool:
    """Whether a part is ONVIF's; never raises. What Axis hangs below its own topics is Axis's."""
    return any(is_onvif(part, payload.topic) for part in payload.parts)


def read(payload: Payload) -> Reading:
    """What the payload says. Raises InvalidEvent when there is nothing of ONVIF in it."""
    return reading_of(find(payload), draft_of)


def reading_of(findings: list[Found], read_message: ReadMessage) -> Reading:
    """The events and refusals of what was found; makers with topics of their own read their messages themselves."""
    total = Survey(VOCABULARY)
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    known: set[str] = set()
    empty: Draft | None = None
    for found in findings:
        if isinstance(found, Refusal):
            refusals.append(found)
            continue
        outcome, idle = _outcome(found, known, total, read_message)
        empty = idle or empty
        for one in outcome:
            if isinstance(one, Refusal):
                refusals.append(one)
            else:
                drafts.append(one)
    if not drafts and empty is not None:
        drafts.append(empty)
    _check(drafts, refusals)
    return Reading(tuple(drafts), tuple(refusals), total.dropped, total.unknown_fields)


def _outcome(
    found: Piece | Message, known: set[str], total: Survey, read_message: ReadMessage
) -> tuple[list[Draft | Refusal], Draft | None]:
    """The events of one finding; for an empty one the heartbeat it stands for."""
    survey = Survey(VOCABULARY)
    try:
        drafts = list(_drafts(found, known, survey, read_message))
    except InvalidEvent as error:
        return [Refusal(error.reason, error.detail, b"" if survey.dropped else own_part(found.node))], None
    finally:
        total.add(survey)
    if not drafts and isinstance(found, Piece):
        return [], alive(found.node, "empty_frame" if found.kind == "frame" else "no_events", found.warnings)
    return list(drafts), None


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


def _check(drafts: list[Draft], refusals: list[Refusal]) -> None:
    if not drafts and not refusals:
        raise InvalidEvent(
            "onvif_missing",
            "the post has no ONVIF metadata stream and no notification in XML or JSON: let the device send those",
        )
    if len(drafts) > MAX_FINDINGS:
        raise InvalidEvent("too_many_events", f"one post holds {len(drafts)} events: the limit is {MAX_FINDINGS}")
