"""What a camera can say about what is before it: objects, plates, vehicles, rules, and the pictures themselves."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from rasid.contract.fields import Box, Degrees, Ratio, Sha256

ObjectClass = Literal["vehicle", "person", "face", "plate", "animal", "bag", "other", "unknown"]
Script = Literal["latin", "arabic", "mixed", "other"]
Direction = Literal["approaching", "departing", "forward", "backward"]
ImageKind = Literal["plate", "vehicle", "face", "person", "overview"]
RuleState = Literal["start", "stop", "pulse"]
RuleKind = Literal[
    "line_crossed",
    "zone_intrusion",
    "zone_entered",
    "zone_left",
    "loitering",
    "motion",
    "tamper",
    "digital_input",
    "audio",
    "crowd",
    "wrong_way",
    "parking",
    "speeding",
    "red_light",
    "other",
]


class DetectedObject(Struct, frozen=True, kw_only=True):
    """One object in the picture.

    Attributes:
        object_id: The device's id of the object, as text
        parent_id: The object it belongs to: a plate's vehicle, a face's person
        klass: What it is, in our words
        class_raw: What it is, in the vendor's words
        confidence: How sure the camera is of the class; null when not given
        box: Where it is in the picture; null when the frame size is unknown
        color: Its colors, the most likely first
    """

    object_id: str | None = None
    parent_id: str | None = None
    klass: ObjectClass = field(name="class", default="unknown")
    class_raw: str | None = None
    confidence: Ratio | None = None
    box: Box | None = None
    color: tuple[str, ...] = ()


class Image(Struct, frozen=True, kw_only=True):
    """A picture by reference: the bytes are in the object store, never in an event.

    Attributes:
        kind: What it shows
        sha256: Digest of the original bytes
        media_type: Told from the bytes, not from what the camera says
        size_bytes: Length of the original bytes
        uri: Opaque reference for the picture routes; null when the picture was not kept
    """

    kind: ImageKind
    sha256: Sha256
    media_type: str
    size_bytes: Annotated[int, Meta(ge=0)]
    uri: str | None = None


class View(Struct, frozen=True, kw_only=True):
    """Where a PTZ camera looked at that moment.

    Attributes:
        preset: Name or number of the preset it stood on
        pan_degrees: Pan as the device gives it
        tilt_degrees: Tilt as the device gives it
        zoom: Zoom as the device gives it
    """

    preset: str | None = None
    pan_degrees: float | None = None
    tilt_degrees: float | None = None
    zoom: float | None = None


class Candidate(Struct, frozen=True):
    """Another reading of the same plate.

    Attributes:
        text: The other reading, normalized
        confidence: How sure the camera is of it; null when not given
    """

    text: str
    confidence: Ratio | None = None


class Plate(Struct, frozen=True, kw_only=True):
    """A plate as read and in its normalized form. A plate is text, never a number: leading zeros count.

    Attributes:
        raw: The text exactly as the camera sent it
        text: The normalized form: what is compared, indexed and searched
        script: The script of the raw text
        country: ISO 3166-1 alpha-2, where the camera or the grammar is sure of it
        country_raw: The vendor's own country text or code number
        region: Governorate, wilaya or state, where the grammar tells it
        fields: The parts of the plate by its country's grammar, by name
        is_format_valid: Whether it fits its country's grammar; null when there is no grammar for it
        confidence: How sure the camera is of the whole text; null when not given
        character_confidences: The same per character; empty when not given
        candidates: Other readings the camera considered
        box: Where the plate is in the picture; null when the frame size is unknown
        plate_type: The vendor's word for the kind of plate
        color: The plate's background, in the vendor's word
        list_mode: What the camera's own list says (allow, block ...): a hint, never a hit
    """

    raw: str
    text: Annotated[str, Meta(min_length=1)]
    script: Script
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")] | None = None
    country_raw: str | None = None
    region: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    is_format_valid: bool | None = None
    confidence: Ratio | None = None
    character_confidences: tuple[Ratio, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    box: Box | None = None
    plate_type: str | None = None
    color: str | None = None
    list_mode: str | None = None


class Vehicle(Struct, frozen=True, kw_only=True):
    """A vehicle, as far as the camera says; everything may be null.

    Attributes:
        kind: Car, truck, bus, motorcycle ... as the camera classifies
        make: Brand
        model: Model
        color: Color
        confidence: How sure the camera is of kind, make and model together
        direction: As the camera sees it (approaching, departing) or along the lane (forward, backward)
        heading_degrees: Direction of travel, clockwise from north
        speed_mps: Speed in metres per second
        box: Where the vehicle is in the picture; null when the frame size is unknown
    """

    kind: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    confidence: Ratio | None = None
    direction: Direction | None = None
    heading_degrees: Degrees | None = None
    speed_mps: Annotated[float, Meta(ge=0)] | None = None
    box: Box | None = None


class Rule(Struct, frozen=True, kw_only=True):
    """A rule of the camera's own that fired.

    Attributes:
        kind: What the rule watches for, in our words
        name: What the engineer called the rule on the device
        state: Whether it begins, ends or is a single moment
        direction: Direction of the crossing, in the vendor's word
        region: Corners of the line or zone, `[x, y]` on 0-1, origin top left
    """

    kind: RuleKind
    name: str | None = None
    state: RuleState = "pulse"
    direction: str | None = None
    region: tuple[tuple[Ratio, Ratio], ...] = ()


class Face(Struct, frozen=True, kw_only=True):
    """A face as seen: never whose it is, nor anything about the person.

    Attributes:
        box: Where the face is in the picture; null when the frame size is unknown
        quality: How well it can be seen, as the camera says; null when not given
        template: The camera's own template, base64 of little-endian f16; null when it gives only a crop
        template_model: What made the template: templates of different models are never compared
        template_dims: How many numbers the template has
    """

    box: Box | None = None
    quality: Ratio | None = None
    template: str | None = None
    template_model: str | None = None
    template_dims: Annotated[int, Meta(ge=1)] | None = None


class Count(Struct, frozen=True, kw_only=True):
    """How many of one class, as far as the camera says; null when it does not.

    Attributes:
        in_: How many came in
        out: How many went out
        total: How many there are, or were in all
    """

    in_: Annotated[int, Meta(ge=0)] | None = field(name="in", default=None)
    out: Annotated[int, Meta(ge=0)] | None = None
    total: Annotated[int, Meta(ge=0)] | None = None
