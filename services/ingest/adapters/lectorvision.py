"""LectorVision: JSON, one object or a list of them per post.

`TimeStamp` is the reader's local time without a zone, `Country` the ISO 3166-1 number, `Fiability` 0 to 100,
`PlateCoord` left, top, right, bottom in pixels of a picture whose size is not said. Pictures come in base64 under
several spellings; paths of the reader's own disk are known and not followed.
"""

from rasid.contract.detections import Direction, ImageKind, Vehicle, VendorIds
from rasid.errors import InvalidEvent
from rasid.plates.iso_codes import country_of_iso
from services.ingest.payload.documents import Document, documents
from services.ingest.payload.gathering import gathered
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import ratio
from services.ingest.payload.reading import Draft, Part, Payload, Picture, PlateSeen, Reading, Refusal, VendorTime
from services.ingest.payload.survey import Survey, vocabulary
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

NAME = "lectorvision"
VERSION = "1"

PER_CENT = 100.0
_CORNERS = 4
_OF_ITS_OWN = frozenset({"Fiability", "SerialNumber", "IdDevice", "PlateCoord", "IdTransit"})
_PICTURES: dict[ImageKind, tuple[str, ...]] = {
    "plate": ("ImageOcr", "ImageOCR", "ImageOcrBase64", "ImageOCRBase64", "ImageOcrB64", "IMAGE_OCR", "ImageCrop"),
    "overview": ("ImageCtx", "ImageCTX", "ImageCtxBase64", "ImageCTXBase64", "ImageCtxB64", "IMAGE_CTX"),
}
_DIRECTIONS: dict[str, Direction] = {"approaching": "approaching", "approach": "approaching", "goaway": "departing"}
_WORDS = vocabulary(
    """
    Plate TimeStamp SerialNumber IdDevice IdTransit Fiability LaneNumber LaneName Direction PlateCoord Country
    CharHeight PlateCharHeight PlateCharheight ImageOcr ImageOCR ImageOcrBase64 ImageOCRBase64 ImageOcrB64 IMAGE_OCR
    ImageCrop IMAGE_CROP ImageCtx ImageCTX ImageCtxBase64 ImageCTXBase64 ImageCtxB64 IMAGE_CTX
    OCRImagePath CROPImagePath CropImagePath ColorImagePath Speed
    """,
)


def recognizes(part: Part, _topic: str) -> bool:
    """Whether this JSON has a plate, its time and a member that only LectorVision has; never raises."""
    return "Plate" in part.names and "TimeStamp" in part.names and not _OF_ITS_OWN.isdisjoint(part.names)


def read(payload: Payload) -> Reading:
    """What the reads say. Raises InvalidEvent when there is none."""
    survey = Survey(_WORDS)
    nothing = InvalidEvent("read_missing", "no JSON in this post: a LectorVision reader sends an object per vehicle")
    return gathered(
        (found if isinstance(found, Refusal) else _draft(found, survey) for found in documents(payload)),
        survey,
        nothing=nothing,
    )


def _draft(document: Document, survey: Survey) -> Draft | Refusal:
    fields = document.fields
    if "Plate" not in fields:
        detail = "an object without Plate: not a read of a LectorVision reader"
        return Refusal("plate_missing", detail, document.part)
    survey.count(fields)
    transit = fields.text("IdTransit")
    text = fields.text("TimeStamp") or ""
    corners = _corners(fields)
    return Draft(
        part=document.part,
        time=VendorTime(text, parse_time(text.replace("/", "-"))),
        fact=_plate(fields),
        vendor_key=transit,
        vendor_key_is_counter=True,
        vendor=VendorIds(event_id=transit, device_serial=fields.text("SerialNumber", "IdDevice")),
        vehicle=Vehicle(direction=_DIRECTIONS.get((fields.text("Direction") or "").lower())),
        pictures=_pictures(fields),
        raw=_raw(fields, corners),
        warnings=("frame_size_unknown",) if corners else (),
    )


def _plate(fields: Node) -> PlateSeen:
    raw = fields.text("Plate") or ""
    country = fields.text("Country")
    return PlateSeen(
        raw=raw,
        reading=raw,
        country=country_of_iso(country),
        country_raw=country,
        confidence=ratio(fields.text("Fiability"), PER_CENT) or None,
    )


def _corners(fields: Node) -> tuple[float, ...]:
    corners = fields.numbers("PlateCoord")
    return corners if len(corners) == _CORNERS and any(corners) else ()


def _pictures(fields: Node) -> tuple[Picture, ...]:
    found = ((kind, fields.long_text(*names)) for kind, names in _PICTURES.items())
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in found if text)


def _raw(fields: Node, corners: tuple[float, ...]) -> dict[str, object]:
    given = fields.text("Fiability")
    box = {"values": list(corners), "space": "ltrb_pixels", "frame_width": None, "frame_height": None}
    raw: dict[str, object | None] = {
        "box": box if corners else None,
        "confidence": given,
        "confidence_scale": given and PER_CENT,
        "direction": fields.text("Direction"),
        "lane": fields.text("LaneNumber"),
        "lane_name": fields.text("LaneName"),
        "character_height": fields.text("CharHeight", "PlateCharHeight", "PlateCharheight"),
        "speed": fields.text("Speed"),
    }
    return {name: value for name, value in raw.items() if value is not None}
