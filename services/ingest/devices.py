"""The cameras as the path of a read needs them, in memory: who may post, and what reading their payloads takes."""

from dataclasses import dataclass

from rasid.contract.tables import CameraLifecycle
from services.ingest.credentials import Credential
from services.ingest.reading import CameraContext


@dataclass(frozen=True, slots=True)
class Device:
    """One camera. `changed` numbers the changes of the registry: a higher one is newer."""

    context: CameraContext
    state: CameraLifecycle
    credentials: tuple[Credential, ...]
    changed: int

    @property
    def camera_id(self) -> str:
        """Its identifier, and the user name of its credential."""
        return self.context.camera_id


class Devices:
    """All cameras by identifier. Fed by the store: by this process's own changes at once, by others' within seconds.

    Until `is_loaded` nobody can be told from an unknown camera, so nobody may be refused as one.
    """

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self.is_loaded = False

    def get(self, camera_id: str) -> Device | None:
        """The camera, or None when nobody registered it."""
        return self._devices.get(camera_id)

    def apply(self, device: Device) -> None:
        """Take over what is newer than what is known."""
        known = self._devices.get(device.camera_id)
        if known is None or known.changed < device.changed:
            self._devices[device.camera_id] = device
