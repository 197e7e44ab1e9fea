"""What goes into an adapter and what comes out: plain values, no IO.

An adapter says what the payload *says*; `normalize.py` turns that into events (identity, time, plates, pictures), the
same way for every make.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from rasid.contract.detections import DetectedObject, ImageKind, Phase, Rule, Vehicle, VendorIds, View
from rasid.contract.devices import Health
from rasid.contract.fields import Box, Location

Dropped = Literal["attribute", "identification"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a post: the whole body, or one part of a multipart body. `body` is untouched.

    `media_type` is lower case and without parameters; `charset` is the one its header claims.
    """

    body: bytes
    media_type: str = ""
    name: str = ""
    filename: str = ""
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """One post of one camera, cut into parts. `warnings` are what had to be tolerated to cut it."""

    parts: tuple[Part, ...]
    received_at: datetime
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CameraContext:
    """What the registry knows that reading needs."""

    camera_id: str
    site_id: str | None = None
    time_zone: str | None = None
    skew_seconds: float | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class VendorTime:
    """A time as the vendor wrote it (`text`) and as read: aware when it came with an offset, naive when not.

    `is_utc` marks a text the format defines as UTC, whatever its suffix.
    """

    text: str
    moment: datetime | None
    is_utc: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that belongs to a draft; the media type is sniffed from the bytes, never believed."""

    kind: ImageKind
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSeen:
    """A plate as the device gives it: `raw` unaltered, `reading` without what the format adds to the plate's text.

    The text may also say that nothing was legible ("unknown", "--", nothing). `country` only where the device leaves
    no doubt; `character_confidences` as many as the device gave, they are lined up with the text later.
    """

    raw: str
    reading: str
    country: str | None = None
    country_raw: str | None = None
    confidence: float | None = None
    character_confidences: tuple[float, ...] = ()
    candidates: tuple[tuple[str, float | None], ...] = ()
    box: Box | None = None
    plate_type: str | None = None
    color: str | None = None
    list_mode: str | None = None


@dataclass(frozen=True, slots=True)
class Sighted:
    """Something was seen that is neither a plate nor a rule that fired; what it was is in the draft's objects."""

    kind: Literal["vehicle"]


# What a draft is about, one class for each kind of event; `normalize.py` has one builder for each.
Fact = PlateSeen | Sighted | Rule | Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One event as the payload says it, before identity, time, plate and pictures are settled.

    `part` is the event's own part of the payload (its hash is in the event id); `vendor_key` the device's track or
    event id, with `vendor_key_is_counter` when the device starts it again.
    """

    part: bytes
    time: VendorTime
    fact: Fact
    vendor_key: str | None = None
    vendor_key_is_counter: bool = False
    revision: int = 0
    phase: Phase = "new"
    is_replay: bool = False
    vendor: VendorIds = field(default_factory=VendorIds)
    vehicle: Vehicle = field(default_factory=Vehicle)
    objects: tuple[DetectedObject, ...] = ()
    pictures: tuple[Picture, ...] = ()
    view: View | None = None
    location: Location | None = None
    raw: dict[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A part no event could be made of: a stable code and a sentence a camera engineer can act on.

    `part` is what may be kept of it: the part itself, or what is left when it says things about persons.
    """

    reason: str
    detail: str
    part: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """All an adapter made of one payload. `dropped` counts what may not be kept; `unknown_fields` what it never saw."""

    drafts: tuple[Draft, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    dropped: dict[Dropped, int] = field(default_factory=dict)
    unknown_fields: int = 0


class Adapter(Protocol):
    """One vendor format: a module or package with a name, a version and two functions."""

    NAME: str
    VERSION: str

    def recognizes(self, payload: Payload) -> bool:
        """Whether this payload is in the adapter's format, by its content type and content; never raises."""

    def read(self, payload: Payload) -> Reading:
        """What the payload says. Raises InvalidEvent when nothing in it can be understood."""
