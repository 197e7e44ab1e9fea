"""Counts what of a payload is not kept: claims about persons, and fields nobody here has seen before. No IO.

Each adapter says which names its format has; what no camera may say about a person is the same for all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from services.ingest.payload.reading import Dropped
from services.ingest.payload.tree import ITEMS, NESTED, TEXT, Members, Node, as_node

WARNINGS: dict[Dropped, str] = {
    "attribute": "attribute_dropped",
    "identification": "camera_identification_dropped",
}
# Words that stand for "not said"; a claim that is one of them is none.
NOTHING = frozenset({"", "0", "-1", "unknown", "unknow", "undefined", "other", "none", "null", "no_data"})

_ATTRIBUTES = """
age|age group|age range|sex|gender|race|ethnic|ethnicity|nationality|skin color|emotion|mood|expression
|face expression|facial expression|smile|beard|mustache|moustache|glass|glasses|eyeglasses|makeup|hair|hair style
|hair color
"""


def spellings(words: str) -> frozenset[str]:
    """Phrases parted by `|`, as formats spell them in names of fields: `ageGroup`, `AgeGroup`, `age_group` ..."""
    found: set[str] = set()
    for phrase in words.split("|"):
        parts = phrase.lower().split()
        capital = "".join(part.capitalize() for part in parts)
        small = parts[0] + capital[len(parts[0]) :]
        found |= {capital, small, "".join(parts), "_".join(parts), "_".join(parts).upper()}
    return frozenset(found)


ATTRIBUTES = spellings(_ATTRIBUTES)


class Vocabulary(Struct, frozen=True):
    """The names of a format's fields: those that say things about persons, and the others that it has."""

    known: frozenset[str]
    of_persons: Mapping[str, Dropped]
    nothing: frozenset[str] = NOTHING


def vocabulary(
    known: str,
    *,
    attributes: str = "",
    identification: str = "",
    with_blanks: Iterable[str] = (),
    nothing: frozenset[str] = NOTHING,
) -> Vocabulary:
    """The vocabulary of names parted by blanks; what all formats may call an attribute of a person is added."""
    of_persons: dict[str, Dropped] = {
        **dict.fromkeys(ATTRIBUTES, "attribute"),
        **dict.fromkeys(attributes.split(), "attribute"),
        **dict.fromkeys(identification.split(), "identification"),
    }
    # A list inside a list has no name.
    return Vocabulary(frozenset({*known.split(), *with_blanks, ITEMS}.difference(of_persons)), of_persons, nothing)


class Survey(Struct):
    """What was counted, over the events of a payload."""

    words: Vocabulary
    dropped: dict[Dropped, int] = {}
    unknown_fields: int = 0

    def count(self, node: Node, *, is_known: bool = True) -> None:
        """Count one event's fields. Below an unknown field only claims about persons are counted."""
        self._count(node.members, is_known)

    def _count(self, members: Members, is_known: bool) -> None:  # noqa: FBT001 - called for each object of each payload
        known = self.words.known
        for name, value in members.items():
            if name in known:
                if type(value) in NESTED:
                    self._count_inside(value, is_known)
                continue
            kind = self.words.of_persons.get(name)
            if kind is not None:
                self.drop(kind, sum(map(self._says_something, Node(members).values(name))))
                continue
            if is_known:
                self.unknown_fields += len(value) if type(value) is list else 1
            self._count_inside(value, False)

    def _count_inside(self, value: Any, is_known: bool) -> None:  # noqa: FBT001 - as above
        kind = type(value)
        if kind is dict:
            self._count(value, is_known)
        elif kind is list:
            for one in value:
                if type(one) is dict:
                    self._count(one, is_known)
                elif type(one) in NESTED:
                    self._count(as_node(one).members, is_known)
        elif kind is Node:
            self._count(value.members, is_known)

    def drop(self, kind: Dropped, times: int = 1) -> None:
        """Count something that was dropped."""
        if times:
            self.dropped[kind] = self.dropped.get(kind, 0) + times

    def add(self, other: "Survey") -> None:
        """Add another event's counts."""
        for kind, times in other.dropped.items():
            self.drop(kind, times)
        self.unknown_fields += other.unknown_fields

    def warnings(self) -> tuple[str, ...]:
        """The codes for what was dropped."""
        return tuple(WARNINGS[kind] for kind in self.dropped)

    def _says_something(self, value: str | Node) -> bool:
        if isinstance(value, Node) and TEXT not in value:
            return bool(value)
        text = value.own_text if isinstance(value, Node) else value
        return text.lower() not in self.words.nothing
