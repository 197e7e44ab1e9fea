"""The credentials by which Rasid asks cameras: given by an administrator, sealed, never shown again."""

from datetime import datetime
from typing import Protocol

from rasid.errors import Conflict
from rasid.runtime.clock import Clock
from services.ingest.pull.vault import FIX, CameraCredential, Vault


class SecretStore(Protocol):
    """Where sealed credentials are kept; every method raises Unavailable."""

    async def put(self, camera_id: str, sealed: str, given_at: datetime) -> None:
        """Keep it in place of the one before."""

    async def remove(self, camera_id: str) -> None:
        """Keep none."""

    async def get(self, camera_id: str) -> str | None:
        """The sealed credential, or None."""


class PullCredentials:
    """Seals with `vault`; without one (no key is set) none can be given, and those there are do not open."""

    def __init__(self, store: SecretStore, vault: Vault | None, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def give(self, camera_id: str, credential: CameraCredential) -> None:
        """Keep it in place of the one before; raises Conflict when no key is set."""
        if self._vault is None:
            raise Conflict("no-camera-key", f"credentials of cameras cannot be sealed here: {FIX}")
        await self._store.put(camera_id, self._vault.seal(camera_id, credential), self._clock.now())

    async def revoke(self, camera_id: str) -> None:
        """Forget it."""
        await self._store.remove(camera_id)

    async def of(self, camera_id: str) -> CameraCredential | None:
        """The camera's credential, None when there is none; raises Altered when it does not open."""
        sealed = await self._store.get(camera_id) if self._vault is not None else None
        return None if sealed is None or self._vault is None else self._vault.open(camera_id, sealed)
