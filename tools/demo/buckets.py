"""The buckets, made with the administrator's credential, which no service has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rasid.errors import Refused
from rasid.storage.objects import LockedBucket, ObjectStore
from tools.engines.object_keys import Keys
from tools.engines.object_store import ObjectStoreEngine

PICTURES = "rasid-pictures"
EVIDENCE = "rasid-evidence"


async def ensure_buckets(
    address: str, admin: Keys, *, pictures: str = PICTURES, evidence: str = EVIDENCE, pictures_days: int | None = None
) -> None:
    """Make those that are missing. `pictures_days`: how long pictures are kept; without it the demo keeps them.

    Raises:
        ConfigurationError: the bucket for evidence was made without Object Lock, or the store refuses the credential.
        Unavailable: the store does not answer.
    """
    store = ObjectStore(address, *admin)
    try:
        await store.ensure_bucket(pictures)
        if pictures_days is not None:
            await store.expire(pictures, pictures_days)
        await LockedBucket(store, evidence).ensure()
    finally:
        await store.stop()


@asynccontextmanager
async def application_bucket(engine: ObjectStoreEngine) -> AsyncIterator[LockedBucket]:
    """The bucket for evidence as the services reach it: with their credential, which deletes nothing that is locked."""
    store = ObjectStore(engine.address, *engine.application)
    try:
        yield LockedBucket(store, EVIDENCE)
    finally:
        await store.stop()


async def try_to_delete(engine: ObjectStoreEngine, key: str, version_id: str) -> str:
    """Delete a version as the services could; returns why the object store refuses, empty when it does not."""
    async with application_bucket(engine) as bucket:
        try:
            await bucket.delete(key, version_id)
        except Refused as refusal:
            return str(refusal)
    return ""
