"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from rasid.contract.alerts import AlertKind, Priority
from services.alerts.alert import Alert, AlertState
from services.alerts.entry import Entry
from services.alerts.rules import to_milliseconds


def _utc(moment: datetime) -> datetime:
    return to_milliseconds(moment.astimezone(UTC))


# Strict JSON has no times: text with an offset is what is meant.
Time = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_utc)]
EXAMPLE_ENTRY: JsonDict = {
    "plate": "١٣ ا ١٢٣٤٥",
    "country": "IQ",
    "reason": "stolen-vehicle",
    "priority": "high",
    "valid_from": "2026-03-01T08:00:00.000Z",
    "valid_to": "2026-06-01T00:00:00.000Z",
}


class Body(BaseModel):
    """A body that comes in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class EntryBody(Body):
    """What an agency looks for, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ENTRY]})

    plate: str = Field(
        min_length=1,
        max_length=64,
        description="The plate in any script, with or without separators; matched in its normalized form",
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Country of the plate, ISO 3166-1 alpha-2; shown beside a match, it does not narrow it",
    )
    reason: str = Field(
        pattern="^[a-z][a-z0-9_-]{0,63}$",
        description="Reason code from the agency's list, never free text",
    )
    priority: Priority = Field("normal", description="How urgent an alert from this entry is")
    valid_from: Time | None = Field(None, description="In force from this moment; from now when left out")
    valid_to: Time | None = Field(None, description="In force until just before this moment; until ended when left out")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            message = "valid_to must be later than valid_from"
            raise ValueError(message)
        return self


class AcknowledgeBody(Body):
    """What a person says when taking an alert; nothing is fine."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Patrol 4 informed"}]})

    comment: str | None = Field(
        None,
        min_length=1,
        max_length=2000,
        description="Kept with the alert; events carry only its SHA-256",
    )


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)


class EntryAnswer(Answer):
    """A watchlist entry."""

    entry_id: str
    list_id: str
    agency: str
    case_id: str
    kind: Literal["plate"]
    plate: str = Field(description="As it was given")
    plate_normalized: str = Field(description="What reads are compared with")
    country: str | None
    reason: str
    priority: Priority
    valid_from: datetime
    valid_to: datetime | None
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    version: int = Field(description="The ETag of this entry")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """An entry as people see it."""
        terms = entry.terms
        return cls(
            entry_id=entry.entry_id,
            list_id=entry.list_id,
            agency=entry.agency,
            case_id=entry.case_id,
            kind="plate",
            plate=terms.plate_raw,
            plate_normalized=terms.plate,
            country=terms.country,
            reason=terms.reason,
            priority=terms.priority,
            valid_from=terms.valid_from,
            valid_to=terms.valid_to,
            created_by=entry.created_by,
            created_at=entry.created_at,
            changed_by=entry.changed_by,
            changed_at=entry.changed_at,
            version=entry.version,
        )


class EntryPage(Answer):
    """Entries in the order of their ids."""

    items: list[EntryAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")


class PlatePairAnswer(Answer):
    """The plate as read beside the plate on the list, for a person to compare."""

    read: str
    entry: str


class MatchAnswer(Answer):
    """How the read matched the entry, and what to look at before acting on it."""

    mode: Literal["exact", "wildcard", "fuzzy", "face"]
    score: float
    explanation: list[str]


class ImageAnswer(Answer):
    """A picture by reference."""

    kind: Literal["plate", "vehicle", "face", "person", "overview"]
    sha256: str
    media_type: str
    size_bytes: int
    uri: str | None


class AcknowledgementAnswer(Answer):
    """Who took the alert."""

    by: str
    at: datetime
    comment: str | None


class AlertAnswer(Answer):
    """An alert: what rang, how often the target was seen since, and what was done about it."""

    alert_id: str
    entry_id: str
    list_id: str
    agency: str
    case_id: str
    kind: AlertKind
    priority: Priority
    state: AlertState
    is_historic: bool = Field(description="The read came late; it did not ring")
    clock_suspicious: bool = Field(
        description="The camera's clock is wrong or unknown: its times are not to be trusted"
    )
    detection_id: str
    sighting_id: str
    camera_id: str
    site_id: str | None
    captured_at: datetime
    received_at: datetime
    matched_at: datetime
    match: MatchAnswer
    plate: PlatePairAnswer
    plate_normalized: str = Field(description="What was compared")
    images: list[ImageAnswer]
    list_age_seconds: float = Field(description="How old the watchlist in the matcher's memory was")
    count: int = Field(description="Sightings within the passage window")
    last_detection_id: str
    last_camera_id: str
    last_captured_at: datetime
    version: int = Field(description="The ETag of this alert")
    acknowledged: AcknowledgementAnswer | None
    expires_at: datetime

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """An alert as people see it."""
        return cls.model_validate(alert)


class AlertPage(Answer):
    """Alerts, newest first."""

    items: list[AlertAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")
