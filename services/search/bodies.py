"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.runtime.moments import Time
from services.search.coverage import Coverage
from services.search.passage import Passage
from services.search.plate_query import Match
from services.search.query import Asked

MAX_PAGE = 200
MOST_CAMERAS = 1_000
MOST_SITES = 1_000
MOST_SECTORS = 100
MAX_CURSOR = 300


Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
EXAMPLE: JsonDict = {
    "plate": "١٣ ا *٤٥",
    "from_at": "2026-03-01T06:00:00.000Z",
    "to_at": "2026-03-01T12:00:00.000Z",
    "sites": ["bridge-north"],
    "limit": 50,
}


class SearchFields(BaseModel):
    """What is looked for. All that is given must hold; of a list, one of them."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    plate: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description=(
            "A plate in any script and spelling; with `*` for any characters or `?` for one it is a pattern. Without a "
            "plate both times must be given"
        ),
    )
    match: Match | None = Field(
        None,
        description="How `plate` is compared; when left out `wildcard` if it has one, else `exact`",
    )
    from_at: Time | None = Field(None, description="Captured at or after this moment; without it all that is kept")
    to_at: Time | None = Field(None, description="Captured before this moment; without it up to now")
    cameras: list[Identifier] | None = Field(
        None, min_length=1, max_length=MOST_CAMERAS, description="Passed one of these cameras"
    )
    sites: list[Identifier] | None = Field(
        None, min_length=1, max_length=MOST_SITES, description="Passed a camera of one of these sites"
    )
    sectors: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        None, min_length=1, max_length=MOST_SECTORS, description="Passed a camera of a site in one of these sectors"
    )

    def asked(self) -> Asked:
        """The search, without its paging."""
        return Asked(
            plate=self.plate,
            match=self.match,
            from_at=self.from_at,
            to_at=self.to_at,
            cameras=self.cameras,
            sites=self.sites,
            sectors=self.sectors,
        )


class SearchBody(SearchFields):
    """What is looked for. All that is given must hold; of a list, one of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    lookback: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The consent to look back further than 90 days, `lookback_id` of `/v1/lookbacks`, on every page",
    )
    cursor: str | None = Field(None, max_length=MAX_CURSOR, description="`next_cursor` of the page before")
    limit: int = Field(50, ge=1, le=MAX_PAGE, description="Passages a page")


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)


class CandidateAnswer(Answer):
    """Another reading the camera considered."""

    text: str
    confidence: float | None


class PlateAnswer(Answer):
    """The plate as the camera last read it."""

    raw: str = Field(description="Exactly as the camera sent it")
    text: str = Field(description="Normalized: what is compared")
    script: Literal["latin", "arabic", "mixed", "other"]
    country: str | None
    region: str | None
    is_format_valid: bool | None
    confidence: float | None
    candidates: list[CandidateAnswer]
    plate_type: str | None
    color: str | None


class VehicleAnswer(Answer):
    """The vehicle, as far as the camera said; everything may be null."""

    kind: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    confidence: float | None = None
    direction: Literal["approaching", "departing", "forward", "backward"] | None = None
    heading_degrees: float | None = None
    speed_mps: float | None = None


class PictureAnswer(Answer):
    """A picture by its digest: `GET /v1/passages/{passage_id}/pictures/{sha256}` gives a link to it."""

    kind: Literal["plate", "vehicle", "face", "person", "overview"]
    sha256: str
    media_type: str
    size_bytes: int


class TimeQualityAnswer(Answer):
    """How far the camera's time can be trusted."""

    source: Literal["vendor_utc", "vendor_offset", "camera_zone", "received"]
    zone: str | None
    skew_seconds: float | None
    suspicious: bool


class LocationAnswer(Answer):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class PassageAnswer(Answer):
    """One vehicle passing one camera."""

    passage_id: str
    camera_id: str
    site_id: str | None
    captured_at: datetime = Field(description="When it was first seen, by the camera's clock")
    last_captured_at: datetime = Field(description="When it was last seen, by the camera's clock")
    received_at: datetime
    expires_at: datetime = Field(description="From then on it is no longer readable")
    time_quality: TimeQualityAnswer
    vendor_time: str | None
    location: LocationAnswer | None
    plate: PlateAnswer | None = Field(description="Null when no plate could be read")
    plates: list[str] = Field(description="Every text that was read of it, normalized")
    vehicle: VehicleAnswer
    pictures: list[PictureAnswer]
    warnings: list[str]
    detection_ids: list[str] = Field(description="The reads it was merged from")
    has_more_detections: bool = Field(description="There were more reads than are listed")

    @classmethod
    def of(cls, passage: Passage) -> Self:
        """A passage as people see it."""
        seen, reading, vehicle = passage.seen, passage.reading, passage.vehicle
        return cls(
            passage_id=passage.passage_id,
            camera_id=passage.camera_id,
            site_id=passage.site_id,
            captured_at=passage.captured_at,
            last_captured_at=passage.last_captured_at,
            received_at=passage.received_at,
            expires_at=passage.expires_at,
            time_quality=TimeQualityAnswer.model_validate(seen.time_quality),
            vendor_time=seen.vendor_time,
            location=None if seen.location is None else LocationAnswer.model_validate(seen.location),
            plate=None if reading is None else PlateAnswer.model_validate(reading.plate),
            plates=list(passage.plates),
            vehicle=VehicleAnswer() if vehicle is None else VehicleAnswer.model_validate(vehicle.vehicle),
            pictures=[PictureAnswer.model_validate(image) for image in passage.images],
            warnings=list(passage.warnings),
            detection_ids=list(passage.detection_ids),
            has_more_detections=passage.has_more_detections,
        )


class GapAnswer(Answer):
    """From a camera nothing could come (`offline`: its link was down) or nothing came (`silent`: no read, no sign)."""

    camera_id: str
    kind: Literal["offline", "silent"]
    from_at: datetime
    to_at: datetime


class CoverageAnswer(Answer):
    """What is known of the asked cameras: where one was offline or silent, "not seen" is no evidence."""

    from_at: datetime = Field(description="Where the statement begins: nothing is known of what lies before")
    to_at: datetime
    known_since: datetime | None = Field(description="When this service began to record")
    cameras: int = Field(description="Cameras the statement is about")
    offline_cameras: int
    silent_cameras: int = Field(description="Cameras of which nothing came for a whole hour or longer")
    gaps: list[GapAnswer]
    has_more_gaps: bool

    @classmethod
    def of(cls, coverage: Coverage) -> Self:
        """The statement as people see it."""
        return cls.model_validate(coverage)


class PassagePage(Answer):
    """Passages, latest first."""

    items: list[PassageAnswer]
    next_cursor: str | None = Field(
        description="Pass it as `cursor` with the same query for the next page; null on the last one. A page of a "
        "broad pattern may be short and not be the last"
    )
    coverage: CoverageAnswer


class PictureLink(Answer):
    """A link that opens one picture for a short while, for whoever has it."""

    url: str = Field(description="Path on this service, to be fetched without a token", examples=["/v1/media/eyJ..."])
    expires_at: datetime
    media_type: str
    sha256: str
    size_bytes: int
