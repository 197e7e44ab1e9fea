"""How cameras and sites are: the events of `rasid.device-health.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.detections import Adapter
from rasid.contract.fields import Identifier, UtcTime
from rasid.contract.tables import PowerSource

Component = Literal["link", "power", "storage", "fan", "temperature", "lens", "clock", "recorder", "heartbeat"]
HealthState = Literal["ok", "degraded", "failed"]
SiteLink = Literal["up", "degraded", "down"]


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


class CameraSilentV1(DeviceEvent, frozen=True, kw_only=True):
    """A camera has not been heard from for longer than its own rhythm lets expect; dated when it was overdue.

    Attributes:
        last_seen_at: When it was last heard from; null when never since it was registered
        expected_seconds: How long it was expected to be silent at most
    """

    last_seen_at: UtcTime | None = None
    expected_seconds: Annotated[float, Meta(ge=0)]


class SiteEvent(Struct, frozen=True, kw_only=True):
    """What every event about a site carries.

    Attributes:
        site_id: The site, as registered
        captured_at: When it was so, by the site controller's clock where that can be believed
        received_at: When the platform learned it
        vendor_time: The site controller's own text, unaltered
        warnings: Short stable codes of what was doubtful or dropped, each once
    """

    site_id: Identifier
    captured_at: UtcTime
    received_at: UtcTime
    vendor_time: str | None = None
    warnings: tuple[str, ...] = ()


class SiteHealthV1(SiteEvent, frozen=True, kw_only=True):
    """A site's power and link controller reported.

    Attributes:
        power_source: What feeds the site now; null when not given
        battery_percent: How full its battery is; null when it has none or does not say
        link: How its link to the control room is; null when not given
    """

    power_source: PowerSource | None = None
    battery_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    link: SiteLink | None = None


class SiteOutageV1(SiteEvent, frozen=True, kw_only=True):
    """A whole site is gone: said once, not for each of its cameras.

    Attributes:
        camera_ids: Its cameras that are silent
        last_seen_at: When one of them was last heard from; null when never
        power_source: What fed the site when it last reported; null when unknown
    """

    camera_ids: tuple[Identifier, ...]
    last_seen_at: UtcTime | None = None
    power_source: PowerSource | None = None


class SiteRecoveredV1(SiteEvent, frozen=True, kw_only=True):
    """A site that was gone is heard from again.

    Attributes:
        camera_ids: Its cameras that are back
        after_seconds: How long it was gone; null when unknown
    """

    camera_ids: tuple[Identifier, ...]
    after_seconds: Annotated[float, Meta(ge=0)] | None = None
