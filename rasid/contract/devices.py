"""How cameras are: the events of `rasid.device-health.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.detections import Adapter
from rasid.contract.fields import Identifier, UtcTime

Component = Literal["link", "power", "storage", "fan", "temperature", "lens", "clock", "recorder", "heartbeat"]
HealthState = Literal["ok", "degraded", "failed"]


class Health(Struct, frozen=True, kw_only=True):
    """The state of one component of a device."""

    component: Component
    state: HealthState
    code: str | None = None
    value: float | None = None
    unit: str | None = None


class DeviceEvent(Struct, frozen=True, kw_only=True):
    """What every device event carries."""

    camera_id: Identifier
    site_id: Identifier | None
    captured_at: UtcTime
    received_at: UtcTime
    vendor_time: str | None = None
    adapter: Adapter | None = None
    warnings: tuple[str, ...] = ()


class DeviceHealthV1(DeviceEvent, frozen=True, kw_only=True):
    """A device reported on one of its components; heartbeats come at most once a minute per camera."""

    health: Health


class DeviceConnectedV1(DeviceEvent, frozen=True, kw_only=True):
    """A device is being heard from for the first time, or again."""

    after_seconds: Annotated[float, Meta(ge=0, description="how long it had not been heard from")] | None = None


class DeviceDisconnectedV1(DeviceEvent, frozen=True, kw_only=True):
    """A device said good-bye, or its connection was lost."""

    reason: str | None = None
