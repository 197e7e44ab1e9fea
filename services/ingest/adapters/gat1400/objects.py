"""What all objects of GA/T 1400 share: when, where in the picture, which picture, whose identifiers."""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from rasid.contract.detections import VendorIds
from rasid.contract.fields import Box
from services.ingest.adapters.gat1400.words import PICTURES, PICTURES_OF_OCCUPANTS, SCENES
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import box_in_frame
from services.ingest.payload.reading import Picture, VendorTime
from services.ingest.payload.times import epoch_time, parse_time
from services.ingest.payload.tree import Node

# The standard's times are Beijing's; the camera's registered zone goes before it.
ZONE = "Asia/Shanghai"

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.?(\d{0,3})")
_EPOCH_MILLISECONDS = re.compile(r"\d{13}")
_CORNERS = ("LeftTopX", "LeftTopY", "RightBtmX", "RightBtmY")
# An object's id begins with its device's 20 digits and goes on; 20 digits alone are a device, the same every time.
_DEVICE_DIGITS = 20


class Place(Struct, frozen=True):
    """Where an object is: the box, None when the picture's size is not said, and what was written."""

    box: Box | None
    raw: dict[str, object]


def time_of(fields: Node, shown: Sequence[Node], *names: str) -> VendorTime:
    """The first of these times that is given, else when the first sub-image was shot."""
    text = fields.text(*names) or next((shot for one in shown if (shot := one.text("ShotTime"))), "")
    if _EPOCH_MILLISECONDS.fullmatch(text):  # some makers' own; thirteen digits are no date and time
        return epoch_time(text, 1000)
    return VendorTime(text, _moment(text), zone=ZONE)


def place(fields: Node, shown: Sequence[Node]) -> Place | None:
    """Pixels in the scene, one of the sub-images; None when not given or all zero, as of an object without a place."""
    corners = [fields.number(name) for name in _CORNERS]
    found = [corner for corner in corners if corner is not None]
    if len(found) != len(corners) or not any(found):
        return None
    frame = _scene_size(shown)
    left, top, right, bottom = found
    box = box_in_frame((left, top, right, bottom), frame)
    return Place(box, {"values": found, "space": "ltrb_pixels", "frame_width": frame[0], "frame_height": frame[1]})


def images(fields: Node) -> list[Node]:
    """The sub-images, whether they stand in a list of their own or not."""
    outer = fields.node("SubImageList")
    return list(outer.nodes("SubImageInfoObject")) or [one for one in fields.nodes("SubImageList") if "Type" in one]


def pictures(shown: Sequence[Node]) -> tuple[Picture, ...]:
    """The pictures that came along, without those of the people in the front seats."""
    given = ((image, data) for image in shown if (data := image.long_text("Data")))
    found = ((_type(image), data) for image, data in given)
    return tuple(
        Picture(PICTURES.get(kind, "overview"), embedded_picture(data))
        for kind, data in found
        if kind not in PICTURES_OF_OCCUPANTS
    )


def occupants(fields: Node) -> int:
    """How many pictures show the people in the front seats: they are not kept."""
    return sum("Data" in image and _type(image) in PICTURES_OF_OCCUPANTS for image in images(fields))


def vendor(fields: Node, identifier: str) -> VendorIds:
    """The object's id, the picture it was found in, and the device."""
    return VendorIds(
        event_id=fields.text(identifier),
        group_id=fields.text("SourceID"),
        device_serial=fields.text("DeviceID"),
        channel=fields.text("TollgateID"),
    )


def key_of(fields: Node, identifier: str) -> str | None:
    """The object's id where it is one, None where a device wrote its own number in its place."""
    text = fields.text(identifier)
    is_device = text is None or (text.isdecimal() and len(text) <= _DEVICE_DIGITS) or text == fields.text("DeviceID")
    return None if is_device else text


def _type(image: Node) -> str:
    """The image's type with its two digits; some devices write one."""
    text = image.text("Type") or ""
    return text.zfill(2) if text.isdecimal() else text


def _moment(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return parse_time(text)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    microsecond = int((found[7] or "0").ljust(3, "0")) * 1000
    try:
        return datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001 - Beijing's, see ZONE
    except ValueError:
        return None


def _scene_size(shown: Sequence[Node]) -> tuple[float | None, float | None]:
    for image in shown:
        if _type(image) in SCENES:
            width, height = image.number("Width"), image.number("Height")
            if width and height and width > 0 and height > 0:
                return width, height
    return None, None
