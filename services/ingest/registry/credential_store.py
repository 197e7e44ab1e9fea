"""The credentials of cameras, and of sites' controllers, in the registry's own documents."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD as CHANGED
from rasid.storage.changes import ChangeCounter
from rasid.storage.mongo import Collection, Document
from services.ingest.credentials import Credential
from services.ingest.registry.device_documents import credentials_of
from services.ingest.registry.entries import Kind
from services.ingest.registry.history import Author, Change
from services.ingest.registry.history_store import FIELD as UNFILED
from services.ingest.registry.history_store import unfiled


class MongoCredentials:
    """The credentials of cameras, as digests, in the cameras' own documents."""

    def __init__(
        self,
        collection: Collection,
        kind: Kind[Any],
        counter: ChangeCounter,
        clock: Clock,
        on_write: Callable[[Document], None],
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._counter = counter
        self._clock = clock
        self._on_write = on_write

    async def held(self, camera_id: str) -> tuple[tuple[Credential, ...], int]:
        """What the camera holds now, newest first, and the number of the change that made it so."""
        document = await self._collection.find_one({"_id": camera_id})
        return credentials_of(document or {}), int((document or {CHANGED: 0})[CHANGED])

    async def write(self, camera_id: str, credentials: Iterable[Credential], *, over: int, by: Author) -> bool:
        """Replace them; False when the camera has changed since change number `over`."""
        number, kept = await self._counter.take(), [asdict(one) for one in credentials]
        change = Change(
            number=number,
            kind=self._kind.name,
            key=camera_id,
            at=self._clock.now(),
            by=by,
            what="credential_issued" if kept else "credential_revoked",
        )
        document = await self._collection.update(
            {"_id": camera_id, CHANGED: over},
            {"$set": {"credentials": kept, CHANGED: number}, "$push": {UNFILED: {"$each": unfiled(change)}}},
        )
        if document is None:
            return False
        self._on_write(document)
        return True
