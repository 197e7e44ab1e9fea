"""Issues and revokes cameras' credentials. No IO of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rasid.errors import Conflict
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from services.ingest.credentials import Credential, new_credential, rotated
from services.ingest.registrar import ATTEMPTS, Book
from services.ingest.registry import CameraEdit


class CredentialStore(Protocol):
    """Where cameras' credentials are kept; every method raises Unavailable."""

    async def held(self, camera_id: str) -> tuple[tuple[Credential, ...], int]:
        """What the camera holds now, newest first, and the number of the change that made it so."""

    async def write(self, camera_id: str, credentials: Iterable[Credential], *, over: int) -> bool:
        """Replace them; False when the camera has changed since change number `over`."""


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """Shown once, to whoever types it into the camera's own page."""

    camera_id: str
    username: str
    password: str
    issued_at: datetime
    previous_valid_until: datetime | None


class CredentialDesk:
    """Issues and revokes cameras' credentials."""

    def __init__(
        self,
        cameras: Book[CameraEdit],
        store: CredentialStore,
        *,
        clock: Clock,
        ids: Ids,
        overlap_seconds: float,
    ) -> None:
        self._cameras = cameras
        self._store = store
        self._clock = clock
        self._ids = ids
        self._overlap_seconds = overlap_seconds

    async def issue(self, camera_id: str) -> IssuedCredential:
        """Make a new credential. The one before stays valid for the overlap, so that no read is lost meanwhile."""
        entry = await self._cameras.get(camera_id)
        if entry.edit.state == "retired":
            raise Conflict("camera-retired", "a retired camera may not post: change its state first")
        password = self._ids.secret()
        new = new_credential(camera_id, password, self._clock.now())
        kept = await self._write(camera_id, new)
        previous = kept[1].valid_until if len(kept) > 1 else None
        return IssuedCredential(camera_id, camera_id, password, new.issued_at, previous)

    async def revoke(self, camera_id: str) -> None:
        """End every credential of the camera, at once; also one that is still in its overlap."""
        await self._cameras.get(camera_id)
        await self._write(camera_id, None)

    async def _write(self, camera_id: str, new: Credential | None) -> tuple[Credential, ...]:
        for _ in range(ATTEMPTS):
            present, number = await self._store.held(camera_id)
            kept = () if new is None else rotated(present, new, overlap_seconds=self._overlap_seconds)
            if await self._store.write(camera_id, kept, over=number):
                return kept
        raise Conflict("busy", "others keep changing this camera at the same moment: try again")
