"""Finds the objects in a document: in their lists, in the notices of a subscription or an alarm, and signs of life.

What a notice of an alarm (`DispositionNotification`) says beside the object is a match with the camera's own list: the
object is read like any other, the match is dropped. A vehicle's match is dropped too; what rings is decided here.
"""

from collections.abc import Callable, Container, Iterator

import msgspec
from msgspec import Struct

from rasid.contract.detections import VendorIds
from rasid.contract.devices import Health
from rasid.errors import InvalidEvent
from services.ingest.adapters.gat1400 import objects, people, vehicles
from services.ingest.adapters.gat1400.words import VOCABULARY
from services.ingest.payload.documents import Document, Opening, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.reading import Connection, Draft, Part, Payload, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

MAX_OBJECTS = 256


class Kind(Struct, frozen=True):
    """One kind of object: the name it stands under, the lists it may stand in, its own id, and who reads it."""

    element: str
    lists: tuple[str, str]
    identifier: str
    draft: Callable[[Node, bytes], Draft]


def _kind(name: str, draft: Callable[[Node, bytes], Draft]) -> Kind:
    return Kind(f"{name}Object", (f"{name}ListObject", f"{name}ObjectList"), f"{name}ID", draft)


KINDS = (
    _kind("MotorVehicle", lambda node, part: vehicles.draft(node, part, "MotorVehicleID")),
    _kind("NonMotorVehicle", lambda node, part: vehicles.draft(node, part, "NonMotorVehicleID")),
    # A face may name its person, so it comes first.
    _kind("Face", people.face),
    _kind("Person", people.person),
)
NOTICES = ("SubscribeNotification", "DispositionNotification")
_OF_NOTICES = frozenset(f"{notice}{kind}" for notice in NOTICES for kind in ("ListObject", "List", "Object"))
SIGNS: dict[str, Health | Connection] = {
    "KeepaliveObject": Health(component="heartbeat", state="ok"),
    "RegisterObject": Connection(is_connected=True, code="register"),
    "UnRegisterObject": Connection(is_connected=False, code="unregister"),
}
# What the standard asks of every object.
_OF_OBJECTS = ("InfoKind", "SourceID", "DeviceID")
_NAMES = frozenset(
    {
        *(kind.lists[0] for kind in KINDS),
        *(f"{notice}ListObject" for notice in NOTICES),
        *SIGNS,
    }
)


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this names one of the format's lists or signs of life; never raises."""
    names = part.names
    return not (_NAMES.isdisjoint(part.members) and _NAMES.isdisjoint(names)) or _is_bare(names)


def _is_bare(names: Container[str]) -> bool:
    """Whether these are the names of an object that stands in no list, as some platforms pass them on."""
    return all(name in names for name in _OF_OBJECTS) and any(kind.identifier in names for kind in KINDS)


def read(payload: Payload) -> Reading:
    """What the documents say. Raises InvalidEvent when there is none."""
    total = Survey(VOCABULARY)
    nothing = InvalidEvent(
        "list_missing", "no JSON in this post: VIID sends lists of objects, notices and signs of life"
    )
    found = (one for document in documents(payload, Opening(_unreadable)) for one in _read(document, total))
    return gathered(found, total, nothing=nothing)


def _unreadable(_: bytes) -> bytes:
    """A document that cannot be read may be about persons: nothing of it is kept."""
    return b""


def _read(document: Document | Refusal, total: Survey) -> Iterator[Draft | Refusal]:
    if isinstance(document, Refusal):
        yield document
        return
    fields = document.fields
    holders = [fields]
    if not _OF_NOTICES.isdisjoint(fields.members):
        holders += [one for notice in NOTICES for one in _notices(fields, notice)]
    found = [one for holder in holders for one in _objects(holder)]
    if len(found) > MAX_OBJECTS:
        raise InvalidEvent("too_many_events", f"one post holds {len(found)} objects: the limit is {MAX_OBJECTS}")
    is_alone = len(found) == 1
    drafts = [_draft(kind, node, document.part if is_alone else _own_part(node), total) for kind, node in found]
    drafts += _signs(fields, document.part)
    if drafts:
        yield from drafts
    else:
        yield _nothing(fields)


def _notices(fields: Node, name: str) -> Iterator[Node]:
    for holder in (fields, fields.node(f"{name}ListObject"), fields.node(f"{name}List")):
        yield from holder.nodes(f"{name}Object")


def _objects(holder: Node) -> Iterator[tuple[Kind, Node]]:
    """The objects in a holder, whichever way it lists them."""
    for kind in KINDS:
        for place in (holder, *(holder.node(name) for name in kind.lists if name in holder)):
            if kind.element in place:
                yield from ((kind, node) for node in place.nodes(kind.element))
    if _is_bare(holder.members):
        yield next((kind, holder) for kind in KINDS if kind.identifier in holder)


def _draft(kind: Kind, node: Node, part: bytes, total: Survey) -> Draft:
    survey = Survey(VOCABULARY)
    survey.count(node)
    survey.drop("attribute", objects.occupants(node))
    total.add(survey)
    one = kind.draft(node, part)
    if not survey.dropped:
        return one
    return msgspec.structs.replace(one, warnings=(*one.warnings, *survey.warnings()))


def _own_part(node: Node) -> bytes:
    """What tells an object from the others of its list: all of it. Only its hash is kept."""
    return msgspec.json.encode(node.plain())


def _signs(fields: Node, part: bytes) -> Iterator[Draft]:
    """Signs of life carry no time: they are dated when they arrive."""
    for name, fact in () if SIGNS.keys().isdisjoint(fields.members) else SIGNS.items():
        for node in fields.nodes(name):
            vendor = VendorIds(device_serial=node.text("DeviceID"))
            yield Draft(part=part, time=VendorTime("", None), fact=fact, vendor=vendor)


def _nothing(fields: Node) -> Refusal:
    named = ", ".join(name for name in list(fields.members)[:3] if name.isalnum() and name.isascii())
    return Refusal(
        "list_empty_or_unknown",
        f"nothing that is read stands in this document ({named or 'no names'}): vehicles, persons, faces, their "
        "notices and signs of life are",
        b"",
    )
