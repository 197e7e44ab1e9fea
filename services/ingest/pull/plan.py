"""Which cameras are asked, where and how, and what that says of each: plain values and decisions. No IO."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

from rasid.contract.tables import CameraLifecycle
from services.ingest.adapters import dahua, hikvision, onvif
from services.ingest.devices import Device, PullProtocol

PullState = Literal["connecting", "connected", "waiting"]

STATES: tuple[PullState, ...] = get_args(PullState)
ADAPTERS: Mapping[PullProtocol, str] = {"hikvision": hikvision.NAME, "dahua": dahua.NAME, "onvif": onvif.NAME}
# Dahua sends a sign of life as often as it is asked to; Hikvision by itself about every ten seconds.
DAHUA_HEARTBEAT_SECONDS = 5
PATHS: Mapping[PullProtocol, str] = {
    "hikvision": "/ISAPI/Event/notification/alertStream",
    "dahua": f"/cgi-bin/eventManager.cgi?action=attach&codes=%5BAll%5D&heartbeat={DAHUA_HEARTBEAT_SECONDS}",
    "onvif": "/onvif/event_service",
}
PORT = 80
_PULLED: frozenset[CameraLifecycle] = frozenset({"active", "maintenance"})


class Target(Struct, frozen=True):
    """One camera to ask. Another `secret` (the time its credential was given) makes it another target."""

    camera_id: str
    protocol: PullProtocol
    address: str
    port: int
    secret: datetime | None = None

    @property
    def base(self) -> str:
        """The camera's own address."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}"

    @property
    def path(self) -> str:
        """Where on it events are asked for."""
        return PATHS[self.protocol]


class PullStatus(Struct, frozen=True):
    """How it stands with one camera. `why` says why it is not connected; `tries` counts failures in a row."""

    camera_id: str
    protocol: PullProtocol
    state: PullState
    since: datetime
    reason: str | None = None
    why: str | None = None
    tries: int = 0
    last_event_at: datetime | None = None


def targets(devices: Iterable[Device]) -> dict[str, Target]:
    """The cameras to be asked, by identifier; one that is only planned, or retired, is not."""
    return {
        device.camera_id: Target(device.camera_id, device.pull, device.address, device.pull_port or PORT)
        for device in devices
        if device.pull is not None and device.address is not None and device.state in _PULLED
    }


def summary(states: Iterable[PullStatus], unowned: int) -> str | None:
    """For whoever looks at `/ready`: how many cameras are not heard or asked by nobody, or None when all are heard."""
    found = list(states)
    away = sum(one.state != "connected" for one in found)
    troubles = []
    if away:
        troubles.append(f"{away} of {len(found)} cameras asked by this process are not connected")
    if unowned:
        troubles.append(f"{unowned} cameras are asked by no process: start another, or raise RASID_PULLED_CAMERAS")
    return "; ".join(troubles) or None
