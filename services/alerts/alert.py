"""An alert: what rang, how often its target was seen since, and what a person did about it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from rasid.contract import event_ids
from rasid.contract.alerts import (
    AlertAcknowledgedV1,
    AlertKind,
    AlertRaisedV1,
    AlertUpdatedV1,
    Match,
    PlatePair,
    Priority,
)
from rasid.contract.detections import Image
from rasid.contract.envelope import Event, new_event
from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import utc_text
from services.alerts.evidence import Asked, Clip, Evidence, clips, evidence_id, requested_event

SOURCE = "/alerts"

AlertState = Literal["new", "acknowledged"]


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """Who took the alert, when, and what they wrote."""

    by: str
    at: datetime
    comment: str | None = None


class Alert(Struct, frozen=True, kw_only=True):
    """An alert as stored.

    `version` grows with every change. `step_version` is the version of the last change a *person* made: who has
    seen that one or a later one may take the next step, however often the target was seen since.
    """

    alert_id: str = field(name="_id")
    entry_id: str
    list_id: str
    agency: str
    case_id: str
    kind: AlertKind = "plate"
    priority: Priority
    state: AlertState = "new"
    is_historic: bool
    clock_suspicious: bool
    detection_id: str
    sighting_id: str
    camera_id: str
    site_id: str | None
    captured_at: datetime
    received_at: datetime
    matched_at: datetime
    match: Match
    plate: PlatePair
    plate_normalized: str
    images: tuple[Image, ...]
    list_age_seconds: float
    count: int = 1
    last_detection_id: str
    last_camera_id: str
    last_captured_at: datetime
    version: int = 1
    step_version: int = 1
    acknowledged: Acknowledgement | None = None
    evidence_by_id: dict[str, Evidence] = field(default_factory=dict, name="evidence")
    is_covert: bool = False
    expires_at: datetime

    def is_seen_under(self, agency: str, case_id: str) -> bool:
        """Whether people of an agency who work under this case may know of it."""
        return self.agency == agency and (not self.is_covert or self.case_id == case_id)

    @property
    def evidence(self) -> tuple[Clip, ...]:
        """What its clips are now."""
        return clips(self.evidence_by_id)


@dataclass(frozen=True, slots=True)
class Step:
    """A step a person takes: who, for which agency, when, and what they wrote."""

    by: str
    agency: str
    at: datetime
    comment: str | None = None


def raised_event(alert: Alert) -> Event[AlertRaisedV1]:
    """The event that it rang. Made from the stored alert, so that publishing it again says the same."""
    data = AlertRaisedV1(
        alert_id=alert.alert_id,
        entry_id=alert.entry_id,
        list_id=alert.list_id,
        kind=alert.kind,
        priority=alert.priority,
        is_historic=alert.is_historic,
        clock_suspicious=alert.clock_suspicious,
        detection_id=alert.detection_id,
        sighting_id=alert.sighting_id,
        camera_id=alert.camera_id,
        site_id=alert.site_id,
        captured_at=utc_text(alert.captured_at),
        received_at=utc_text(alert.received_at),
        matched_at=utc_text(alert.matched_at),
        match=alert.match,
        plate=alert.plate,
        images=alert.images,
        case_id=alert.case_id,
        list_age_seconds=alert.list_age_seconds,
        is_covert=alert.is_covert,
    )
    return new_event(event_ids.caused_id(alert.detection_id, alert.entry_id), SOURCE, alert.matched_at, data)


def clip_requests(alert: Alert) -> list[Event[EvidenceRequestedV1]]:
    """The events that the platform asked for clips when the alert was raised; publishing them again says the same."""
    kept = alert.evidence_by_id.values()
    return [_requested(alert, one.asked) for one in kept if one.asked is not None and one.asked.by is None]


def ask(alert: Alert, asked: Asked) -> tuple[Alert, Event[EvidenceRequestedV1]]:
    """The alert after a person has asked for a clip, and the event that says so."""
    kept = alert.evidence_by_id | {evidence_id(alert.alert_id, asked): Evidence(asked=asked)}
    return replace(alert, version=alert.version + 1, evidence_by_id=kept), _requested(alert, asked)


def updated_event(alert: Alert, causing_id: str, at: datetime) -> Event[AlertUpdatedV1]:
    """The event that the alert changed by itself, caused by a read or by what the archive said of a clip."""
    data = AlertUpdatedV1(
        alert_id=alert.alert_id,
        version=alert.version,
        count=alert.count,
        last_detection_id=alert.last_detection_id,
        last_camera_id=alert.last_camera_id,
        last_captured_at=utc_text(alert.last_captured_at),
        at=utc_text(at),
    )
    return new_event(event_ids.caused_id(causing_id, alert.alert_id), SOURCE, at, data)


def acknowledge(alert: Alert, step: Step) -> tuple[Alert, Event[AlertAcknowledgedV1]]:
    """The alert after a person has taken it, and the event that says so."""
    version = alert.version + 1
    taken = Acknowledgement(by=step.by, at=step.at, comment=step.comment)
    changed = replace(alert, state="acknowledged", version=version, step_version=version, acknowledged=taken)
    data = AlertAcknowledgedV1(
        alert_id=alert.alert_id,
        version=version,
        at=utc_text(step.at),
        by=step.by,
        agency=step.agency,
        comment_sha256=None if step.comment is None else sha256(step.comment.encode()).hexdigest(),
    )
    return changed, new_event(event_ids.caused_id(alert.alert_id, str(version)), SOURCE, step.at, data)


def _requested(alert: Alert, asked: Asked) -> Event[EvidenceRequestedV1]:
    return requested_event(asked, alert_id=alert.alert_id, case_id=alert.case_id, agency=alert.agency)
