"""Where a picture lies in the object store, and until when: what its `uri` says, which is opaque to everybody else.

The key begins with the picture's class and the second at which it expires, so that what is due is found in the order of
the keys, without looking at anything else (accountability A7, decision 0033). No IO.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

PictureClass = Literal["face", "other"]
CLASSES: tuple[PictureClass, ...] = get_args(PictureClass)
"""How long a picture is kept goes by this: those of faces follow the faces' period."""

_SCHEME = "picture:"
_EXPIRY = "%Y-%m-%d/%H%M/%S"
_KEY = re.compile(rf"(?:{'|'.join(CLASSES)})/([0-9-]{{10}}/[0-9]{{4}}/[0-9]{{2}})-[0-9a-z-]+", re.ASCII)
# Bytes of an object that holds several pictures: the first, and how many.
_RANGE = re.compile(r"([0-9]{1,10})\+([0-9]{1,10})", re.ASCII)
# Under which pictures lay before their keys told an expiry: the life cycle rule of their bucket removes them.
_OLD_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """The object of a picture, and when it expires; None: when its passage does (a picture of before).

    The picture is `size_bytes` of it from `start` on; 0: all of it.
    """

    key: str
    expires_at: datetime | None
    start: int = 0
    size_bytes: int = 0

    def is_kept(self, now: datetime) -> bool:
        """Whether it may still be read."""
        return self.expires_at is None or now < self.expires_at


def make_key(kind: PictureClass, expires_at: datetime, name: str) -> str:
    """The key of an object that expires then, at the latest: the fraction of a second is cut off."""
    return f"{kind}/{expires_at.astimezone(UTC):{_EXPIRY}}-{name}"


def prefix_of(kind: PictureClass) -> str:
    """What the keys of a class begin with."""
    return f"{kind}/"


def first_not_due(kind: PictureClass, now: datetime) -> str:
    """The keys of a class that sort before this are those of objects that have expired."""
    return f"{kind}/{now.astimezone(UTC) + timedelta(seconds=1):{_EXPIRY}}"


def expiry_of(key: str) -> datetime | None:
    """When the object of a key expires; None when the key does not say."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _EXPIRY).replace(tzinfo=UTC)
    except ValueError:
        return None


def make_uri(key: str, start: int = 0, size_bytes: int = 0) -> str:
    """How an event refers to a picture under this key: to all that lies there, or to so many bytes of it."""
    return f"{_SCHEME}{key}#{start}+{size_bytes}" if size_bytes else f"{_SCHEME}{key}"


def place_of(uri: str | None) -> Place | None:
    """What an event's reference means; None when there is no picture, or it is none of ours."""
    if uri is None or not uri.startswith(_SCHEME):
        return None
    key, mark, part = uri.removeprefix(_SCHEME).partition("#")
    if not mark and _OLD_KEY.fullmatch(key):
        return Place(key, None)
    expires_at, found = expiry_of(key), _RANGE.fullmatch(part)
    if expires_at is None or bool(mark) != (found is not None):
        return None
    return Place(key, expires_at) if found is None else Place(key, expires_at, int(found[1]), int(found[2]))
