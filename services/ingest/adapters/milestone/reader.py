"""Tells the AI Bridge's three forms apart."""

from msgspec.structs import replace

from rasid.errors import InvalidEvent
from services.ingest.adapters import deepstream
from services.ingest.adapters.milestone import analytic
from services.ingest.adapters.onvif.notifications import draft_of
from services.ingest.adapters.onvif.opening import MILESTONE, ROOTS, find
from services.ingest.adapters.onvif.reader import reading_of
from services.ingest.payload.documents import documents
from services.ingest.payload.gathering import together
from services.ingest.payload.reading import Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey

# Members that stand in analytic events alone.
_MARKS = frozenset({"involvedObject", "triggeredByRule", "fromSource", "hasVertices", "includesSnapshot"})
_ENOUGH = 2


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this names a stream of the AI Bridge or is an analytic event; never raises.

    DeepStream's minimal schema looks alike whoever sends it: it is DeepStream's unless this adapter is configured.
    """
    if part.opening == b"<":
        return part.xml_root in ROOTS and MILESTONE in part.body
    return _is_analytic(part)


def _is_analytic(part: Part) -> bool:
    return len(_MARKS & part.names) >= _ENOUGH


def read(payload: Payload) -> Reading:
    """What the payload says. Raises InvalidEvent when there is nothing in it."""
    xml = tuple(part for part in payload.parts if part.opening == b"<")
    written = [part for part in payload.parts if part.is_json]
    events = tuple(part for part in written if _is_analytic(part))
    frames = tuple(part for part in written if not _is_analytic(part))
    readings = [
        *([reading_of(find(replace(payload, parts=xml)), draft_of)] if xml else []),
        *([_analytic(replace(payload, parts=events))] if events else []),
        *([deepstream.read(replace(payload, parts=frames))] if frames else []),
    ]
    if not readings:
        raise InvalidEvent(
            "milestone_missing",
            "the post has no ONVIF frame, no DeepStream frame and no analytic event of the AI Bridge",
        )
    return together(readings)


def _analytic(payload: Payload) -> Reading:
    survey = Survey(analytic.VOCABULARY)
    found = documents(payload)
    drafts = tuple(draft for one in found if not isinstance(one, Refusal) for draft in analytic.drafts(one, survey))
    refusals = tuple(one for one in found if isinstance(one, Refusal))
    return Reading(drafts, refusals, survey.dropped, survey.unknown_fields)
