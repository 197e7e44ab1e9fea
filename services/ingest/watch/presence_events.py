"""What is told of cameras and sites that fell silent, came back, or whose clock is wrong: the events. No IO.

Each has the id of what it is about - the same silence, told twice, is one event.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rasid.contract.devices import (
    CameraSilentV1,
    DeviceConnectedV1,
    DeviceHealthV1,
    Health,
    SiteOutageV1,
    SiteRecoveredV1,
)
from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import PowerSource
from services.ingest.watch.silence import Seen
from services.ingest.watch.skew import is_wrong

SOURCE = "/ingest/presence"


def silent(camera: Seen, now: datetime) -> Event[CameraSilentV1]:
    """The camera is overdue; dated when it became so."""
    overdue_at = camera.awaited_since + timedelta(seconds=camera.expected_seconds)
    return new_event(
        caused_id(f"silence:{camera.camera_id}", utc_text(camera.last_seen_at)),
        f"{SOURCE}/{camera.camera_id}",
        min(overdue_at, now),
        CameraSilentV1(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            captured_at=utc_text(min(overdue_at, now)),
            received_at=utc_text(now),
            last_seen_at=utc_text(camera.last_seen_at),
            expected_seconds=camera.expected_seconds,
        ),
    )


def back(camera: Seen, silent_since: datetime, now: datetime) -> Event[DeviceConnectedV1]:
    """A camera that was told of as silent is heard again."""
    return new_event(
        caused_id(f"silence:{camera.camera_id}", f"back:{utc_text(silent_since)}"),
        f"{SOURCE}/{camera.camera_id}",
        camera.last_seen_at,
        DeviceConnectedV1(
            camera_id=camera.camera_id,
            site_id=camera.site_id,
            captured_at=utc_text(camera.last_seen_at),
            received_at=utc_text(now),
            after_seconds=max(0.0, (camera.last_seen_at - silent_since).total_seconds()),
        ),
    )


def outage(
    site_id: str,
    cameras: Sequence[Seen],
    now: datetime,
    power_source: PowerSource | None,
) -> Event[SiteOutageV1]:
    """The site is gone, with all its cameras that are overdue; dated when the last of them was heard."""
    last = max(one.last_seen_at for one in cameras)
    return new_event(
        caused_id(f"outage:{site_id}", utc_text(last)),
        f"{SOURCE}/{site_id}",
        last,
        SiteOutageV1(
            site_id=site_id,
            captured_at=utc_text(last),
            received_at=utc_text(now),
            camera_ids=tuple(sorted(one.camera_id for one in cameras)),
            last_seen_at=utc_text(last),
            power_source=power_source,
        ),
    )


def recovered(site_id: str, cameras: Sequence[Seen], out_since: datetime, now: datetime) -> Event[SiteRecoveredV1]:
    """The site is heard again; dated when the first of its cameras was."""
    first = min((one.last_seen_at for one in cameras if one.last_seen_at > out_since), default=now)
    return new_event(
        caused_id(f"outage:{site_id}", f"recovered:{utc_text(out_since)}"),
        f"{SOURCE}/{site_id}",
        first,
        SiteRecoveredV1(
            site_id=site_id,
            captured_at=utc_text(first),
            received_at=utc_text(now),
            camera_ids=tuple(sorted(one.camera_id for one in cameras if one.last_seen_at > out_since)),
            after_seconds=max(0.0, (first - out_since).total_seconds()),
        ),
    )


def clock(camera_id: str, site_id: str | None, skew_seconds: float, now: datetime) -> Event[DeviceHealthV1]:
    """How a camera's clock is: seconds that it is ahead."""
    state = Health(
        component="clock",
        state="degraded" if is_wrong(skew_seconds) else "ok",
        code="skew",
        value=skew_seconds,
        unit="s",
    )
    return new_event(
        caused_id(f"clock:{camera_id}", f"{skew_seconds}:{now:%Y-%m-%d}"),
        f"{SOURCE}/{camera_id}",
        now,
        DeviceHealthV1(
            camera_id=camera_id,
            site_id=site_id,
            captured_at=utc_text(now),
            received_at=utc_text(now),
            health=state,
        ),
    )
