"""Hands each document of a payload to whoever reads its data type."""

import re

import msgspec

from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.openalpr.heartbeat import MILLISECONDS, read_heartbeat
from services.ingest.adapters.openalpr.sightings import read_group, read_results
from services.ingest.adapters.openalpr.words import LIST_MODE, VOCABULARY
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, PlateSeen, Reading, Refusal
from services.ingest.payload.survey import Survey
from services.ingest.payload.times import epoch_time

_OWN_TYPE = re.compile(rb'"data_type"\s*:\s*"alpr_[a-z]{1,16}"')
_COMMON_TYPE = re.compile(rb'"data_type"\s*:\s*"(?:vehicle|heartbeat)"')
# A likeness of the vehicle in the vendor's own secret form: no template that anything here could compare.
_OPENING = Opening(passed_over=frozenset({"vehicle_signature"}))


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is one of OpenALPR's documents, by its members; never raises."""
    if "data_type" not in part.members and "data_type" not in part.names:
        return "matches_template" in part.names or "openalpr_webhook" in part.names
    return _OWN_TYPE.search(part.body) is not None or (
        "agent_uid" in part.names and _COMMON_TYPE.search(part.body) is not None
    )


def read(payload: Payload) -> Reading:
    """What the documents say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent("document_missing", "the post holds no JSON: let the agent post its results as JSON")
    return gathered(
        (found if isinstance(found, Refusal) else _read(found, survey) for found in documents(payload, _OPENING)),
        survey,
        nothing=nothing,
    )


def _read(document: Document, total: Survey) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    survey.count(document.fields)
    try:
        drafts = _drafts(document)
    except InvalidEvent as error:
        return Refusal(error.reason, error.detail, document.part)
    total.add(survey)
    dropped = survey.warnings()
    if not dropped:
        return drafts
    return [msgspec.structs.replace(draft, warnings=(*draft.warnings, *dropped)) for draft in drafts]


def _drafts(document: Document) -> list[Draft]:
    fields, part = document.fields, document.part
    kind = fields.text("data_type")
    if kind == "alpr_results" or (kind is None and "results" in fields):
        return read_results(fields, part) or [_alive(document, "no results")]
    if kind in {"alpr_group", "vehicle"}:
        return [read_group(fields, part)]
    if kind == "alpr_alert":
        return [_alert(document)]
    if kind == "heartbeat":
        return read_heartbeat(fields, part)
    if "openalpr_webhook" in fields:
        return [_alive(document, "test")]
    raise InvalidEvent(
        "data_type_unknown",
        "OpenALPR documents of this data_type are not read; alpr_results, alpr_group, vehicle, alpr_alert and "
        "heartbeat are",
    )


def _alive(document: Document, code: str) -> Draft:
    """A document that shows nothing shows that the reader lives."""
    time = epoch_time(document.fields.text("epoch_time"), MILLISECONDS)
    return Draft(part=document.part, time=time, fact=Health(component="heartbeat", state="ok", code=code))


def _alert(document: Document) -> Draft:
    """A group that is on one of Rekor's own lists: a hint, never a hit."""
    fields = document.fields
    group = fields.node("group")
    if not group:
        raise InvalidEvent("group_missing", "the alert has no group: it does not say what was read")
    draft = read_group(group, document.part)
    raw = draft.raw | {name: text for name in ("alert_list", "alert_list_id") if (text := fields.text(name))}
    fact = draft.fact
    if isinstance(fact, PlateSeen):
        fact = msgspec.structs.replace(fact, list_mode=LIST_MODE)
    return msgspec.structs.replace(draft, fact=fact, raw=raw)
