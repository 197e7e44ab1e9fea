"""Issues and revokes the credentials of cameras, and of sites' controllers. No IO of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol

from rasid.errors import Conflict
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from services.ingest.credentials import Credential, new_credential, rotated
from services.ingest.registry.entries import CameraEdit, E
from services.ingest.registry.history import Author
from services.ingest.registry.registrar import ATTEMPTS, Book


class CredentialStore(Protocol):
    """Where the credentials of one table's devices are kept; every method raises Unavailable."""

    async def held(self, holder: str) -> tuple[tuple[Credential, ...], int]:
        """What the device holds now, newest first, and the number of the change that made it so."""

    async def write(self, holder: str, credentials: Iterable[Credential], *, over: int, by: Author) -> bool:
        """Replace them; False when the entry has changed since change number `over`."""


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """Shown once, to whoever types it into the device's own page."""

    holder: str
    username: str
    password: str
    issued_at: datetime
    previous_valid_until: datetime | None


class CredentialDesk(Generic[E]):
    """Issues and revokes the credentials of one table's devices: their user name is their identifier."""

    def __init__(
        self,
        book: Book[E],
        store: CredentialStore,
        *,
        clock: Clock,
        ids: Ids,
        overlap_seconds: float,
    ) -> None:
        self._book = book
        self._store = store
        self._clock = clock
        self._ids = ids
        self._overlap_seconds = overlap_seconds

    async def issue(self, holder: str, *, by: Author) -> IssuedCredential:
        """Make a new credential. The one before stays valid for the overlap, so that no read is lost meanwhile."""
        entry = await self._book.get(holder)
        if isinstance(entry.edit, CameraEdit) and entry.edit.state == "retired":
            raise Conflict("camera-retired", "a retired camera may not post: change its state first")
        password = self._ids.secret()
        new = new_credential(holder, password, self._clock.now())
        kept = await self._write(holder, new, by)
        previous = kept[1].valid_until if len(kept) > 1 else None
        return IssuedCredential(holder, holder, password, new.issued_at, previous)

    async def revoke(self, holder: str, *, by: Author) -> None:
        """End every credential of the device, at once; also one that is still in its overlap."""
        await self._book.get(holder)
        await self._write(holder, None, by)

    async def _write(self, holder: str, new: Credential | None, by: Author) -> tuple[Credential, ...]:
        for _ in range(ATTEMPTS):
            present, number = await self._store.held(holder)
            kept = () if new is None else rotated(present, new, overlap_seconds=self._overlap_seconds)
            if await self._store.write(holder, kept, over=number, by=by):
                return kept
        raise Conflict("busy", "others keep changing this entry at the same moment: try again")
