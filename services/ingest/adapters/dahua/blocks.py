"""Where the firmware of this and that camera puts a vehicle, its plate, and their rectangles."""

from msgspec import Struct

from services.ingest.adapters.dahua.places import Place, place
from services.ingest.adapters.dahua.record import Record
from services.ingest.payload.tree import Node


class Seen(Struct, frozen=True):
    """The blocks of a traffic event, found once."""

    car: Node
    vehicle: Node
    plate: Node
    snap: Node
    plate_place: Place | None
    vehicle_place: Place | None


def find(record: Record) -> Seen:
    """The blocks of an event; those that it has not are empty."""
    data = record.data
    car, motor, other = data.node("TrafficCar"), data.node("Vehicle"), data.node("NonMotor")
    target = data.node("Object")
    kind = (target.text("ObjectType") or "plate").lower()
    plate = target if kind == "plate" else Node()
    vehicle = motor or other or (target if kind in {"vehicle", "nonmotor"} else Node())
    return Seen(
        car=car,
        vehicle=vehicle,
        plate=plate,
        snap=data.node("SnapInfo"),
        plate_place=place(plate, "BoundingBox")
        or place(data.node("Plate"), "BoundingBox")
        or place(other.node("Plate"), "BoundingBox")
        or place(car, "BoundingBox")
        or (place(data, "BoundingBox") if data.text("PlateNumber") else None),
        vehicle_place=place(vehicle, "BoundingBox", "VehicleBoundingBox")
        or place(other, "BoundingBox")
        or place(car, "VehicleBoundingBox"),
    )
