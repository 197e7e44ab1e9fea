"""Every event type: its name and version, its data, its topic, its key and what it is about."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from rasid.contract import alerts, audit, detections, devices, evidence, tables
from rasid.contract import topics as t


@dataclass(frozen=True, slots=True)
class EventType:
    """One version of one event type. `key` and `subject` are taken from the data, never chosen by the sender."""

    name: str
    version: int
    data: type[Struct]
    topic: t.Topic
    key: Callable[[Any], str]
    subject: Callable[[Any], str]

    @property
    def dataschema(self) -> str:
        """The CloudEvents `dataschema`: `rasid:<type>:<version>`."""
        return f"rasid:{self.name}:{self.version}"


def _camera(data: Any) -> str:
    return str(data.camera_id)


def _site(data: Any) -> str:
    return str(data.site_id)


def _alert(data: Any) -> str:
    return str(data.alert_id)


def _evidence(data: Any) -> str:
    return str(data.evidence_id)


def _camera_row(data: tables.CameraStateV1) -> str:
    return f"camera:{data.camera_id}"


def _site_row(data: tables.SiteStateV1) -> str:
    return f"site:{data.site_id}"


def _case_row(data: tables.CaseStateV1) -> str:
    return f"case:{data.case_id}"


def _authorization_row(data: tables.AuthorizationStateV1) -> str:
    return f"authorization:{data.authorization_id}"


def _heartbeat_row(_: tables.CaseworkHeartbeatV1) -> str:
    return "heartbeat:casework"


def _audit_key(data: audit.AuditRecordedV1) -> str:
    return data.actor.agency or "unknown"


def _audit_subject(data: audit.AuditRecordedV1) -> str:
    return data.audit_id


def _of_camera(name: str, data: type[Struct], topic: t.Topic) -> EventType:
    return EventType(name, 1, data, topic, key=_camera, subject=_camera)


def _of_site(name: str, data: type[Struct]) -> EventType:
    return EventType(name, 1, data, t.DEVICE_HEALTH, key=_site, subject=_site)


def _of_alert(name: str, data: type[Struct]) -> EventType:
    return EventType(name, 1, data, t.ALERTS, key=_alert, subject=_alert)


def _of_evidence(name: str, data: type[Struct]) -> EventType:
    return EventType(name, 1, data, t.EVIDENCE, key=_evidence, subject=_evidence)


EVENT_TYPES: tuple[EventType, ...] = (
    _of_camera("plate.read", detections.PlateReadV1, t.DETECTIONS),
    _of_camera("vehicle.detected", detections.VehicleDetectedV1, t.DETECTIONS),
    _of_camera("person.detected", detections.PersonDetectedV1, t.DETECTIONS),
    _of_camera("object.detected", detections.ObjectDetectedV1, t.DETECTIONS),
    _of_camera("rule.triggered", detections.RuleTriggeredV1, t.DETECTIONS),
    _of_camera("count.reported", detections.CountReportedV1, t.DETECTIONS),
    _of_camera("face.detected", detections.FaceDetectedV1, t.FACES),
    _of_camera("device.health", devices.DeviceHealthV1, t.DEVICE_HEALTH),
    _of_camera("device.connected", devices.DeviceConnectedV1, t.DEVICE_HEALTH),
    _of_camera("device.disconnected", devices.DeviceDisconnectedV1, t.DEVICE_HEALTH),
    _of_camera("camera.silent", devices.CameraSilentV1, t.DEVICE_HEALTH),
    _of_site("site.health", devices.SiteHealthV1),
    _of_site("site.outage", devices.SiteOutageV1),
    _of_site("site.recovered", devices.SiteRecoveredV1),
    EventType("camera.state", 1, tables.CameraStateV1, t.CAMERAS, key=_camera_row, subject=_camera_row),
    EventType("site.state", 1, tables.SiteStateV1, t.CAMERAS, key=_site_row, subject=_site_row),
    EventType("case.state", 1, tables.CaseStateV1, t.CASES, key=_case_row, subject=_case_row),
    EventType(
        "authorization.state",
        1,
        tables.AuthorizationStateV1,
        t.CASES,
        key=_authorization_row,
        subject=_authorization_row,
    ),
    EventType(
        "casework.heartbeat",
        1,
        tables.CaseworkHeartbeatV1,
        t.CASES,
        key=_heartbeat_row,
        subject=_heartbeat_row,
    ),
    _of_alert("alert.raised", alerts.AlertRaisedV1),
    _of_alert("alert.updated", alerts.AlertUpdatedV1),
    _of_alert("alert.acknowledged", alerts.AlertAcknowledgedV1),
    _of_alert("alert.confirmed", alerts.AlertConfirmedV1),
    _of_alert("alert.rejected", alerts.AlertRejectedV1),
    _of_alert("alert.dispatched", alerts.AlertDispatchedV1),
    _of_alert("alert.resolved", alerts.AlertResolvedV1),
    _of_alert("alert.escalated", alerts.AlertEscalatedV1),
    _of_evidence("evidence.requested", evidence.EvidenceRequestedV1),
    _of_evidence("evidence.stored", evidence.EvidenceStoredV1),
    _of_evidence("evidence.failed", evidence.EvidenceFailedV1),
    _of_evidence("evidence.held", evidence.EvidenceHeldV1),
    _of_evidence("evidence.released", evidence.EvidenceReleasedV1),
    _of_evidence("evidence.erased", evidence.EvidenceErasedV1),
    EventType("audit.recorded", 1, audit.AuditRecordedV1, t.AUDIT, key=_audit_key, subject=_audit_subject),
)

BY_DATA: dict[type[Struct], EventType] = {kind.data: kind for kind in EVENT_TYPES}
BY_SCHEMA: dict[str, EventType] = {kind.dataschema: kind for kind in EVENT_TYPES}
NAMES: frozenset[str] = frozenset(kind.name for kind in EVENT_TYPES)
