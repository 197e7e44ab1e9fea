"""Sites and cameras as GeoJSON (RFC 7946): one point each, with the API's fields as properties. No IO.

Position in the file counts from 1, as rows do in a spreadsheet without its header. A property may also be named as its
column in CSV (`name_ar`), and a list be written with `|`: map programs keep no nested values.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from services.ingest.registry.entries import E, Entry, Kind
from services.ingest.registry.sheet import (
    LARGEST,
    PATHS,
    Row,
    RowProblem,
    Sheet,
    cell_of,
    row_problem,
    unreadable,
)

MEDIA_TYPES = frozenset({"application/geo+json", "application/json", "application/vnd.geo+json"})
PLACE = ("longitude", "latitude")


def read_features(kind: Kind[E], body: bytes) -> Sheet:
    """Read a file's features as rows; raises Unprocessable when it is no collection of features at all."""
    try:
        found = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError):
        raise unreadable(1, None, "not JSON: send a GeoJSON FeatureCollection") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise unreadable(1, None, "not a GeoJSON FeatureCollection: it has no list of features")
    if len(features) > LARGEST:
        raise unreadable(1, None, f"more than {LARGEST} features: split the file")
    taken: dict[str, int] = {}
    rows: list[Row] = []
    problems: list[RowProblem] = []
    for number, feature in enumerate(features, 1):
        row = _row(kind, number, feature)
        problem = row_problem(kind, number, row.key, taken) if isinstance(row, Row) else row
        if problem is not None:
            problems.append(problem)
        elif isinstance(row, Row):
            taken[row.key] = number
            rows.append(row)
    return Sheet(tuple(rows), tuple(problems))


def write_features(kind: Kind[E], entries: Iterable[Entry[E]]) -> bytes:
    """Write a file that `read_features` reads back to the same entries."""
    return msgspec.json.encode({"type": "FeatureCollection", "features": [_feature(kind, entry) for entry in entries]})


def _feature(kind: Kind[E], entry: Entry[E]) -> dict[str, Any]:
    properties = entry.edit.model_dump(mode="json")
    place = properties.pop("location")
    geometry = None if place is None else {"type": "Point", "coordinates": [place[name] for name in PLACE]}
    return {
        "type": "Feature",
        "id": entry.key,
        "geometry": geometry,
        "properties": {kind.key: entry.key, **properties},
    }


def _row(kind: Kind[E], number: int, feature: Any) -> Row | RowProblem:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return RowProblem(number, None, "is no feature with properties")
    key = properties.get(kind.key, feature.get("id"))
    cells = dict(_flat(properties))
    cells.pop(kind.key, None)
    unknown = sorted(cells.keys() - PATHS[kind.name].keys())
    if unknown:
        return RowProblem(number, unknown[0][:64], f"no property of {kind.name}: take it out")
    place = _place(feature.get("geometry"))
    if place is None:
        return RowProblem(number, "geometry", "must be a Point with longitude and latitude, or null")
    return Row(number, key if isinstance(key, str) else "", cells | place)


def _flat(properties: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Properties by column: `{"name": {"ar": "..."}}` is name_ar."""
    for name, value in properties.items():
        if name == "name" and isinstance(value, dict):
            yield from ((f"name_{language}", cell_of(text)) for language, text in value.items())
        else:
            yield name, cell_of(value)


def _place(geometry: Any) -> dict[str, str] | None:
    """Longitude and latitude; nothing for no geometry, None for one that is no point."""
    if geometry is None:
        return {}
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < len(PLACE):
        return None
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in coordinates[:2]):
        return None
    return {name: cell_of(value) for name, value in zip(PLACE, coordinates, strict=False)}
