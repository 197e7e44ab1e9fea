"""Hands each document of a payload to whoever reads its kind, and remembers what updates leave out."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from rasid.contract.devices import Health
from rasid.contract.event_ids import digest
from rasid.errors import InvalidEvent
from services.ingest.adapters.unifi_protect.alarms import read_alarm
from services.ingest.adapters.unifi_protect.events import PERSON_REFUSED, Told, read_event
from services.ingest.adapters.unifi_protect.fields import time_of
from services.ingest.adapters.unifi_protect.tracks import read_track
from services.ingest.adapters.unifi_protect.words import VOCABULARY
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Connection, Draft, Part, Payload, Reading, Refusal
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

_ABOUT_PERSONS = (b"face", b"matchedName", b"fingerprint", b"ulpId", b"nfc", b'"user"', b"ramDescription")
# What an update of an event leaves out when it has not changed.
_CARRIED = ("type", "start", "smartDetectTypes", "camera", "device")
# What stands beside the kind of Protect's own documents.
_BESIDE_KEY = frozenset({"smartDetectTypes", "event", "item"})
_STATES = {"CONNECTED": True, "DISCONNECTED": False}


class Said(Struct, frozen=True):
    """What was said of an event so far; `chain` stands for all the documents that said it."""

    event: Node
    chain: bytes


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this is one of Protect's documents, by its members; never raises."""
    names = part.names
    if "modelKey" in names:
        return not _BESIDE_KEY.isdisjoint(names)
    return ("alarm" in names and "triggers" in names) or ("firstShownTimeMs" in names and "payload" in names)


def read(payload: Payload) -> Reading:
    """What the documents say. Raises InvalidEvent when there is none."""
    survey = Survey(VOCABULARY)
    said: dict[str, Said] = {}
    nothing = InvalidEvent("document_missing", "the post holds none of Protect's documents in JSON")
    return gathered(
        (
            found if isinstance(found, Refusal) else _read(found, said, survey)
            for found in _each_once(documents(payload, _OPENING))
        ),
        survey,
        nothing=nothing,
    )


def _each_once(found: list[Document | Refusal]) -> Iterator[Document | Refusal]:
    """Without the updates that Protect sends again as they were."""
    parts: set[bytes] = set()
    for one in found:
        if one.part not in parts:
            yield one
        if isinstance(one, Document):
            parts.add(one.part)


def _read(document: Document, said: dict[str, Said], total: Survey) -> list[Draft] | Refusal:
    survey = Survey(VOCABULARY)
    survey.count(document.fields)
    try:
        drafts = _drafts(document, said, survey)
    except InvalidEvent as error:
        total.add(survey)
        is_of_persons = error.reason == PERSON_REFUSED
        return Refusal(
            error.reason, error.detail, _redacted(document.fields) if is_of_persons else _kept(document.part)
        )
    total.add(survey)
    dropped = survey.warnings()
    if not dropped:
        return drafts
    return [msgspec.structs.replace(draft, warnings=(*draft.warnings, *dropped)) for draft in drafts]


def _drafts(document: Document, said: dict[str, Said], survey: Survey) -> list[Draft]:
    fields, part = document.fields, document.part
    if fields.node("alarm"):
        return read_alarm(fields, part, survey)
    if any(fields.nodes("payload")):
        return read_track(fields, part)
    item = fields.node("item") or fields
    if item.text("modelKey") not in {"event", None}:
        return [_device(item, part)]
    if not item.text("id"):
        raise InvalidEvent("document_unknown", "not one of Protect's events, tracks or alarms: it has no id")
    is_update = "item" in fields and fields.text("type") == "update"
    event, part = _completed(item, part, said)
    return read_event(Told(event, is_update), part, survey)


def _completed(item: Node, part: bytes, said: dict[str, Said]) -> tuple[Node, bytes]:
    """The event with what earlier documents of this payload said of it; all of those are its own part of it."""
    key = item.text("id") or ""
    before = said.get(key)
    if before is not None:
        carried = {name: value for name, value in before.event.members.items() if name in _CARRIED}
        item, part = Node(carried | item.members), before.chain + part
    said[key] = Said(item, digest(part).encode())
    return item, part


def _device(item: Node, part: bytes) -> Draft:
    """An update of a camera itself: whether it is there; anything else shows that it is."""
    state = _STATES.get(item.text("state") or "")
    time = time_of(None)
    if state is None:
        return Draft(part=part, time=time, fact=Health(component="heartbeat", state="ok", code="update"))
    return Draft(part=part, time=time, fact=Connection(is_connected=state, code=item.text("state")))


def _kept(part: bytes) -> bytes:
    """What may be kept of a document that cannot be read: nothing of one that may say who somebody is."""
    return b"" if any(word in part for word in _ABOUT_PERSONS) else part


def _redacted(fields: Node) -> bytes:
    """What may be kept of an event about a person: which, where, when."""
    event = fields.node("item") or fields
    kept = {name: event.text(name) for name in ("id", "type", "start", "camera")}
    return b"what it says of persons was removed: " + msgspec.json.encode(kept)


_OPENING = Opening(_kept)
