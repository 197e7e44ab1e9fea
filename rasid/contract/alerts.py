"""What rang, and what people did about it: the events of `rasid.alerts.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.detections import Image
from rasid.contract.fields import Identifier, Ratio, Sha256, UtcTime, Version

AlertKind = Literal["plate", "face", "rule", "health", "travel"]
Priority = Literal["low", "normal", "high", "critical"]


class Match(Struct, frozen=True, kw_only=True):
    """How the read matched the entry; `explanation` says it character by character where it was not exact."""

    mode: Literal["exact", "wildcard", "fuzzy", "face"]
    score: Ratio
    explanation: tuple[str, ...] = ()


class PlatePair(Struct, frozen=True):
    """The plate as read beside the plate on the list."""

    read: str
    entry: str


class AlertRaisedV1(Struct, frozen=True, kw_only=True):
    """Something on a list was seen."""

    alert_id: str
    entry_id: Identifier
    list_id: Identifier
    kind: AlertKind
    priority: Priority
    is_historic: bool
    clock_suspicious: bool
    detection_id: str
    sighting_id: str
    camera_id: Identifier
    site_id: Identifier | None
    captured_at: UtcTime
    received_at: UtcTime
    matched_at: UtcTime
    match: Match
    plate: PlatePair | None = None
    images: tuple[Image, ...] = ()
    case_id: Identifier | None = None
    list_age_seconds: Annotated[float, Meta(ge=0)]


class AlertUpdatedV1(Struct, frozen=True, kw_only=True):
    """The same target was seen again within the alert's passage window."""

    alert_id: str
    version: Version
    count: Annotated[int, Meta(ge=1)]
    last_detection_id: str
    last_camera_id: Identifier
    last_captured_at: UtcTime
    at: UtcTime


class AlertStep(Struct, frozen=True, kw_only=True):
    """What every step of the workflow carries. A comment stays in the store; its digest is here."""

    alert_id: str
    version: Version
    at: UtcTime
    by: str
    agency: Identifier
    comment_sha256: Sha256 | None = None


class AlertAcknowledgedV1(AlertStep, frozen=True, kw_only=True):
    """A person has taken the alert."""


class AlertConfirmedV1(AlertStep, frozen=True, kw_only=True):
    """A person compared the picture with the entry and confirms the match."""


class AlertRejectedV1(AlertStep, frozen=True, kw_only=True):
    """A person compared the picture with the entry and it is not the target."""

    reason: str


class AlertDispatchedV1(AlertStep, frozen=True, kw_only=True):
    """Somebody was sent."""


class AlertResolvedV1(AlertStep, frozen=True, kw_only=True):
    """The alert is over."""

    disposition: str


class AlertEscalatedV1(AlertStep, frozen=True, kw_only=True):
    """Nobody took the alert in time, or somebody passed it up."""
