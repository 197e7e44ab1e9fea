"""A document of nested named fields, the same whether it came as XML or as JSON. No IO.

Namespaces are gone. Where a format needs attributes they are fields named `@name`, and the text beside them is the
field `#text`: as ONVIF writes its JSON. A list inside a list is a node whose items have no name.
"""

import unicodedata
from collections.abc import Container, ItemsView, Iterator
from typing import Any, Self

from rasid.errors import InvalidEvent
from services.ingest.quantities import number

MAX_DEPTH = 32
# Longer texts are no value of a field anyone compares; they read as absent.
TEXT_CHARACTERS = 256
TEXT = "#text"
ITEMS = ""
_YES = frozenset({"true", "1", "yes", "on"})
_NO = frozenset({"false", "0", "no", "off"})


class Node:
    """Named fields, each a list of texts and nodes. Absent fields read as None, empty or an empty node."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, list["str | Node"]] | None = None) -> None:
        self._fields = fields or {}

    @classmethod
    def from_json(cls, value: dict[str, Any] | list[Any], depth: int = 0) -> Self:
        """The members of an object, or a list's items without a name; numbers and booleans become text.

        Raises InvalidEvent when nested too deeply.
        """
        if depth > MAX_DEPTH:
            raise InvalidEvent("json_too_deep", f"the JSON document is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, list):
            return cls({ITEMS: [_of_json(cls, item, depth) for item in value]})
        return cls(
            {
                name: [_of_json(cls, one, depth) for one in item]
                if type(item) is list
                else [_of_json(cls, item, depth)]
                for name, item in value.items()
            }
        )

    def text(self, *names: str) -> str | None:
        """The first of these fields that holds a text, stripped; None when none does."""
        fields = self._fields
        for name in names:
            if name in fields:
                for value in fields[name]:
                    text = value if isinstance(value, str) else value.own_text
                    if 0 < len(text) <= TEXT_CHARACTERS:
                        return text
        return None

    def long_text(self, *names: str) -> str | None:
        """As `text`, however long it is: for pictures in base64."""
        for name in names:
            for value in self._fields.get(name, ()):
                text = value if isinstance(value, str) else value.own_text
                if text:
                    return text
        return None

    @property
    def own_text(self) -> str:
        """The text of an element that also has attributes; empty when there is none."""
        values = self._fields.get(TEXT, ())
        return next((value for value in values if isinstance(value, str)), "")

    def texts(self, name: str) -> list[str]:
        """All texts under this name, in order, also long and empty ones."""
        return [value if isinstance(value, str) else value.own_text for value in self._fields.get(name, ())]

    def number(self, *names: str) -> float | None:
        """The first of these fields that holds a text, as a finite number; None when it is none."""
        return number(self.text(*names))

    def numbers(self, name: str) -> tuple[float, ...]:
        """The numbers of a list under this name; empty when there is none or one of its items is no number."""
        values = [number(text) for text in self.texts(name)]
        found = tuple(value for value in values if value is not None)
        return found if len(found) == len(values) else ()

    def flag(self, *names: str) -> bool | None:
        """The first of these fields that holds a text, as yes or no; None when it is neither."""
        word = (self.text(*names) or "").lower()
        return True if word in _YES else False if word in _NO else None

    def node(self, name: str) -> "Node":
        """The first node under this name."""
        for value in self._fields.get(name, ()):
            if isinstance(value, Node):
                return value
        return _EMPTY

    def nodes(self, name: str) -> Iterator["Node"]:
        """All nodes under this name, in order."""
        return (value for value in self._fields.get(name, ()) if isinstance(value, Node))

    def lists(self, name: str) -> list[tuple[float, ...]]:
        """The lists of numbers under this name: `[[0, 1], [2, 3]]` are two."""
        return [node.numbers(ITEMS) for node in self.nodes(name)]

    def plain(self, without: Container[str] = ()) -> dict[str, list[Any]]:
        """All fields with their values as JSON has them, those named in `without` left out at every depth."""
        return {
            name: [value.plain(without) if isinstance(value, Node) else value for value in values]
            for name, values in self._fields.items()
            if name not in without
        }

    def items(self) -> ItemsView[str, list["str | Node"]]:
        """All fields, each with its values."""
        return self._fields.items()

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __bool__(self) -> bool:
        return bool(self._fields)


_EMPTY = Node()


def _of_json(cls: type[Node], value: Any, depth: int) -> str | Node:
    """A value of a document, which JSON's decoder made: its exact types are few, and this runs for each."""
    kind = type(value)
    if kind is str:
        return clean(value)
    if kind is dict or kind is list:
        return cls.from_json(value, depth + 1)
    if value is None:
        return ""
    if kind is bool:
        return "true" if value else "false"
    return str(value)


def clean(text: str) -> str:
    """A text as fields hold it: stripped, without control characters."""
    text = text.strip()
    if text.isprintable():
        return text
    # Format characters stay: they belong to how a plate was written. Control characters belong to nothing.
    return "".join(character for character in text if unicodedata.category(character) != "Cc")
