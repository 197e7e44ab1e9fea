"""The cameras as the path of a read needs them, in memory: who may post, and what reading their payloads takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rasid.contract.tables import CameraLifecycle
from services.ingest.credentials import Credential
from services.ingest.payload.reading import CameraContext

PullProtocol = Literal["hikvision", "dahua", "onvif"]


@dataclass(frozen=True, slots=True)
class Device:
    """One camera. `changed` numbers the changes of the registry: a higher one is newer.

    `address` and `serial` tell who sends where a device cannot prove itself, `mqtt_topic` and `channel` over MQTT.
    One with `pull` does not send: it is asked, at its address, in the way that this names.
    `state_at`: since when it is in its state, where that is known.
    """

    context: CameraContext
    state: CameraLifecycle
    credentials: tuple[Credential, ...]
    changed: int
    address: str | None = None
    serial: str | None = None
    mqtt_topic: str | None = None
    channel: str | None = None
    pull: PullProtocol | None = None
    pull_port: int | None = None
    state_at: datetime | None = None

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
        self._by_address: dict[str, set[str]] = {}
        self._by_serial: dict[str, set[str]] = {}
        self._on_topics: dict[str, Device] = {}
        self._pulled: dict[str, Device] = {}
        self.is_loaded = False

    def get(self, camera_id: str) -> Device | None:
        """The camera, or None when nobody registered it."""
        return self._devices.get(camera_id)

    def apply(self, device: Device) -> None:
        """Take over what is newer than what is known."""
        known = self._devices.get(device.camera_id)
        if known is not None and known.changed >= device.changed:
            return
        if known is not None:
            self._forget(known)
        self._devices[device.camera_id] = device
        if device.address is not None:
            self._by_address.setdefault(device.address, set()).add(device.camera_id)
        if device.serial is not None:
            self._by_serial.setdefault(device.serial, set()).add(device.camera_id)
        if device.mqtt_topic is not None:
            self._on_topics[device.camera_id] = device
        if device.pull is not None:
            self._pulled[device.camera_id] = device

    def all(self) -> tuple[Device, ...]:
        """Every camera, retired ones too."""
        return tuple(self._devices.values())

    def at(self, address: str) -> tuple[Device, ...]:
        """The cameras registered at this address, retired ones too."""
        return tuple(self._devices[camera_id] for camera_id in sorted(self._by_address.get(address, ())))

    def numbered(self, serial: str) -> tuple[Device, ...]:
        """The cameras registered with this serial number, retired ones too."""
        return tuple(self._devices[camera_id] for camera_id in sorted(self._by_serial.get(serial, ())))

    def on_topics(self) -> tuple[Device, ...]:
        """The cameras registered with an MQTT topic, retired ones too."""
        return tuple(self._on_topics[camera_id] for camera_id in sorted(self._on_topics))

    def pulled(self) -> tuple[Device, ...]:
        """The cameras that are asked instead of sending, retired ones too."""
        return tuple(self._pulled[camera_id] for camera_id in sorted(self._pulled))

    def _forget(self, known: Device) -> None:
        self._on_topics.pop(known.camera_id, None)
        self._pulled.pop(known.camera_id, None)
        for index, value in ((self._by_address, known.address), (self._by_serial, known.serial)):
            if value is not None:
                index[value].discard(known.camera_id)
                if not index[value]:
                    del index[value]
