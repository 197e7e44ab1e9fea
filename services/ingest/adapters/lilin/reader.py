"""Finds the reads in a payload: entries of a list, or plates and flags of a status.

`TS` is microseconds since 1970 (the SDK's text says otherwise, its figures say so). An entry without it is one that a
person typed into the camera's own list: no vehicle was seen, so it is refused. Whose car it is (`LPR_USER` and others)
is dropped and counted. An empty list says that the camera answers.
"""

from collections.abc import Iterator

import msgspec

from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.lilin.plates import draft
from services.ingest.adapters.lilin.status import is_status, read_status
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Draft, Part, Payload, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey, vocabulary
from services.ingest.payload.times import epoch_time
from services.ingest.payload.tree import Node

MICROSECONDS = 1_000_000
MAX_ENTRIES = 1000
_LISTED = frozenset({"LPR_COUNT", "INFORMATION"})
_WORDS = vocabulary(
    """
    LPR_COUNT INFORMATION LIST_TYPE INDEX TS MOD_TS CAR_ID LPR RTIME ACTION ACT_PARAM THRESHOLD ROI_X ROI_Y ROI_W ROI_H
    LP_X LP_Y LP_W LP_H LP_BMP ROI_BMP COUNTRY LPR_PAYSTATUS LPR_EXIST LPR_SCHEDULE_S LPR_SCHEDULE_E LPR_OTHER
    LPR_DETECT_ENDTIME
    """,
    identification="LPR_USER LPR_PHONE LPR_ADDRESS",
)


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is a list of reads or a run-time status; never raises."""
    return part.names >= _LISTED if part.is_json else is_status(part)


def read(payload: Payload) -> Reading:
    """What lists and statuses say. Raises InvalidEvent when there is neither."""
    survey = Survey(_WORDS)
    found: list[Draft | Refusal] = [
        one for document in documents(payload, Opening(_unreadable)) for one in _entries(document, survey)
    ]
    for part in payload.parts:
        if not part.is_json and is_status(part):
            found += read_status(part)
    nothing = InvalidEvent(
        "read_missing",
        "neither a list of reads (LPR_COUNT, INFORMATION) nor a run-time status of a LILIN camera",
    )
    return gathered(found, survey, nothing=nothing)


def _unreadable(_: bytes) -> bytes:
    """A list that cannot be read may name the cars' owners: nothing of it is kept."""
    return b""


def _entries(document: Document | Refusal, survey: Survey) -> Iterator[Draft | Refusal]:
    if isinstance(document, Refusal):
        yield document
        return
    if document.fields.members.get("INFORMATION") == []:
        yield Draft(part=document.part, time=VendorTime("", None), fact=Health(component="heartbeat", state="ok"))
    entries = list(document.fields.nodes("INFORMATION")) or ([document.fields] if "LPR" in document.fields else [])
    if len(entries) > MAX_ENTRIES:
        raise InvalidEvent("too_many_events", f"one list holds {len(entries)} reads: the limit is {MAX_ENTRIES}")
    is_stored = document.fields.text("LIST_TYPE") is not None
    for entry in entries:
        yield _entry(entry, survey, is_stored=is_stored)


def _entry(entry: Node, total: Survey, *, is_stored: bool) -> Draft | Refusal:
    survey = Survey(_WORDS)
    survey.count(entry)
    total.add(survey)
    seen_at = entry.text("TS")
    if seen_at is None:
        return Refusal(
            "list_entry_without_read",
            "an entry of the camera's own list that no vehicle made (TS is empty): only reads are taken",
            msgspec.json.encode(entry.plain(_WORDS.of_persons)),
        )
    one = draft(
        entry, msgspec.json.encode(entry.plain()), epoch_time(seen_at, MICROSECONDS), key=seen_at, is_replay=is_stored
    )
    return msgspec.structs.replace(one, warnings=(*one.warnings, *survey.warnings()))
