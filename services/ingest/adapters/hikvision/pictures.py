"""The pictures that come with a notification: which is which, and which are not kept."""

from collections.abc import Sequence

from rasid.contract.detections import ImageKind
from services.ingest.adapters.hikvision.notification import Notification
from services.ingest.adapters.hikvision.words import PICTURES, PICTURES_OF_ENROLLED, PICTURES_OF_PERSONS
from services.ingest.payload.reading import Dropped, Part, Picture
from services.ingest.payload.tree import Node


def pictures_of(notification: Notification) -> tuple[Picture, ...]:
    """The notification's pictures. A kind is what its list says of a file or id, else what the picture's name says."""
    if not notification.attachments:
        return ()
    types = _listed_types(notification.fields)
    return tuple(Picture(_kind(_words(part, types)), part.body) for part in notification.attachments)


def is_of_face(part: Part) -> bool:
    """Whether a part's own name says that it is the crop of a face."""
    return _kind(_stems(part)) == "face"


def named_as(part: Part, name: str | None) -> bool:
    """Whether a notification that names a part means this one."""
    return name is not None and _stem(name) in _stems(part)


def sorted_out(attachments: tuple[Part, ...], fields: Node) -> dict[Dropped | None, list[Part]]:
    """The attachments that are kept, under None; those of people in the front seats; those of whom a face may be."""
    found: dict[Dropped | None, list[Part]] = {None: [], "attribute": [], "identification": []}
    types = _listed_types(fields)
    for part in attachments:
        found[_of_persons(_words(part, types))].append(part)
    return found


def _of_persons(words: list[str]) -> Dropped | None:
    if any(word.startswith(PICTURES_OF_ENROLLED) for word in words):
        return "identification"
    return None if PICTURES_OF_PERSONS.isdisjoint(words) else "attribute"


def picture_infos(fields: Node) -> Sequence[Node]:
    """The entries of the notification's picture list."""
    return fields.node("ANPR").node("pictureInfoList").nodes("pictureInfo")


def _listed_types(fields: Node) -> dict[str, str]:
    types: dict[str, str] = {}
    for info in picture_infos(fields):
        kind = (info.text("type") or "").lower()
        types |= {_stem(name): kind for name in (info.text("fileName"), info.text("pId")) if name and kind}
    return types


def _words(part: Part, types: dict[str, str]) -> list[str]:
    return [types.get(stem, stem) for stem in _stems(part)]


def _stems(part: Part) -> list[str]:
    return [_stem(name) for name in (part.name, part.filename) if name]


def _stem(name: str) -> str:
    return name.rpartition("/")[2].split(".")[0].strip().lower()


def _kind(words: list[str]) -> ImageKind:
    named = next((PICTURES[word] for word in words if word in PICTURES), None)
    return named or ("face" if any(word.startswith("face") for word in words) else "overview")
