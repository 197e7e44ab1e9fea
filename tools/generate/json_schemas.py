"""JSON Schemas (draft 2020-12) of the events' data, with what the docstrings say about every field.

msgspec writes the shapes. A description beside `$ref` is allowed in this draft.
"""

from typing import Any

import msgspec

from rasid.contract.catalogue import EventType
from tools.generate.described import field_meanings, meaning
from tools.generate.structs import fields_of, structs_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema_of(kind: EventType, examples: list[Any]) -> Schema:
    """The schema of one version of one event's data, complete in itself."""
    parts = components([kind], "#/$defs/{name}")
    data = parts.pop(kind.data.__name__)
    head = {
        "$schema": DRAFT,
        "$id": kind.dataschema,
        "title": f"{kind.name}, version {kind.version}: data",
    }
    return head | {key: value for key, value in data.items() if key != "title"} | {"$defs": parts, "examples": examples}


def components(kinds: list[EventType], ref_template: str) -> dict[str, Schema]:
    """The schemas of all structs in some events' data, by class name."""
    data = [kind.data for kind in kinds]
    _, parts = msgspec.json.schema_components(data, ref_template=ref_template)
    structs = {name: struct for one in data for name, struct in structs_of(one).items()}
    for name, struct in structs.items():
        parts[name]["description"] = meaning(struct)
        meanings = field_meanings(struct)
        for field in fields_of(struct):
            parts[name]["properties"][field.encode_name]["description"] = meanings[field.name]
    return {name: _portable(parts[name]) for name in sorted(parts)}


def _portable(schema: Any) -> Any:
    r"""Patterns as JSON Schema (ECMA 262) writes them: `$` is the end there, and `\Z` is nothing."""
    if isinstance(schema, dict):
        return {
            key: value.replace("\\Z", "$") if key == "pattern" and isinstance(value, str) else _portable(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_portable(item) for item in schema]
    return schema
