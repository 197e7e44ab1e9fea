"""Alerts and their clips as they go over HTTP."""

from datetime import datetime
from typing import Literal, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from rasid.contract.alerts import AlertKind, Priority
from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.runtime.moments import Time
from services.alerts.alert import Alert, AlertState
from services.alerts.bodies import Answer, Body
from services.alerts.evidence import Clip, State

EXAMPLE_CLIP: JsonDict = {
    "camera_id": "bridge-in",
    "from_at": "2026-03-01T08:10:00.000Z",
    "to_at": "2026-03-01T08:11:00.000Z",
    "reason": "who-was-with-it",
}


class AcknowledgeBody(Body):
    """What a person says when taking an alert; nothing is fine."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "Patrol 4 informed"}]})

    comment: str | None = Field(
        None,
        min_length=1,
        max_length=2000,
        description="Kept with the alert; events carry only its SHA-256",
    )


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


class ClipBody(Body):
    """Which part of what a camera saw is needed, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CLIP]})

    camera_id: str | None = Field(
        None,
        pattern=IDENTIFIER_PATTERN,
        description="A camera that saw the alert's target; the first one when left out",
    )
    from_at: Time = Field(description="Beginning of the window")
    to_at: Time = Field(description="End of the window")
    reason: str = Field(
        pattern="^[a-z][a-z0-9_-]{0,63}$",
        description="Reason code from the agency's list, never free text",
    )


class GapAnswer(Answer):
    """A part of the window that a clip does not show."""

    from_at: datetime
    to_at: datetime


class ClipAnswer(Answer):
    """A clip of an alert: what was asked for, and what became of it. The archive serves the clip itself."""

    evidence_id: str
    version: int = Field(description="Of the last thing the archive said; 0 while it has said nothing")
    state: State
    is_held: bool = Field(description="A case holds it: it stays, however old it gets")
    camera_id: str | None
    from_at: datetime | None
    to_at: datetime | None
    reason: str | None = Field(description="Why it was asked for: `alert_raised` when the platform did by itself")
    requested_by: str | None = Field(description="Null: the platform did by itself, or nobody asked")
    requested_at: datetime | None
    sha256: str | None = Field(description="Digest of the original bytes, to compare a copy with")
    size_bytes: int | None
    media_type: str | None
    gaps: list[GapAnswer]
    stored_at: datetime | None
    failure: str | None = Field(description="Why it could not be had")
    is_retriable: bool | None = Field(description="Whether it may still come")
    erased_at: datetime | None

    @classmethod
    def of(cls, clip: Clip) -> Self:
        """A clip as people see it."""
        return cls.model_validate(clip)


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
    evidence: list[ClipAnswer] = Field(description="Its clips, in the order of their windows")
    is_covert: bool = Field(description="Only the people of its case know of it: act so that nobody else learns of it")
    expires_at: datetime

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """An alert as people see it."""
        return cls.model_validate(alert)


class AlertPage(Answer):
    """Alerts, newest first."""

    items: list[AlertAnswer]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last one")
