"""Plates and faces that a device recognized and notifies of.

Who a device takes a face for, and what it is called in the device's lists, is dropped: identification happens here,
under authority, or not at all.
"""

from msgspec.structs import replace

from rasid.contract.detections import DetectedObject, ImageKind, Vehicle
from services.ingest.adapters.onvif.message import Message
from services.ingest.adapters.onvif.notified import draft, place
from services.ingest.adapters.onvif.plates import plate_of, plate_raw, vehicle_of
from services.ingest.adapters.onvif.space import Place, box_of
from services.ingest.adapters.onvif.topics import PLATE
from services.ingest.adapters.onvif.words import DIRECTIONS, LISTS, meaningful
from services.ingest.payload.english import color_of, kind_of, plain
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, FaceSeen, Picture, PlateSeen
from services.ingest.payload.redaction import without_credentials
from services.ingest.payload.survey import Survey
from services.ingest.payload.tree import Node

PLATE_ITEMS = ("LicensePlateInfo", "PlateNumber", "LicensePlate", "LicensePlateNumber", "PlateNo", "PlateText", "Plate")
_SCALE = 1.0
# Hikvision's own topic writes per cent; decided by whose topic it is, never by the size of the number.
_PER_CENT = 100.0
_PER_CENT_PREFIX = "tnshik:"
# Beside what no field of any format may say: who it is and how like.
_IDENTITIES = ("Label", "Likelihood")
_URIS = ("ImageUri", "ImageURI", "PictureUri", "VehicleImageURI", "SceneImageUri")


def plate(message: Message, survey: Survey) -> Draft:
    """A plate; vehicle and plate are one sighting, by the vehicle's track where it is given."""
    data = message.data
    scale = _PER_CENT if _PER_CENT_PREFIX in message.topic else _SCALE
    where = place(message)
    vehicle_id = meaningful(data.text("ParentObjectId", "ParentObjectID"))
    direction = data.text("Direction", "VehicleDirection", "MotionDirection")
    return draft(
        message,
        _plate(data, where, scale, survey),
        track=vehicle_id or message.object_id,
        place=where,
        vehicle=_vehicle(data, direction, has_unit=PLATE.search(message.path) is not None),
        objects=_objects(message, where, vehicle_id),
        pictures=_pictures(data, (("Image", "plate"), ("VehicleImage", "vehicle"), ("SceneImage", "overview"))),
        raw={
            **plate_raw(data),
            "confidence": data.text("Likelihood"),
            "confidence_scale": scale if data.text("Likelihood") else None,
            "direction": direction,
            "speed": data.text("Speed"),
            "lane": data.text("VehicleLaneNumber", "Lane", "LaneId", "LaneID"),
            "image_refs": _uris(data),
        },
    )


def face(message: Message, survey: Survey) -> Draft:
    """A face: where it is and its crop, nothing of whose it is said to be."""
    data = message.data
    survey.drop("identification", sum(data.text(name) is not None for name in _IDENTITIES))
    where = place(message)
    return draft(
        message,
        FaceSeen(box=box_of(where)),
        track=message.object_id,
        place=where,
        objects=(DetectedObject(object_id=message.object_id, klass="face", box=box_of(where)),),
        pictures=_pictures(data, (("Image", "face"), ("SceneImage", "overview"))),
    )


def _plate(data: Node, where: Place | None, scale: float, survey: Survey) -> PlateSeen:
    info = data.node("LicensePlateInfo")
    if not info.text("PlateNumber"):
        info = Node(info.members | {"PlateNumber": data.text(*PLATE_ITEMS) or ""})
    label = data.text("Label", "ListName")
    list_mode = LISTS.get(plain(label))
    if label is not None and list_mode is None:
        survey.drop("identification")  # a list's entry may be its owner's name
    seen = plate_of(info, box_of(where), ratio(data.text("Likelihood"), scale), data.text("CountryCode", "Country"))
    return replace(seen, list_mode=list_mode)


def _vehicle(data: Node, direction: str | None, *, has_unit: bool) -> Vehicle:
    # In ONVIF's own event as in Behaviour: m/s. In those of makers nobody knows.
    speed = data.number("Speed") if has_unit else None
    vehicle = vehicle_of(data.node("VehicleInfo"), None, speed=speed if speed is not None and speed >= 0 else None)
    return replace(
        vehicle,
        kind=vehicle.kind or kind_of(data.text("VehicleType", "VehicleClass")),
        color=vehicle.color or color_of(data.text("VehicleColor")),
        direction=DIRECTIONS.get(plain(direction)),
    )


def _objects(message: Message, where: Place | None, vehicle_id: str | None) -> tuple[DetectedObject, ...]:
    number = DetectedObject(
        object_id=message.object_id,
        parent_id=vehicle_id,
        klass="plate",
        box=box_of(where),
    )
    return (number,) if vehicle_id is None else (number, DetectedObject(object_id=vehicle_id, klass="vehicle"))


def _pictures(data: Node, kinds: tuple[tuple[str, ImageKind], ...]) -> tuple[Picture, ...]:
    found = ((kind, data.long_text(name)) for name, kind in kinds)
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in found if text is not None)


def _uris(data: Node) -> list[str] | None:
    found = [without_credentials(uri) or "" for name in _URIS if (uri := data.text(name))]
    return found or None
