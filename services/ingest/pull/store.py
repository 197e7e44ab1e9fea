"""What asking cameras needs of MongoDB: their sealed credentials, and which process owns which camera."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from rasid.runtime.clock import Clock
from rasid.storage.mongo import Collection, Document
from services.ingest.pull.lease_plan import LEASE_SECONDS, Lease, claim

SECRETS = "camera_secrets"
LEASES = "camera_leases"


class MongoSecrets:
    """Sealed credentials, one for each camera: `{_id, sealed, given_at}`. Every method raises Unavailable."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def put(self, camera_id: str, sealed: str, given_at: datetime) -> None:
        """Keep it in place of the one before."""
        change = {"$set": {"sealed": sealed, "given_at": given_at}}
        await self._collection.update({"_id": camera_id}, change, upsert=True)

    async def remove(self, camera_id: str) -> None:
        """Keep none."""
        await self._collection.delete({"_id": camera_id})

    async def get(self, camera_id: str) -> str | None:
        """The sealed credential, or None."""
        found = await self._collection.find_one({"_id": camera_id})
        return None if found is None else str(found["sealed"])

    async def given(self, camera_ids: Iterable[str]) -> Mapping[str, datetime]:
        """When each of these cameras' credentials was given, of those that have one."""
        query = {"_id": {"$in": sorted(camera_ids)}}
        return {one["_id"]: one["given_at"] for one in await self._collection.find(query, fields=["given_at"])}


class MongoLeases:
    """Who owns which camera: `{_id, owner, until}`. Whoever dies loses its cameras after half a minute.

    Two processes own one camera only when their clocks differ by more than a lease: then its events come twice, with
    the same ids.
    """

    def __init__(self, collection: Collection, owner: str, clock: Clock) -> None:
        self._collection = collection
        self._owner = owner
        self._clock = clock

    async def hold(self, wanted: Iterable[str], *, most: int | None = None) -> frozenset[str]:
        """Keep what is ours, take what nobody owns up to `most` altogether (None: all), and say which are ours.

        Four requests, however many cameras there are. Raises Unavailable.
        """
        ids = sorted(wanted)
        now = self._clock.now()
        until = now + timedelta(seconds=LEASE_SECONDS)
        found = await self._collection.find({"_id": {"$in": ids}})
        present = {one["_id"]: Lease(one["owner"], one["until"]) for one in found}
        plan = claim(ids, present, self._owner, now, most)
        new: list[Document] = [{"_id": one, "owner": self._owner, "until": until} for one in plan.new]
        taken = await self._collection.insert_many(new)
        # Each only as it was seen: another process may be taking it at this moment.
        await self._collection.update_many(
            [
                ({"_id": key, "owner": present[key].owner, "until": present[key].until}, _held(self._owner, until))
                for key in (*plan.kept, *plan.lapsed)
            ],
            upsert=False,
        )
        ours = {str(one["_id"]) for one in new} - taken
        if present:
            query = {"_id": {"$in": ids}, "owner": self._owner}
            ours |= {one["_id"] for one in await self._collection.find(query, fields=["owner"])}
        return frozenset(ours)

    async def owned(self, wanted: Iterable[str]) -> int:
        """How many of these cameras some process owns now. Raises Unavailable."""
        return await self._collection.count({"_id": {"$in": sorted(wanted)}, "until": {"$gte": self._clock.now()}})

    async def release(self, camera_ids: Iterable[str]) -> None:
        """Let others have them at once."""
        await self._collection.delete({"_id": {"$in": sorted(camera_ids)}, "owner": self._owner})


def _held(owner: str, until: datetime) -> Document:
    return {"$set": {"owner": owner, "until": until}}
