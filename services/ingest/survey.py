"""Counts what of a payload is not kept: claims about persons, and fields nobody here has seen before. No IO.

Each adapter says which names its format has; what no camera may say about a person is the same for all.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from services.ingest.reading import Dropped
from services.ingest.tree import ITEMS, NESTED, TEXT, Members, Node, as_node

Meaning = Literal["known"] | Dropped
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
    """What the names of a format's fields mean: `known`, or what a field of that name says of a person."""

    meanings: Mapping[str, Meaning]
    nothing: frozenset[str] = NOTHING

    @property
    def of_persons(self) -> frozenset[str]:
        """The names of the fields that say things about persons."""
        return frozenset(name for name, meaning in self.meanings.items() if meaning != "known")


def vocabulary(
    known: str,
    *,
    attributes: str = "",
    identification: str = "",
    with_blanks: Iterable[str] = (),
    nothing: frozenset[str] = NOTHING,
) -> Vocabulary:
    """The vocabulary of names parted by blanks; what all formats may call an attribute of a person is added."""
    return Vocabulary(
        {
            ITEMS: "known",  # a list inside a list has no name
            **dict.fromkeys(known.split(), "known"),
            **dict.fromkeys(with_blanks, "known"),
            **dict.fromkeys(ATTRIBUTES, "attribute"),
            **dict.fromkeys(attributes.split(), "attribute"),
            **dict.fromkeys(identification.split(), "identification"),
        },
        nothing,
    )


class Survey(Struct):
    """What was counted, over the events of a payload."""

    words: Vocabulary
    dropped: dict[Dropped, int] = {}
    unknown_fields: int = 0

    def count(self, node: Node, *, is_known: bool = True) -> None:
        """Count one event's fields. Below an unknown field only claims about persons are counted."""
        self._count(node.members, is_known)

    def _count(self, members: Members, is_known: bool) -> None:  # noqa: FBT001 - called for each object of each payload
        meaning_of = self.words.meanings.get
        for name, value in members.items():
            meaning = meaning_of(name)
            if meaning is not None and meaning != "known":
                self.drop(meaning, sum(map(self._says_something, Node(members).values(name))))
                continue
            if meaning is None and is_known:
                self.unknown_fields += len(value) if type(value) is list else 1
            kind = type(value)
            if kind is dict:
                self._count(value, is_known and meaning is not None)
            elif kind is list:
                for one in value:
                    if type(one) in NESTED:
                        self._count(as_node(one).members, is_known and meaning is not None)
            elif kind is Node:
                self._count(value.members, is_known and meaning is not None)

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
