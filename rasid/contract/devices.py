"""How cameras are: the events of `rasid.device-health.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.detections import Adapter
from rasid.contract.fields import Identifier, UtcTime

Component = Literal["link", "power", "storage", "fan", "temperature", "lens", "clock", "recorder", "heartbeat"]
HealthState = Literal["ok", "degraded", "failed"]


class Health(Struct, frozen=True, kw_only=True):
    """The state of one component of a device.

    Attributes:
        component: Which component
        state: How it is
        code: The vendor's own code
        value: What was measured
        unit: The unit of `value`
    """

    component: Component
    state: HealthState
    code: str | None = None
    value: float | None = None
    unit: str | None = None


class DeviceEvent(Struct, frozen=True, kw_only=True):
    """What every device event carries.

    Attributes:
        camera_id: The camera, as registered
        site_id: Its site, as registered; null when the camera has none
        captured_at: When it was so, by the device's clock where that can be believed
        received_at: When the platform learned it
        vendor_time: The vendor's own text, unaltered
        adapter: Which adapter read the payload; null when the platform noticed by itself
        warnings: Short stable codes of what was doubtful or dropped, each once
    """

    camera_id: Identifier
    site_id: Identifier | None
    captured_at: UtcTime
    received_at: UtcTime
    vendor_time: str | None = None
    adapter: Adapter | None = None
    warnings: tuple[str, ...] = ()


class DeviceHealthV1(DeviceEvent, frozen=True, kw_only=True):
    """A device reported on one of its components; heartbeats come at most once a minute per camera.

    Attributes:
        health: The component and its state
    """

    health: Health


class DeviceConnectedV1(DeviceEvent, frozen=True, kw_only=True):
    """A device is being heard from for the first time, or again.

    Attributes:
        after_seconds: How long it had not been heard from; null the first time
    """

    after_seconds: Annotated[float, Meta(ge=0)] | None = None


class DeviceDisconnectedV1(DeviceEvent, frozen=True, kw_only=True):
    """A device said good-bye, or its connection was lost.

    Attributes:
        reason: Why, where it is known
    """

    reason: str | None = None
