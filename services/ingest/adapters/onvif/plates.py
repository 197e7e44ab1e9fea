"""Plates and the vehicles they are on, as ONVIF describes them: each value with a likelihood of its own."""

from rasid.contract.detections import Vehicle
from rasid.contract.fields import Box
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.onvif.seen import Seen, likelihood
from services.ingest.adapters.onvif.words import meaningful
from services.ingest.payload.english import color_of, kind_of
from services.ingest.payload.reading import PlateSeen
from services.ingest.payload.tree import Node


def plate_of(info: Node, box: Box | None, confidence: float | None = None, country: str | None = None) -> PlateSeen:
    """A `LicensePlateInfo`; without a number nothing was legible. The number's own likelihood goes before `confidence`.

    `country` is what else the message says of it.
    """
    number = info.node("PlateNumber")
    raw = info.text("PlateNumber") or number.text("Item") or ""
    own = likelihood(number)
    if own is None:
        own = likelihood(info)  # beside the number, as some makers write it
    country_raw = info.text("CountryCode") or country
    return PlateSeen(
        raw=raw,
        reading=raw,
        country=country_of_iso(country_raw),
        country_raw=country_raw,
        confidence=confidence if own is None else own,
        box=box,
        plate_type=meaningful(info.text("PlateType")),
        color=color_of(info.text("Color")),
    )


def vehicle_of(info: Node, one: Seen | None, *, speed: float | None = None) -> Vehicle:
    """A `VehicleInfo`, on the vehicle's own object where it has one."""
    kind = info.text("Type") or (one.class_raw if one else None)
    likelihoods = [likelihood(info.node(name)) for name in ("Type", "Brand", "Model")]
    given = [value for value in likelihoods if value is not None]
    return Vehicle(
        kind=kind_of(kind),
        make=meaningful(info.text("Brand")),
        model=meaningful(info.text("Model")),
        color=color_of(info.text("Color")),
        # It stands for kind, make and model together: as sure as the least sure of them.
        confidence=min(given) if given else None,
        speed_mps=speed,
        box=one.box if one else None,
    )


def described(appearance: Node, name: str) -> Node:
    """A description of an object, also where a maker put it into an extension."""
    return appearance.node(name) or appearance.node("Extension").node(name)


def plate_raw(appearance: Node) -> dict[str, object | None]:
    """What of a plate's and a vehicle's description has no place in the event; a speed there has no unit."""
    plate, vehicle = described(appearance, "LicensePlateInfo"), described(appearance, "VehicleInfo")
    return {
        "confidence": plate.node("PlateNumber").text("@Likelihood"),
        "issuing_entity": plate.text("IssuingEntity"),
        "vehicle_type": vehicle.text("Type"),
        "vehicle_speed": vehicle.text("Speed"),
        "vehicle_size": vehicle.text("Size"),
    }
