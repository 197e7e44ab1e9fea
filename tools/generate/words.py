"""Says in a few words what kind of value a field takes."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import inspect

from rasid.contract import fields

_NAMED = (
    (inspect.type_info(fields.Identifier), "identifier"),
    (inspect.type_info(fields.UtcTime), "time"),
    (inspect.type_info(fields.Sha256), "SHA-256"),
    (inspect.type_info(fields.Ratio), "0 to 1"),
    (inspect.type_info(fields.Degrees), "degrees"),
)


def words(kind: inspect.Type) -> str:
    """The value's type for a reader; structs are links to their own table."""
    named = next((word for named, word in _NAMED if kind == named), None)
    return named or _WORDS[type(kind)](kind)


def link(name: str) -> str:
    """A link to the table of a struct in the same document."""
    return f"[{name}](#{name.lower()})"


def _number(word: str) -> Callable[[Any], str]:
    def with_bounds(kind: Any) -> str:
        if kind.ge is not None and kind.le is not None:
            return f"{word} {kind.ge} to {kind.le}"
        return f"{word} from {kind.ge}" if kind.ge is not None else word

    return with_bounds


_WORDS: Mapping[type[inspect.Type], Callable[[Any], str]] = {
    inspect.AnyType: lambda _: "anything",
    inspect.BoolType: lambda _: "true or false",
    inspect.DictType: lambda kind: f"object of {words(kind.value_type)}",
    inspect.FloatType: _number("number"),
    inspect.IntType: _number("whole number"),
    inspect.LiteralType: lambda kind: ", ".join(f"`{value}`" for value in kind.values),
    inspect.Metadata: lambda kind: words(kind.type),
    inspect.NoneType: lambda _: "null",
    inspect.StrType: lambda _: "text",
    inspect.StructType: lambda kind: link(kind.cls.__name__),
    inspect.TupleType: lambda kind: f"[{', '.join(words(item) for item in kind.item_types)}]",
    inspect.UnionType: lambda kind: " or ".join(words(one) for one in kind.types),
    inspect.VarTupleType: lambda kind: f"list of {words(kind.item_type)}",
}
