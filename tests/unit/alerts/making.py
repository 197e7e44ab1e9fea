"""Entries, hits and settlements for the tests of the alerts service."""

from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from rasid.contract.detections import PlateReadV1, TimeQuality
from rasid.contract.envelope import Event, new_event
from rasid.contract.fields import parse_utc, utc_text
from rasid.contract.tables import AuthorizationStateV1
from rasid.runtime.metrics import Metrics
from rasid.testing.builders import plate_read
from rasid.testing.clock import START, ManualClock
from rasid.testing.publishing import RecordingPublisher
from services.alerts.covert_steps import approve, ask
from services.alerts.entry import Entry, EntryTerms
from services.alerts.evidence import Around
from services.alerts.matched import Matched
from services.alerts.rules import Limits, timing
from services.alerts.settlement import Settlement
from services.alerts.settling import Memory
from tests.support.alert_store import MemoryStore

PLATE = "13A12345"
AROUND = Around(before_seconds=10, after_seconds=20)
DAY = timedelta(days=1)


def entry(entry_id: str = "entry-1", plate: str = PLATE, **changes: Any) -> Entry:
    terms = {
        "plate_raw": plate,
        "plate": plate,
        "country": None,
        "reason": "stolen_vehicle",
        "priority": "high",
        "valid_from": START - DAY,
        "valid_to": None,
    }
    fields: dict[str, Any] = {
        "entry_id": entry_id,
        "list_id": "stolen",
        "agency": "police",
        "case_id": "case-1",
        "created_by": "officer-1",
        "created_at": START - DAY,
        "changed_by": "officer-1",
        "changed_at": START - DAY,
        "version": 1,
        "request_sha256": "0" * 64,
    }
    terms |= {name: changes.pop(name) for name in list(changes) if name in terms}
    return Entry(terms=EntryTerms(**terms), **(fields | changes))


def covert(one: Entry, *, authorization_id: str | None = None, by: str | None = "chief") -> Entry:
    """The entry as a covert one that `by` has approved (None: nobody has yet)."""
    row = None if authorization_id is None else authorization(authorization_id).data
    asked = ask(one, "cpc-87", row, valid_seconds=DAY.total_seconds())
    assert asked.covert is not None
    return asked if by is None else approve(asked, asked.covert.consent.digest, by=by, at=one.created_at)


def authorization(authorization_id: str = "auth-1", **changes: Any) -> Event[AuthorizationStateV1]:
    """A granted one of `case-1`, for a day before and after START."""
    fields: dict[str, Any] = {
        "authorization_id": authorization_id,
        "case_id": "case-1",
        "objective": "find-suspect",
        "legal_basis": "cpc-87",
        "authority": "court-1",
        "state": "granted",
        "valid_from": utc_text(START - DAY),
        "valid_to": utc_text(START + DAY),
        "version": 1,
    }
    data = AuthorizationStateV1(**(fields | changes))
    return new_event(f"{authorization_id}-{data.version}", "/casework", START, data)


def read(
    *,
    seen: float = 0.0,
    received: float | None = None,
    camera_id: str = "cam-1",
    track: str = "1",
    skew: float | None = 0.0,
    **changes: Any,
) -> Event[PlateReadV1]:
    """A read taken `seen` seconds after START and received `received` seconds after it (0.3 s later when not given)."""
    received_at = START + timedelta(seconds=seen + 0.3 if received is None else received)
    quality = {"time_quality": TimeQuality(source="vendor_offset", skew_seconds=skew)}
    captured = {"captured_at": utc_text(START + timedelta(seconds=seen))}
    return plate_read(
        PLATE,
        camera_id=camera_id,
        track=track,
        received_at=received_at,
        **(quality | captured | changes),
    )


def matched(event: Event[PlateReadV1], to: Entry | None = None, at: datetime = START) -> Matched:
    appended_at = max(at, parse_utc(event.data.received_at))
    return Matched(event, to or entry(), timing(event.data, appended_at, Limits()), at, 0.5)


def settlement(
    store: MemoryStore,
    publisher: RecordingPublisher,
    *,
    clock: ManualClock | None = None,
    memory: Memory | None = None,
    retention: timedelta = 21 * DAY,
) -> Settlement:
    return Settlement(
        store,
        publisher,
        memory=memory or Memory(),
        around=AROUND,
        retention_seconds=retention.total_seconds(),
        clock=clock or ManualClock(),
        metrics=Metrics(CollectorRegistry()),
    )
