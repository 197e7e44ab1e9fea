"""Writes the estimate of a camera's clock into its registry entry: a new state of the camera, with its event."""

from collections.abc import Callable
from dataclasses import replace

from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD as CHANGED
from rasid.storage.changes import ChangeCounter
from rasid.storage.mongo import Collection, Document
from rasid.storage.outbox import FIELD as PENDING
from rasid.storage.outbox import pending
from services.ingest.registry.entries import CAMERAS, CameraEdit, Entry, state_event


class MongoSkews:
    """The cameras' clocks. `on_write` gets the document as it is afterwards, `wake` tells the relay."""

    def __init__(
        self,
        collection: Collection,
        counter: ChangeCounter,
        clock: Clock,
        on_write: Callable[[Document], None],
        wake: Callable[[], None],
    ) -> None:
        self._collection = collection
        self._counter = counter
        self._clock = clock
        self._on_write = on_write
        self._wake = wake

    async def put(self, camera_id: str, skew_seconds: float) -> bool:
        """Write it; False when somebody else changed the camera at this moment. Raises Unavailable."""
        before = await self._collection.find_one({"_id": camera_id})
        if before is None:
            return False
        number = await self._counter.take()
        entry = replace(_entry(before), version=number, changed=number, skew_seconds=skew_seconds)
        event = state_event(CAMERAS, entry, self._clock.now())
        change = {"skew_seconds": skew_seconds, "version": number, CHANGED: number}
        document = await self._collection.update(
            {"_id": camera_id, CHANGED: before[CHANGED]},
            {"$set": change, "$push": {PENDING: {"$each": pending(event)}}},
        )
        if document is None:
            return False
        self._on_write(document)
        self._wake()
        return True


def _entry(document: Document) -> Entry[CameraEdit]:
    return Entry(
        key=document["_id"],
        version=document["version"],
        changed=document[CHANGED],
        edit=CameraEdit.model_validate(document["row"]),
    )
