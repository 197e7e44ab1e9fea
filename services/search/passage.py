"""A passage: one vehicle passing one camera, as far as everything read of it says. No IO.

Each of its parts comes from the read that knows it best, and remembers which: so two passages can be joined in any
order, and what was joined twice changes nothing.
"""

from datetime import datetime

from msgspec import Struct

from rasid.contract.detections import Adapter, Image, Plate, TimeQuality, Vehicle, View
from rasid.contract.fields import Location


class Seen(Struct, frozen=True, kw_only=True):
    """When and from where: of the earliest read, with where its camera looked and stood."""

    detection_id: str
    time_quality: TimeQuality
    vendor_time: str | None = None
    view: View | None = None
    location: Location | None = None
    adapter: Adapter


class PlateReading(Struct, frozen=True, kw_only=True):
    """The plate: of the read with the highest revision, for that is the camera's last word."""

    revision: int
    detection_id: str
    plate: Plate


class VehicleReading(Struct, frozen=True, kw_only=True):
    """The vehicle: of the read with the highest revision that says anything of it."""

    revision: int
    detection_id: str
    vehicle: Vehicle


class Passage(Struct, frozen=True, kw_only=True):
    """One vehicle before one camera.

    * `plates`: every normalized text that was read of it: a passage is found by each of them;
    * `captured_at`, `last_captured_at`: by the camera's clock, of the first and the last read of it;
    * `received_at`: when the first of them arrived; `expires_at` counts from there, never from a camera's clock;
    * `detection_ids`: the reads it was merged from, as many as are kept (`has_more_detections`: there were more).
    """

    passage_id: str
    sighting_id: str
    camera_id: str
    site_id: str | None
    captured_at: datetime
    last_captured_at: datetime
    received_at: datetime
    expires_at: datetime
    seen: Seen
    plates: tuple[str, ...] = ()
    reading: PlateReading | None = None
    vehicle: VehicleReading | None = None
    images: tuple[Image, ...] = ()
    warnings: tuple[str, ...] = ()
    detection_ids: tuple[str, ...]
    has_more_detections: bool = False
