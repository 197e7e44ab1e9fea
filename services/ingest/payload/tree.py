"""A document of nested named fields, the same whether it came as XML or as JSON. No IO.

A node is a look into what the parser made: nothing of it is copied, and a field becomes a text, a number or a node when
it is asked for. Most fields of a payload never are.

Namespaces are gone. Where a format needs attributes they are fields named `@name`, and the text beside them is the
field `#text`: as ONVIF writes its JSON. A list inside a list is a node whose items have no name.
"""

import unicodedata
from collections.abc import Container, Sequence
from typing import Any, Self

from msgspec import Struct

from rasid.errors import InvalidEvent
from services.ingest.payload.quantities import number

MAX_DEPTH = 32
# Longer texts are no value of a field anyone compares; they read as absent.
TEXT_CHARACTERS = 256
TEXT = "#text"
ITEMS = ""
_YES = frozenset({"true", "1", "yes", "on"})
_NO = frozenset({"false", "0", "no", "off"})

# What parsers make: texts, numbers, booleans, None, objects, lists; and nodes, where an adapter puts one in.
Members = dict[str, Any]


# Nodes are made for a look and thrown away, and never hold each other in a ring: the collector need not know them.
class Node(Struct, frozen=True, gc=False):
    """Named fields, each one value or a list of several. Absent fields read as None, empty or an empty node.

    `members` are the fields as they were parsed; nobody changes them.
    """

    members: Members = {}

    @classmethod
    def from_json(cls, value: Members | list[Any], written: bytes | None = None) -> Self:
        """The members of an object, or a list's items without a name; numbers and booleans read as text.

        `written` is what it was parsed from: few brackets cannot nest deeply. Raises InvalidEvent when it is nested too
        deeply.
        """
        if (written is None or written.count(b"{") + written.count(b"[") > MAX_DEPTH) and _is_deep(value, MAX_DEPTH):
            raise InvalidEvent("json_too_deep", f"the JSON document is nested deeper than {MAX_DEPTH} levels")
        return cls({ITEMS: value} if isinstance(value, list) else value)

    def text(self, *names: str) -> str | None:
        """The first of these fields that holds a text, stripped; None when none does."""
        members = self.members
        for name in names:
            value = members.get(name)
            if type(value) is str:
                text = value.strip()
                if not text.isprintable():
                    text = clean(text)
                if 0 < len(text) <= TEXT_CHARACTERS:
                    return text
            elif value is not None:
                for one in value if type(value) is list else (value,):
                    text = _text(one)
                    if 0 < len(text) <= TEXT_CHARACTERS:
                        return text
        return None

    def long_text(self, *names: str) -> str | None:
        """As `text`, however long it is: for pictures in base64."""
        for name in names:
            for value in self._values(name):
                text = _text(value)
                if text:
                    return text
        return None

    @property
    def own_text(self) -> str:
        """The text of an element that also has attributes; empty when there is none."""
        return _own_text(self.members)

    def texts(self, name: str) -> list[str]:
        """All texts under this name, in order, also long and empty ones."""
        return [_text(value) for value in self._values(name)]

    def number(self, *names: str) -> float | None:
        """The first of these fields that holds a text, as a finite number; None when it is none."""
        value = self.members.get(names[0])
        kind = type(value)
        if kind in _NUMBERS:
            return _number(value)
        if value is None and len(names) == 1:
            return None
        found = number(value) if kind is str else None
        return number(self.text(*names)) if found is None else found

    def numbers(self, name: str) -> tuple[float, ...]:
        """The numbers of a list under this name; empty when there is none or one of its items is no number."""
        values = [_number(value) for value in self._values(name)]
        found = tuple(value for value in values if value is not None)
        return found if len(found) == len(values) else ()

    def flag(self, *names: str) -> bool | None:
        """The first of these fields that holds a text, as yes or no; None when it is neither."""
        word = (self.text(*names) or "").lower()
        return True if word in _YES else False if word in _NO else None

    def node(self, name: str) -> "Node":
        """The first node under this name."""
        value = self.members.get(name)
        if type(value) is dict:
            return Node(value)
        if value is None:
            return _EMPTY
        return next((as_node(one) for one in self._values(name) if type(one) in NESTED), _EMPTY)

    def nodes(self, name: str) -> list["Node"]:
        """All nodes under this name, in order."""
        return [
            Node(value) if type(value) is dict else as_node(value)
            for value in self._values(name)
            if type(value) in NESTED
        ]

    def values(self, name: str) -> list["str | Node"]:
        """All that stands under this name, in order: texts and nodes."""
        return [as_node(value) if type(value) in NESTED else _text(value) for value in self._values(name)]

    def lists(self, name: str) -> list[tuple[float, ...]]:
        """The lists of numbers under this name: `[[0, 1], [2, 3]]` are two."""
        return [node.numbers(ITEMS) for node in self.nodes(name)]

    def without(self, *names: str) -> "Node":
        """The same without some of its fields."""
        return Node({name: value for name, value in self.members.items() if name not in names})

    def plain(self, without: Container[str] = ()) -> dict[str, list[Any]]:
        """All fields, each with a list of its values, those named in `without` left out at every depth."""
        return _plain(self.members, without)

    def _values(self, name: str) -> Sequence[Any]:
        """What stands under a name, as it was parsed."""
        if name not in self.members:
            return ()
        value = self.members[name]
        return value if type(value) is list else (value,)

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def __bool__(self) -> bool:
        return bool(self.members)


_EMPTY = Node()
# What parsers nest.
_BLOCKS = frozenset({dict, list})
# Values that are no text.
NESTED = frozenset({dict, list, Node})
_NUMBERS = frozenset({int, float})
# Beyond this a number is read from its text, whose length is bounded.
_PLAIN_NUMBER = 2**63


def as_node(value: Any) -> Node:
    """What an object, a list inside a list or a node is to its reader."""
    if type(value) is dict:
        return Node(value)
    return value if type(value) is Node else Node({ITEMS: value})


def _text(value: Any) -> str:
    """A value's text: its decoder made it, so its exact types are few, and this runs for each."""
    kind = type(value)
    if kind is str:
        return clean(value)
    if value is None:
        return ""
    if kind is dict:
        return _own_text(value)
    if kind in NESTED:
        return _own_text(as_node(value).members)
    if kind is bool:
        return "true" if value else "false"
    return str(value)


def _own_text(members: Members) -> str:
    value = members.get(TEXT)
    if type(value) is str:
        return clean(value)
    values = value if type(value) is list else (value,)
    return next((_text(one) for one in values if type(one) not in NESTED), "")


def _number(value: Any) -> float | None:
    if type(value) in _NUMBERS and -_PLAIN_NUMBER < value < _PLAIN_NUMBER:
        return float(value)
    return number(_text(value))


def _plain(members: Members, without: Container[str]) -> dict[str, list[Any]]:
    plain: dict[str, list[Any]] = {}
    for name, value in members.items():
        if name in without:
            continue
        kind = type(value)
        if kind is str:
            text = value.strip()
            plain[name] = [text if text.isprintable() else clean(text)]
        elif kind is dict:
            plain[name] = [_plain(value, without)]
        elif kind is list:
            plain[name] = [
                _plain(as_node(one).members, without) if type(one) in NESTED else _text(one) for one in value
            ]
        else:
            plain[name] = [_plain(value.members, without) if kind is Node else _text(value)]
    return plain


def _is_deep(value: Any, levels: int) -> bool:
    """Whether more than so many levels are below this one: of objects, and of lists that stand in lists."""
    level = [value]
    for _ in range(levels + 1):
        level = [
            one
            for block in level
            for item in (block.values() if type(block) is dict else (block,))
            if type(item) in _BLOCKS
            for one in (item if type(item) is list else (item,))
            if type(one) in _BLOCKS
        ]
        if not level:
            return False
    return True


def clean(text: str) -> str:
    """A text as fields hold it: stripped, without control characters."""
    text = text.strip()
    if text.isprintable():
        return text
    # Format characters stay: they belong to how a plate was written. Control characters belong to nothing.
    return "".join(character for character in text if unicodedata.category(character) != "Cc")
