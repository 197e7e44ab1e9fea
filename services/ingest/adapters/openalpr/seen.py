"""What OpenALPR saw: the plate, its vehicle, where they are, and the pictures that came along.

Confidences are per cent, coordinates pixels of the image, whose size groups before version 2 do not say. Directions are
degrees on the picture's plane and no compass: they stay raw.
"""

from msgspec import Struct

from rasid.contract.detections import DetectedObject, ImageKind, Vehicle
from rasid.contract.fields import Box
from rasid.plates.iso_codes import country_of_iso
from services.ingest.adapters.openalpr.words import COLORS, KINDS
from services.ingest.payload.media import embedded_picture
from services.ingest.payload.quantities import box_in_frame, ratio
from services.ingest.payload.reading import Picture, PlateSeen
from services.ingest.payload.tree import Node

PER_CENT = 100.0
MAX_CORNERS = 8
MAX_CANDIDATES = 16
_COUNTRY_LETTERS = 2
_WORDS = ("body_type", "make", "make_model", "color", "year", "orientation")

Frame = tuple[float | None, float | None]


class Word(Struct, frozen=True):
    """What the reader says of one kind of thing, and how sure it is in per cent, as it was written."""

    name: str | None = None
    confidence: str | None = None


class Place(Struct, frozen=True):
    """A box, None without the size of the image, and what was written."""

    box: Box | None = None
    raw: dict[str, object] | None = None


Likeliest = dict[str, Word]
_NO_WORD = Word()
_NO_WORDS: Likeliest = dict.fromkeys(_WORDS, _NO_WORD)


def plate_seen(plate: Node, candidates: Node, text: str, confidence: str | None, place: Place) -> PlateSeen:
    """A plate: `plate` holds its region, `candidates` the other readings."""
    region = plate.text("region", "best_region")
    read = ((node.text("plate"), node) for node in candidates.nodes("candidates"))
    others = [(other, node) for other, node in read if other is not None and other != text]
    return PlateSeen(
        raw=text,
        reading=text,
        country=country_of_region(region),
        country_raw=region,
        confidence=ratio(confidence, PER_CENT),
        candidates=tuple((other, ratio(node.text("confidence"), PER_CENT)) for other, node in others[:MAX_CANDIDATES]),
        box=place.box,
    )


def polygon(node: Node, frame: Frame) -> Place:
    """The box around `coordinates`, the four corners of a plate."""
    written = [point.number(axis) for point in node.nodes("coordinates")[:MAX_CORNERS] for axis in ("x", "y")]
    values = [value for value in written if value is not None]
    if not values or len(values) != len(written):
        return Place()
    xs, ys = values[::2], values[1::2]
    return Place(box_in_frame((min(xs), min(ys), max(xs), max(ys)), frame), _raw(values, "corners_in_pixels", frame))


def rectangle(node: Node, frame: Frame) -> Place:
    """A rectangle of x, y, width and height; None when it is missing or empty."""
    x, y = node.number("x"), node.number("y")
    width, height = node.number("width", "w"), node.number("height", "h")
    if x is None or y is None or not width or not height:
        return Place()
    return Place(
        box_in_frame((x, y, x + width, y + height), frame), _raw([x, y, width, height], "xywh_in_pixels", frame)
    )


def _raw(values: list[float], space: str, frame: Frame) -> dict[str, object]:
    return {"values": values, "space": space, "frame_width": frame[0], "frame_height": frame[1]}


def likeliest(vehicle: Node) -> Likeliest:
    """Of each kind of word the one that the reader is surest of."""
    if not vehicle:
        return _NO_WORDS
    return {name: _best(vehicle.nodes(name)) for name in _WORDS}


def vehicle_seen(best: Likeliest, box: Box | None) -> Vehicle:
    """The likeliest of each; a model only when it is one of the likeliest make."""
    body, make, whole = best["body_type"], best["make"], best["make_model"]
    kind = _kind(body)
    prefix, _, model = (whole.name or "").partition("_")
    is_one = bool(model) and prefix == make.name
    used = [word for word, is_used in ((body, kind), (make, make.name), (whole, is_one)) if is_used]
    sure = [value for word in used if (value := ratio(word.confidence, PER_CENT)) is not None]
    return Vehicle(
        kind=kind,
        make=make.name,
        model=model if is_one else None,
        color=COLORS.get(best["color"].name or ""),
        confidence=min(sure, default=None),
        box=box,
    )


def vehicle_raw(best: Likeliest) -> dict[str, object]:
    """The likeliest word of each kind, as it was said, with how sure the reader was of it in per cent."""
    return {
        f"vehicle_{name}": {"name": word.name, "confidence": word.confidence}
        for name, word in best.items()
        if word.name is not None
    }


def _best(nodes: list[Node]) -> Word:
    if not nodes:
        return _NO_WORD
    best = nodes[0] if len(nodes) == 1 else max(nodes, key=lambda node: node.number("confidence") or 0.0)
    return Word(best.text("name"), best.text("confidence"))


def _kind(body: Word) -> str | None:
    return KINDS.get((body.name or "").partition("-")[0])


def country_of_region(region: str | None) -> str | None:
    """The country in front of a region (`us-mo`); a region alone (`mo`) may be a state or a country."""
    country, dash, _ = (region or "").partition("-")
    return country_of_iso(country) if dash and len(country) == _COUNTRY_LETTERS else None


def vehicle_object(best: Likeliest, box: Box | None) -> tuple[DetectedObject, ...]:
    """The vehicle as an object, where the reader saw one."""
    body = best["body_type"]
    if body.name is None and box is None:
        return ()
    sure = ratio(body.confidence, PER_CENT)
    return (DetectedObject(klass="vehicle", class_raw=body.name, confidence=sure, box=box),)


def pictures(whole: Node, plate: Node) -> tuple[Picture, ...]:
    """The crops of plate and vehicle and the whole picture."""
    named: tuple[tuple[ImageKind, str | None], ...] = (
        ("plate", plate.long_text("plate_crop_jpeg") or whole.long_text("plate_crop_jpeg")),
        ("vehicle", whole.long_text("vehicle_crop_jpeg")),
        ("overview", whole.long_text("overview_jpeg")),
    )
    return tuple(Picture(kind, embedded_picture(text)) for kind, text in named if text)
