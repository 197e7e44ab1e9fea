"""What is in a bucket, version by version."""

from collections.abc import AsyncGenerator, Callable, Iterator
from itertools import islice
from typing import TypeVar

from minio.datatypes import Object
from minio.error import S3Error

from rasid.storage.objects import answers
from rasid.storage.objects.client import Client
from rasid.storage.objects.described import described, listed
from rasid.storage.objects.store import ObjectStore
from rasid.storage.objects.stored import Stored

T = TypeVar("T")

LISTED_AT_ONCE = 500


async def stat(store: ObjectStore, bucket: str, key: str, version_id: str | None = None) -> Stored | None:
    """See `LockedBucket.stat`."""
    return await unless_missing(store, lambda client: described(client.stat_object(bucket, key, version_id=version_id)))


async def versions(store: ObjectStore, bucket: str, prefix: str, *, markers: bool) -> AsyncGenerator[Stored, None]:
    """See `LockedBucket.list`."""
    found: Iterator[Object] | None = None

    def more(client: Client) -> list[Object]:
        nonlocal found
        if found is None:
            found = client.list_objects(bucket, prefix=prefix, recursive=True, include_version=True)
        return list(islice(found, LISTED_AT_ONCE))

    while page := await _unless_refused(store, more):
        for one in page:
            if markers or not one.is_delete_marker:
                yield listed(one)


async def unless_missing(store: ObjectStore, work: Callable[[Client], T]) -> T | None:
    """What `work` finds, or None when it is not there."""
    try:
        return await store.call(work)
    except S3Error as error:
        if error.code in answers.NOT_READABLE:
            return None
        raise answers.unavailable(error) from None


async def _unless_refused(store: ObjectStore, work: Callable[[Client], T]) -> T:
    try:
        return await store.call(work)
    except S3Error as error:
        raise answers.unavailable(error) from None
