"""Registrations of GA/T 1400 devices in MongoDB: one document for each device, replaced when it registers anew."""

from rasid.storage.mongo import Collection, Duplicate
from services.ingest.viid.registrations import Registration

NAME = "viid_registrations"
_FIELDS = ("camera_id", "peer", "proven_by", "seen_at")


class MongoRegistrations:
    """What `Registrations` keeps, for every process."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def get(self, device_id: str) -> Registration | None:
        """The device's registration, or None."""
        found = await self._collection.find_one({"_id": device_id})
        # Written before it was kept what proved it: it proves nothing, and the device registers anew.
        return (
            None
            if found is None or "proven_by" not in found
            else Registration(device_id, *(found[name] for name in _FIELDS))
        )

    async def put(self, registration: Registration) -> None:
        """Remember it in place of an earlier one."""
        document = {name: getattr(registration, name) for name in _FIELDS}
        try:
            await self._collection.replace({"_id": registration.device_id}, document, upsert=True)
        except Duplicate:  # another process has just written the first one: ours comes after it
            await self._collection.replace({"_id": registration.device_id}, document)

    async def forget(self, device_id: str, camera_id: str) -> None:
        """The device of this camera has gone."""
        await self._collection.delete({"_id": device_id, "camera_id": camera_id})
