"""What goes into an adapter and what comes out: plain values, no IO. Structs, as they are made many times a post.

An adapter says what the payload *says*; `normalize.py` turns that into events (identity, time, plates, pictures), the
same way for every make.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from rasid.contract.detections import Count, DetectedObject, ImageKind, Phase, Rule, Vehicle, VendorIds, View
from rasid.contract.devices import Health
from rasid.contract.fields import Box, Location
from rasid.errors import InvalidEvent
from services.ingest.payload import json_document
from services.ingest.payload.charset import first_character, to_utf8
from services.ingest.payload.xml_document import root_name

Dropped = Literal["attribute", "identification"]


class Part(Struct, frozen=True, dict=True):
    """One part of a post: the whole body, or one part of a multipart body. `body` is untouched.

    `media_type` is lower case and without parameters; `charset` is the one its header claims.
    """

    body: bytes
    media_type: str = ""
    charset: str = ""
    name: str = ""
    filename: str = ""

    @cached_property
    def opening(self) -> bytes:
        """The first character that is no blank: what kind of document this may be; empty when there is none."""
        return first_character(self.body)

    @cached_property
    def text(self) -> bytes:
        """The body as UTF-8, whatever it was sent in: for formats that are told by the tags in it."""
        return to_utf8(self.body, self.charset)[0]

    @cached_property
    def xml_root(self) -> str | None:
        """The local name of the first element, without parsing; None when this does not look like XML."""
        return root_name(self.body) if self.opening == b"<" else None

    @property
    def is_json(self) -> bool:
        """Whether it begins as a JSON document does."""
        return self.opening in json_document.OPENINGS

    def json(self) -> Any:
        """The JSON document it is, parsed once whoever asks. Raises InvalidEvent: `json_...`."""
        value, problem = self._parsed
        if problem is not None:
            raise InvalidEvent(problem.reason, problem.detail)
        return value

    @property
    def members(self) -> Collection[str]:
        """The names of the document's own members, of a list those of its first document; none where it is unreadable.

        For formats that are named by one of these: they spare themselves all the other names.
        """
        if not self.is_json:
            return ()
        value = self._parsed[0]
        first = value[0] if type(value) is list and value else value
        return first if type(first) is dict else ()

    @cached_property
    def names(self) -> set[str]:
        """What tells formats in JSON apart: the names of its members at every depth, as far as they can be told."""
        if not self.is_json:
            return set()
        value, problem = self._parsed
        return json_document.names_in(value) if problem is None else json_document.names_written(self.body)

    @cached_property
    def _parsed(self) -> tuple[Any, InvalidEvent | None]:
        try:
            return json_document.parse(self.body, self.charset), None
        except InvalidEvent as error:
            return None, InvalidEvent(error.reason, error.detail)  # without the frames it came through


class Payload(Struct, frozen=True):
    """One post or message of one camera, cut into parts. `warnings` are what had to be tolerated to cut it.

    `topic` is the MQTT topic it came on; `is_retained` that the broker kept it from before and it may be old.
    """

    parts: tuple[Part, ...]
    received_at: datetime
    warnings: tuple[str, ...] = ()
    topic: str = ""
    is_retained: bool = False


class CameraContext(Struct, frozen=True):
    """What the registry knows that reading needs."""

    camera_id: str
    site_id: str | None = None
    time_zone: str | None = None
    skew_seconds: float | None = None
    adapter: str | None = None


class VendorTime(Struct, frozen=True):
    """A time as the vendor wrote it (`text`) and as read: aware when it came with an offset, naive when not.

    `is_utc` marks a text the format defines as UTC, whatever its suffix. `zone` is the one the format defines for its
    local times, where it does: used for cameras that are registered without a zone.
    """

    text: str
    moment: datetime | None
    is_utc: bool = False
    zone: str | None = None


class Picture(Struct, frozen=True):
    """A picture that belongs to a draft; the media type is sniffed from the bytes, never believed."""

    kind: ImageKind
    body: bytes


class PlateSeen(Struct, frozen=True, kw_only=True):
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


class Sighted(Struct, frozen=True):
    """Something was seen that is neither a plate nor a rule that fired; what it was is in the draft's objects."""

    kind: Literal["vehicle", "person", "object"]


class FaceSeen(Struct, frozen=True, kw_only=True):
    """A face; its crop is a picture of kind `face`. Never whose it is.

    `template` is the camera's own, little-endian f16, as `face_reading.packed_template` packs it.
    """

    box: Box | None = None
    quality: float | None = None
    template: bytes | None = None
    template_model: str | None = None


class Counted(Struct, frozen=True, kw_only=True):
    """What the device counted, by class; `interval_seconds` None when it counts on and on, or does not say."""

    counts: dict[str, Count]
    interval_seconds: float | None = None


class Connection(Struct, frozen=True, kw_only=True):
    """The device came or went, as it or its recorder says; `code` is the vendor's own word for it."""

    is_connected: bool
    code: str | None = None


# What a draft is about, one class for each kind of event; `normalize.py` has one builder for each.
Fact = PlateSeen | Sighted | FaceSeen | Rule | Counted | Health | Connection


class Draft(Struct, frozen=True, kw_only=True):
    """One event as the payload says it, before identity, time, plate and pictures are settled.

    `part` is the event's own part of the payload (its hash is in the event id); `vendor_key` the device's track or
    event id, with `vendor_key_is_counter` when the device starts it again. `raw` holds what normalizing replaced, never
    what a camera says of a person.
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


class Refusal(Struct, frozen=True):
    """A part no event could be made of: a stable code and a sentence a camera engineer can act on.

    `part` is what may be kept of it: the part itself, or what is left when it says things about persons.
    """

    reason: str
    detail: str
    part: bytes


class Reading(Struct, frozen=True):
    """All an adapter made of one payload. `dropped` counts what may not be kept; `unknown_fields` what it never saw."""

    drafts: tuple[Draft, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    dropped: dict[Dropped, int] = field(default_factory=dict)
    unknown_fields: int = 0


class Adapter(Protocol):
    """One vendor format: a module or package with a name, a version and two functions."""

    NAME: str
    VERSION: str

    def recognizes(self, part: Part, topic: str, /) -> bool:
        """Whether this part of a post, or message on an MQTT `topic`, is in the adapter's format; never raises."""

    def read(self, payload: Payload) -> Reading:
        """What the payload says. Raises InvalidEvent when nothing in it can be understood."""
