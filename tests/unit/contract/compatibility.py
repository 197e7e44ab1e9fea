"""Compares an old JSON Schema with a new one: what would the new one refuse, or understand otherwise?

Pure. It knows the part of JSON Schema that msgspec writes.
"""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]
_AT_LEAST = ("minimum", "minLength", "minItems")
_AT_MOST = ("maximum", "maxLength", "maxItems")
_WIDER = {"integer": "number", "enum": "string"}


def narrowings(old: Node, new: Node) -> list[str]:
    """Every way in which `new` takes less than `old`, or takes it for something else; empty when it is compatible."""
    return list(_Comparison(old, new).node(old, new, "$"))


class _Comparison:
    def __init__(self, old: Node, new: Node) -> None:
        self._old = old
        self._new = new

    def node(self, old: Node, new: Node, path: str) -> Iterator[str]:
        olds, news = _alternatives(old, self._old), _alternatives(new, self._new)
        if old.get("default") != new.get("default") and "default" in old:
            yield f"{path}: another default"
        for kind, one in olds.items():
            match = next((news[name] for name in (kind, _WIDER.get(kind, "")) if name in news), None)
            if "any" in news:
                continue
            if match is None:
                yield f"{path}: takes no {kind} any more"
            else:
                yield from self._same_kind(kind, one, match, path)

    def _same_kind(self, kind: str, old: Node, new: Node, path: str) -> Iterator[str]:
        yield from _bounds(old, new, path)
        if kind == "object":
            yield from self._object(old, new, path)
        if kind == "array":
            yield from self._array(old, new, path)
        if kind == "enum" and "enum" in new:
            lost = [value for value in old["enum"] if value not in new["enum"]]
            yield from (f"{path}: takes no {value!r} any more" for value in lost)

    def _object(self, old: Node, new: Node, path: str) -> Iterator[str]:
        new_properties = new.get("properties", {})
        for name, schema in old.get("properties", {}).items():
            if name not in new_properties:
                yield f"{path}.{name}: is gone"
            else:
                yield from self.node(schema, new_properties[name], f"{path}.{name}")
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield f"{path}.{name}: is required now"
        if isinstance(new.get("additionalProperties"), dict):
            yield from self.node(old.get("additionalProperties") or {}, new["additionalProperties"], f"{path}.*")

    def _array(self, old: Node, new: Node, path: str) -> Iterator[str]:
        pairs = [(old.get("items") or {}, new.get("items") or {})]
        pairs += zip(old.get("prefixItems", ()), new.get("prefixItems", ()), strict=False)
        for old_item, new_item in pairs:
            yield from self.node(old_item, new_item, f"{path}[]")


def _bounds(old: Node, new: Node, path: str) -> Iterator[str]:
    for name in _AT_LEAST:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{path}: {name} is {new[name]} now"
    for name in _AT_MOST:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{path}: {name} is {new[name]} now"
    for name in ("pattern", "format"):
        if name in new and new[name] != old.get(name):
            yield f"{path}: another {name}"


def _alternatives(node: Node, root: Node) -> dict[str, Node]:
    """What a schema takes, by kind."""
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return _alternatives(root["$defs"][name], root)
    if "anyOf" in node:
        return {kind: one for part in node["anyOf"] for kind, one in _alternatives(part, root).items()}
    return {"enum" if "enum" in node else node.get("type", "any"): node}
