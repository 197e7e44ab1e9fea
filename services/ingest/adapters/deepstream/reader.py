"""Tells the two schemas apart."""

from rasid.errors import InvalidEvent
from services.ingest.adapters.deepstream import full, minimal
from services.ingest.adapters.deepstream.words import VOCABULARY
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey

_FULL = frozenset({"mdsversion", "@timestamp"})
_MINIMAL = frozenset({"version", "@timestamp", "sensorId", "objects"})


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this has the members of one of the schemas; never raises."""
    return part.names >= _FULL or part.names >= _MINIMAL


def read(payload: Payload) -> Reading:
    """What the messages say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "deepstream_missing", "the post has no message of DeepStream's full or minimal schema in JSON"
    )
    found = (one for document in documents(payload, Opening(minimal.kept)) for one in _read(document, survey))
    return gathered(found, survey, nothing=nothing)


def _read(document: Document | Refusal, survey: Survey) -> list[Draft | Refusal]:
    if isinstance(document, Refusal):
        return [document]
    fields = document.fields
    if "object" in fields:
        return [full.draft(document, survey)]
    if "objects" in fields:
        return list(minimal.drafts_of(document, survey))
    detail = "a JSON document with neither `object` (full schema) nor `objects` (minimal schema)"
    return [Refusal("deepstream_form_unknown", detail, minimal.kept(document.part))]
