"""What rang, and what people did about it: the events of `rasid.alerts.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.detections import Image
from rasid.contract.fields import Identifier, Ratio, Sha256, UtcTime, Version

AlertKind = Literal["plate", "face", "rule", "health", "travel"]
Priority = Literal["low", "normal", "high", "critical"]
MatchMode = Literal["exact", "wildcard", "fuzzy", "face"]


class Match(Struct, frozen=True, kw_only=True):
    """How what was seen matched the entry.

    Attributes:
        mode: How it was compared
        score: 1 for an exact match
        explanation: Which characters were taken for which; empty for an exact match
    """

    mode: MatchMode
    score: Ratio
    explanation: tuple[str, ...] = ()


class PlatePair(Struct, frozen=True):
    """The plate as read beside the plate on the list, for a person to compare.

    Attributes:
        read: As the camera read it
        entry: As it stands on the list
    """

    read: str
    entry: str


class AlertRaisedV1(Struct, frozen=True, kw_only=True):
    """Something on a list was seen.

    Attributes:
        alert_id: The alert: made of the entry and the first sighting, so that it rings once
        entry_id: The list entry that was hit
        list_id: The list it is on
        kind: What kind of thing was found
        priority: As the entry says
        is_historic: It was held back by the device or the spool: it does not ring as live
        clock_suspicious: It rings although the camera's clock cannot be believed
        detection_id: CloudEvents id of the detection that hit
        sighting_id: Its sighting
        camera_id: Which camera saw it
        site_id: Where; null when the camera has no site
        captured_at: When it was seen
        received_at: When the detection arrived
        matched_at: When it was matched
        match: How it matched
        plate: Read and entry side by side; null when it is not about a plate
        images: The pictures that came with the detection
        case_id: The case the entry belongs to
        list_age_seconds: How old the list in the matcher's memory was
        is_covert: Only the people of its case may know of it
    """

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
    is_covert: bool = False


class AlertUpdatedV1(Struct, frozen=True, kw_only=True):
    """The alert changed by itself: its target was seen again within its passage window, or a clip of it changed.

    Attributes:
        alert_id: The alert
        version: Of the alert; only grows
        count: How many reads the alert now stands for
        last_detection_id: CloudEvents id of the latest detection
        last_camera_id: Which camera saw it last
        last_captured_at: When that was
        at: When the alert was updated
        by: Null: the platform did it by itself
        agency: Null: the platform did it by itself
        comment_sha256: Null: there is no comment
    """

    alert_id: str
    version: Version
    count: Annotated[int, Meta(ge=1)]
    last_detection_id: str
    last_camera_id: Identifier
    last_captured_at: UtcTime
    at: UtcTime
    by: str | None = None
    agency: Identifier | None = None
    comment_sha256: Sha256 | None = None


class AlertStep(Struct, frozen=True, kw_only=True):
    """What every step of the workflow carries. A comment stays in the store; its digest is here.

    Attributes:
        alert_id: The alert
        version: Of the alert; only grows
        at: When it was done
        by: Subject of the token of who did it
        agency: Agency of who did it
        comment_sha256: Digest of the comment; null when there is none
    """

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
    """A person compared the picture with the entry and it is not the target.

    Attributes:
        reason: Short code of why not, such as `misread`
    """

    reason: str


class AlertDispatchedV1(AlertStep, frozen=True, kw_only=True):
    """Somebody was sent."""


class AlertResolvedV1(AlertStep, frozen=True, kw_only=True):
    """The alert is over.

    Attributes:
        disposition: Short code of how it ended, such as `vehicle_recovered`
    """

    disposition: str


class AlertEscalatedV1(AlertStep, frozen=True, kw_only=True):
    """Nobody took the alert in time, or somebody passed it up."""
