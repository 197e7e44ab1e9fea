"""What is told of a camera that reads worse than it used to, or as well again: the event. No IO."""

from datetime import UTC, datetime, timedelta

from rasid.contract.devices import DeviceHealthV1, Health, HealthState
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from services.ingest.watch.quality import Finding, Sign

SOURCE = "/ingest/quality"
CODES: dict[Sign, str] = {"confidence": "read_confidence", "unreadable": "unreadable_share", "reads": "reads_per_hour"}


def drifted(camera_id: str, site_id: str | None, finding: Finding, day: int, now: datetime) -> Event[DeviceHealthV1]:
    """Dated by the end of the day that shows it; the same day, judged again, tells the same event."""
    state: HealthState = "degraded" if finding.is_worse else "ok"
    ended_at = datetime.fromordinal(day).replace(tzinfo=UTC) + timedelta(days=1)
    return new_event(
        caused_id(f"quality:{camera_id}", f"{finding.sign}:{state}:{day}"),
        f"{SOURCE}/{camera_id}",
        ended_at,
        DeviceHealthV1(
            camera_id=camera_id,
            site_id=site_id,
            captured_at=utc_text(ended_at),
            received_at=utc_text(now),
            health=Health(
                component="lens",
                state=state,
                code=CODES[finding.sign],
                value=round(finding.value, 3),
                unit="1/h" if finding.sign == "reads" else None,
            ),
        ),
    )
