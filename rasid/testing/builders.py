"""Valid events with sensible values; a test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from rasid.contract.detections import Adapter, Plate, PlateReadV1, TimeQuality
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id, event_id, evidence_id, sighting_id
from rasid.contract.evidence import EvidenceStep, EvidenceStoredV1
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseStateV1
from rasid.testing.clock import START

E = TypeVar("E", bound=EvidenceStep)


def plate_read(
    plate: str = "13A12345",
    *,
    camera_id: str = "cam-1",
    track: str = "1",
    received_at: datetime = START,
    **changes: Any,
) -> Event[PlateReadV1]:
    """A read of `plate` by `camera_id`; `track` names the vehicle's passage, `changes` replace fields of the data."""
    sighting = sighting_id(camera_id, track)
    fields: dict[str, Any] = {
        "camera_id": camera_id,
        "site_id": None,
        "sighting_id": sighting,
        "revision": 0,
        "phase": "new",
        "is_replay": False,
        "captured_at": utc_text(received_at - timedelta(milliseconds=300)),
        "received_at": utc_text(received_at),
        "time_quality": TimeQuality(source="vendor_offset"),
        "adapter": Adapter(name="hikvision", version="1"),
        "plate": Plate(raw=plate, text=plate, script="latin"),
    }
    data = PlateReadV1(**(fields | changes))
    identity = event_id(
        camera_id=camera_id,
        adapter="hikvision",
        type_name="plate.read",
        ordinal=0,
        sighting=data.sighting_id,
        revision=data.revision,
        part=plate.encode(),
    )
    return new_event(identity, f"/ingest/hikvision/{camera_id}", received_at, data)


def case_state(case_id: str = "case-1", **changes: Any) -> Event[CaseStateV1]:
    """An open investigation of the police with `officer-1` assigned; `changes` replace fields of the data."""
    fields: dict[str, Any] = {
        "case_id": case_id,
        "agency": "police",
        "kind": "investigation",
        "state": "open",
        "assigned": ("officer-1",),
        "opened_at": utc_text(START),
        "version": 1,
    }
    data = CaseStateV1(**(fields | changes))
    return new_event(f"{case_id}-{data.version}", "/casework", START, data)


def evidence_said(kind: type[E], *, alert_id: str | None = "alert-1", version: int = 1, **facts: Any) -> Event[E]:
    """What the archive says of the clip of `cam-1` of an alert of the police, at START + `version` seconds."""
    at = START + timedelta(seconds=version)
    fields: dict[str, Any] = {
        "evidence_id": evidence_id(alert_id or "", "cam-1"),
        "version": version,
        "alert_id": alert_id,
        "agency": "police",
        "at": utc_text(at),
    }
    data = kind(**(fields | facts))
    return new_event(caused_id(data.evidence_id, str(data.version)), "/archive", at, data)


def clip_stored(**changes: Any) -> Event[EvidenceStoredV1]:
    """The clip of `cam-1` around START is in the archive; `changes` replace fields of the data."""
    facts: dict[str, Any] = {
        "camera_id": "cam-1",
        "object": "clips/ab/abcd",
        "version_id": "1",
        "sha256": "ab" * 32,
        "size_bytes": 1_000,
        "media_type": "video/mp4",
        "from_at": utc_text(START - timedelta(seconds=10)),
        "to_at": utc_text(START + timedelta(seconds=20)),
    }
    return evidence_said(EvidenceStoredV1, **(facts | changes))
