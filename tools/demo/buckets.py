"""The buckets, made with the administrator's credential, which no service has."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from rasid.contract.buckets import NAMES, Bucket
from rasid.contract.pictures import PictureClass, prefix_of
from rasid.errors import Refused
from rasid.storage.objects import LockedBucket, ObjectStore
from tools.engines.object_keys import Keys
from tools.engines.object_store import ObjectStoreEngine

PICTURES, EVIDENCE = NAMES[Bucket.PICTURES], NAMES[Bucket.EVIDENCE]


async def ensure_buckets(
    address: str,
    admin: Keys,
    *,
    pictures: str = PICTURES,
    evidence: str = EVIDENCE,
    days: Mapping[PictureClass | None, int] | None = None,
) -> None:
    """Make those that are missing. `days`: after how many the store removes pictures of a class, and (None) any.

    The eraser removes them in time, and before; without `days` it alone does.

    Raises:
        ConfigurationError: the bucket for evidence was made without Object Lock, or the store refuses the credential.
        Unavailable: the store does not answer.
    """
    store = ObjectStore(address, *admin)
    try:
        await store.ensure_bucket(pictures)
        for kind, number in (days or {}).items():
            await store.expire(pictures, number, "" if kind is None else prefix_of(kind))
        await LockedBucket(store, evidence).ensure()
    finally:
        await store.stop()


@asynccontextmanager
async def archive_bucket(engine: ObjectStoreEngine) -> AsyncIterator[LockedBucket]:
    """The bucket for evidence as the archive reaches it: with its credential, which deletes nothing that is locked."""
    store = ObjectStore(engine.address, *engine.archive)
    try:
        yield LockedBucket(store, EVIDENCE)
    finally:
        await store.stop()


async def try_to_delete(engine: ObjectStoreEngine, key: str, version_id: str) -> str:
    """Delete a version as the archive could; returns why the object store refuses, empty when it does not."""
    async with archive_bucket(engine) as bucket:
        try:
            await bucket.delete(key, version_id)
        except Refused as refusal:
            return str(refusal)
    return ""
