"""A document of nested named fields, the same whether it came as XML or as JSON. No IO.

For formats in which names alone carry meaning; attributes and namespaces are gone.
"""

import unicodedata
from collections.abc import ItemsView, Iterator
from typing import Any, Self

from rasid.errors import InvalidEvent

MAX_DEPTH = 32
# Longer texts are no value of a field anyone compares; they read as absent.
TEXT_CHARACTERS = 256


class Node:
    """Named fields, each a list of texts and nodes. Absent fields read as None, empty or an empty node."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, list["str | Node"]] | None = None) -> None:
        self._fields = fields or {}

    @classmethod
    def from_json(cls, value: dict[str, Any], depth: int = 0) -> Self:
        """The members of an object; numbers and booleans become text. Raises InvalidEvent when nested too deeply."""
        if depth > MAX_DEPTH:
            raise InvalidEvent("json_too_deep", f"the JSON document is nested deeper than {MAX_DEPTH} levels")
        fields: dict[str, list[str | Node]] = {}
        for name, item in value.items():
            items = item if isinstance(item, list) else [item]
            fields[name] = [cls.from_json(i, depth + 1) if isinstance(i, dict) else _text_of(i) for i in items]
        return cls(fields)

    def text(self, *names: str) -> str | None:
        """The first of these fields that holds a text, stripped; None when none does."""
        fields = self._fields
        for name in names:
            if name in fields:
                for value in fields[name]:
                    if isinstance(value, str) and 0 < len(value) <= TEXT_CHARACTERS:
                        return value
        return None

    def node(self, name: str) -> "Node":
        """The first node under this name."""
        for value in self._fields.get(name, ()):
            if isinstance(value, Node):
                return value
        return _EMPTY

    def nodes(self, name: str) -> Iterator["Node"]:
        """All nodes under this name, in order."""
        return (value for value in self._fields.get(name, ()) if isinstance(value, Node))

    def items(self) -> ItemsView[str, list["str | Node"]]:
        """All fields, each with its values."""
        return self._fields.items()

    def __bool__(self) -> bool:
        return bool(self._fields)


_EMPTY = Node()


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return clean(value) if isinstance(value, str) else str(value)


def clean(text: str) -> str:
    """A text as fields hold it: stripped, without control characters."""
    text = text.strip()
    if text.isprintable():
        return text
    # Format characters stay: they belong to how a plate was written. Control characters belong to nothing.
    return "".join(character for character in text if unicodedata.category(character) != "Cc")
