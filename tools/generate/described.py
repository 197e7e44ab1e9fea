"""Reads what the contract's docstrings say: of a struct as a whole, and of each of its fields."""

import re
from inspect import cleandoc

from msgspec import Struct

_HEAD = "\n\nAttributes:\n"
_FIELD = re.compile(r"^    (\w+): (.*)$")


def meaning(struct: type[Struct]) -> str:
    """What a struct is, without the list of its fields."""
    return cleandoc(struct.__doc__ or "").split(_HEAD)[0]


def field_meanings(struct: type[Struct]) -> dict[str, str]:
    """What each field means, by its attribute name, those of the struct's bases first."""
    meanings: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if base.__module__.startswith("rasid."):
            meanings |= _listed(base)
    return meanings


def _listed(struct: type) -> dict[str, str]:
    _, _, listed = cleandoc(struct.__doc__ or "").partition(_HEAD)
    meanings: dict[str, str] = {}
    name = ""
    for line in listed.splitlines():
        match = _FIELD.match(line)
        if match:
            name = match[1]
            meanings[name] = match[2]
        else:
            meanings[name] += f" {line.strip()}"
    return meanings
