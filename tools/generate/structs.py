"""Walks the structs of the contract: which there are, and what each is made of."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, inspect

from rasid.contract.catalogue import EVENT_TYPES


def structs_of(data: type[Struct]) -> dict[str, type[Struct]]:
    """A struct and every struct inside it, by class name, in the order they are met."""
    found: dict[str, type[Struct]] = {}
    for kind in _walk(inspect.type_info(data)):
        found.setdefault(kind.cls.__name__, kind.cls)
    return found


def all_structs() -> dict[str, type[Struct]]:
    """Every struct of the contract, by class name."""
    found: dict[str, type[Struct]] = {}
    for kind in EVENT_TYPES:
        found |= structs_of(kind.data)
    return found


def fields_of(struct: type[Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a struct, those of its bases first."""
    kind: Any = inspect.type_info(struct)
    return tuple(kind.fields)


def _walk(kind: inspect.Type) -> Iterator[inspect.StructType]:
    match kind:
        case inspect.Metadata():
            yield from _walk(kind.type)
        case inspect.UnionType():
            for one in kind.types:
                yield from _walk(one)
        case inspect.DictType():
            yield from _walk(kind.value_type)
        case inspect.VarTupleType():
            yield from _walk(kind.item_type)
        case inspect.TupleType():
            for one in kind.item_types:
                yield from _walk(one)
        case inspect.StructType():
            yield kind
            for field in kind.fields:
                yield from _walk(field.type)
