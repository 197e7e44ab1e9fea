"""Which GA/T 1400 devices are registered: proven once by Digest, then known by their identifier and address.

The protocol has a device prove itself when it registers and name itself (`User-Identify`) from then on. A name alone
proves nothing: it counts only from the address that the registration came from, only while the device shows life, and
only while the credential that it proved itself by is still valid. Registrations are stored, so that every
process and the next one know them; while the database is away this process's memory does.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from services.ingest.admission import Refused
from services.ingest.credentials import Credential
from services.ingest.devices import Device, Devices

MOST = 20_000
# What this process knows is read again after this much of a registration's life: another may have changed it.
FRESH_SHARE = 1 / 3

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """One device, the camera it is, and from where.

    `proven_by`: when the credential was issued by which it proved itself; `seen_at`: its last sign of life that was
    written down.
    """

    device_id: str
    camera_id: str
    peer: str
    proven_by: datetime
    seen_at: datetime


class RegistrationStore(Protocol):
    """Where registrations are kept; every method raises Unavailable."""

    async def get(self, device_id: str) -> Registration | None:
        """The device's registration, or None."""

    async def put(self, registration: Registration) -> None:
        """Remember it in place of an earlier one."""

    async def forget(self, device_id: str, camera_id: str) -> None:
        """The device of this camera has gone."""


class Registrations:
    """Who is registered. `life_seconds`: how long a registration holds without a sign of life."""

    def __init__(self, store: RegistrationStore, devices: Devices, *, clock: Clock, life_seconds: float) -> None:
        self._store = store
        self._devices = devices
        self._clock = clock
        self._life = timedelta(seconds=life_seconds)
        self._known: dict[str, tuple[Registration, datetime]] = {}

    async def register(self, device_id: str, device: Device, peer: str, credential: Credential) -> bool:
        """The device has proven by this credential that it is this camera; False when the identifier is another's."""
        now = self._clock.now()
        others = [one for one in self._devices.numbered(device_id) if one.camera_id != device.camera_id]
        present = await self._look(device_id, now)
        is_taken = present is not None and present.camera_id != device.camera_id
        is_taken = is_taken and self._device_of(present, now) is not None
        if others or is_taken:
            return False
        await self._keep(Registration(device_id, device.camera_id, peer, credential.issued_at, now), now)
        return True

    async def find(self, device_id: str, peer: str) -> Device | Refused:
        """The camera that this device is registered as from this address, or why not. Raises Unavailable."""
        now = self._clock.now()
        found = await self._look(device_id, now)
        device = self._device_of(found, now)
        if found is None or device is None:
            return Refused("no_credential")
        if found.peer != peer:
            return Refused("bad_credential", device.camera_id)
        if now - found.seen_at > self._life * FRESH_SHARE:
            await self._keep(replace(found, seen_at=now), now)
        return Refused("retired", device.camera_id) if device.state == "retired" else device

    async def forget(self, device_id: str, device: Device) -> None:
        """The device of this camera says that it goes."""
        found, _ = self._known.get(device_id, (None, None))
        if found is not None and found.camera_id == device.camera_id:
            del self._known[device_id]
        try:
            await self._store.forget(device_id, device.camera_id)
        except Unavailable as error:
            log.warning("a registration could not be removed", why=error.detail)

    def _device_of(self, found: Registration | None, now: datetime) -> Device | None:
        """The camera behind a registration that still holds."""
        device = None if found is None else self._devices.get(found.camera_id)
        if found is None or device is None or now - found.seen_at > self._life:
            return None
        # Not any that is valid now: who knew the former password has not proven the one that replaced it.
        held = any(one.is_valid(now) and one.issued_at == found.proven_by for one in device.credentials)
        return device if held else None

    async def _look(self, device_id: str, now: datetime) -> Registration | None:
        found, read_at = self._known.get(device_id, (None, now))
        if found is not None and now - read_at <= self._life * FRESH_SHARE:
            return found
        try:
            stored = await self._store.get(device_id)
        except Unavailable:
            if found is None:
                raise
            return found
        if stored is None:
            self._known.pop(device_id, None)
            return None
        self._remember(stored, now)
        return stored

    async def _keep(self, registration: Registration, now: datetime) -> None:
        self._remember(registration, now)
        try:
            await self._store.put(registration)
        except Unavailable as error:
            log.warning("a registration is known to this process only", why=error.detail)

    def _remember(self, registration: Registration, now: datetime) -> None:
        self._known.pop(registration.device_id, None)
        self._known[registration.device_id] = (registration, now)
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
