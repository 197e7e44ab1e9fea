"""The full schema: one object and what happened to it, at a place, seen by a sensor."""

from rasid.contract.fields import Location
from services.ingest.adapters.deepstream.minimal import time_of
from services.ingest.adapters.deepstream.spotted import Spotted, Traits, draft_of
from services.ingest.adapters.deepstream.words import (
    PHASES,
    PLACEHOLDER_LATITUDES,
    PLACEHOLDER_LONGITUDE,
    VOCABULARY,
    meaningful,
)
from services.ingest.payload.documents import Document
from services.ingest.payload.english import class_of
from services.ingest.payload.quantities import location_of
from services.ingest.payload.reading import Draft
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

_KINDS = ("vehicle", "person", "face", "bag", "bicycle", "roadsign")
# What an object has beside its description. Pipelines that write their metadata as it is call that after the model's
# own label (`car`, `lpd`), and what classifiers found in it after the classifiers (`vehicletype`).
_BESIDE = frozenset({"bbox", "location", "coordinate", "pose", "tracking", "embedding", "mask"})
_EDGES = ("topleftx", "toplefty", "bottomrightx", "bottomrighty")


def draft(document: Document, total: Survey) -> Draft:
    """The event of one message."""
    fields = document.fields
    survey = Survey(VOCABULARY)
    survey.count(fields)
    total.add(survey)
    thing, sensor, event = fields.node("object"), fields.node("sensor"), fields.node("event")
    name = _label(thing)
    described = thing.node(name)
    edges = [thing.node("bbox").number(edge) for edge in _EDGES]
    found = tuple(value for value in edges if value is not None)
    return draft_of(
        Spotted(
            part=document.part,
            time=time_of(fields),
            track=thing.text("id"),
            sensor=sensor.text("id"),
            class_raw=name,
            confidence=described.text("confidence"),
            edges=found if len(found) == len(_EDGES) else (),
            traits=_traits(described) if class_of(name) in {"vehicle", "plate"} else Traits(),
            event_id=event.text("id"),
            phase=PHASES.get((event.text("type") or "").lower(), "update"),
            location=_location(thing) or _location(sensor),
            raw=_raw(fields, thing, described),
            warnings=survey.warnings(),
        ),
    )


def _label(thing: Node) -> str:
    """The name that the object's description stands under: what it is, in the pipeline's word."""
    known = next((kind for kind in _KINDS if kind in thing), None)
    if known is not None:
        return known
    described = (name for name, value in thing.members.items() if type(value) is dict and name not in _BESIDE)
    return next(described, "")


def _traits(node: Node) -> Traits:
    return Traits(
        kind=node.text("type", "vehicletype"),
        make=node.text("make", "vehiclemake", "carmake"),
        model=node.text("model"),
        color=node.text("color", "carcolor"),
        license=node.text("license", "license_plate"),
        region=node.text("licenseState"),
    )


def _location(node: Node) -> Location | None:
    """A position, unless it is the one that the sample applications write."""
    place = node.node("location")
    latitude, longitude = place.number("lat"), place.number("lon")
    if latitude in PLACEHOLDER_LATITUDES and longitude == PLACEHOLDER_LONGITUDE:
        return None
    return location_of(latitude, longitude)


def _raw(fields: Node, thing: Node, described: Node) -> dict[str, object]:
    """What has no place in the event, in the pipeline's own words: the units of speed and direction are not told."""
    raw: dict[str, object | None] = {
        "event": fields.node("event").text("type"),
        "place": fields.node("place").text("name"),
        "confidence": described.text("confidence"),
        "license": meaningful(described.text("license", "license_plate")),
        "license_region": meaningful(described.text("licenseState")),
        "vehicle_type": meaningful(described.text("type", "vehicletype")),
        "speed": thing.text("speed") if thing.number("speed") else None,
        "direction": thing.text("direction") if thing.number("direction") else None,
    }
    return {name: value for name, value in raw.items() if value is not None}
