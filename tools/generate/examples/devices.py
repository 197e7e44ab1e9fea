"""Examples of how cameras and sites are."""

from typing import Any

from msgspec import Struct

from rasid.contract.detections import Adapter
from rasid.contract.devices import (
    CameraSilentV1,
    DeviceConnectedV1,
    DeviceDisconnectedV1,
    DeviceHealthV1,
    Health,
    SiteHealthV1,
    SiteOutageV1,
    SiteRecoveredV1,
)
from rasid.contract.envelope import Event
from rasid.contract.fields import utc_text
from tools.generate.examples.story import CAMERA, SITE, after, told

HEARTBEAT_SECONDS = 42.0
LOST_SECONDS = 300.0
BACK_SECONDS = 512.5


def _common(seconds: float) -> dict[str, Any]:
    return {
        "camera_id": CAMERA,
        "site_id": SITE,
        "captured_at": utc_text(after(seconds)),
        "received_at": utc_text(after(seconds + 0.1)),
    }


def _health(what: str, seconds: float, health: Health) -> Event[Struct]:
    adapter = Adapter(name="hikvision", version="1")
    data = DeviceHealthV1(**_common(seconds), adapter=adapter, health=health)
    return told(f"/ingest/hikvision/{CAMERA}", what, after(seconds), data)


def _of_site(seconds: float) -> dict[str, Any]:
    return {name: value for name, value in _common(seconds).items() if name != "camera_id"}


EXAMPLES: dict[str, Event[Struct]] = {
    "device.health.v1": _health(
        "too hot",
        HEARTBEAT_SECONDS,
        Health(component="temperature", state="degraded", code="tempHigh", value=71.5, unit="celsius"),
    ),
    "device.health.v1.heartbeat": _health("alive", HEARTBEAT_SECONDS, Health(component="heartbeat", state="ok")),
    "device.connected.v1": told(
        f"/ingest/hikvision/{CAMERA}",
        "is back",
        after(BACK_SECONDS),
        DeviceConnectedV1(**_common(BACK_SECONDS), after_seconds=BACK_SECONDS - LOST_SECONDS),
    ),
    "device.disconnected.v1": told(
        f"/ingest/hikvision/{CAMERA}",
        "is gone",
        after(LOST_SECONDS),
        DeviceDisconnectedV1(**_common(LOST_SECONDS), reason="connection_lost"),
    ),
    "camera.silent.v1": told(
        "/ingest",
        "is silent",
        after(LOST_SECONDS),
        CameraSilentV1(
            **_common(LOST_SECONDS), last_seen_at=utc_text(after(HEARTBEAT_SECONDS)), expected_seconds=180.0
        ),
    ),
    "site.health.v1": told(
        f"/ingest/site/{SITE}",
        "on battery",
        after(HEARTBEAT_SECONDS),
        SiteHealthV1(**_of_site(HEARTBEAT_SECONDS), power_source="battery", battery_percent=64.0, link="up"),
    ),
    "site.outage.v1": told(
        "/ingest",
        "site is gone",
        after(LOST_SECONDS),
        SiteOutageV1(
            **_of_site(LOST_SECONDS),
            camera_ids=(CAMERA, "bridge-out"),
            last_seen_at=utc_text(after(HEARTBEAT_SECONDS)),
            power_source="battery",
        ),
    ),
    "site.recovered.v1": told(
        "/ingest",
        "site is back",
        after(BACK_SECONDS),
        SiteRecoveredV1(
            **_of_site(BACK_SECONDS), camera_ids=(CAMERA, "bridge-out"), after_seconds=BACK_SECONDS - LOST_SECONDS
        ),
    ),
}
