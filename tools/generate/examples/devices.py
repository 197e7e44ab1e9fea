"""Examples of how cameras are."""

from typing import Any

from msgspec import Struct

from rasid.contract.detections import Adapter
from rasid.contract.devices import DeviceConnectedV1, DeviceDisconnectedV1, DeviceHealthV1, Health
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
}
