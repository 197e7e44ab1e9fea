"""What lies in a bucket without versions, in the order of its keys, and taking it away."""

from collections.abc import Callable, Sequence
from itertools import islice, takewhile
from typing import TypeVar

from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from rasid.errors import Unavailable
from rasid.storage.objects import answers
from rasid.storage.objects.client import Client
from rasid.storage.objects.store import ObjectStore

T = TypeVar("T")

MOST_AT_ONCE = 1000
"""What S3 lists, and deletes, in one call at most."""
# A thousand files, each of which the store may force to its disk.
DELETE_SECONDS = 30.0


class PassingBucket:
    """A bucket whose objects go when their time is over. Every call raises Unavailable."""

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self._store = store
        self._bucket = bucket

    async def first(self, prefix: str, before: str, *, after: str = "") -> list[str]:
        """The first thousand keys under `prefix` that sort before `before` and after `after`, in order.

        The store goes through its keys in order, and not much further than that.
        """

        def look(client: Client) -> list[str]:
            found = client.list_objects(self._bucket, prefix=prefix, recursive=True, start_after=after or None)
            names = (str(one.object_name) for one in islice(found, MOST_AT_ONCE))
            return list(takewhile(lambda name: name < before, names))

        return await self._call(look, self._store.deadline_seconds)

    async def remove(self, keys: Sequence[str]) -> None:
        """Delete what is there of a thousand keys at most."""

        def delete(client: Client) -> list[str]:
            errors = client.remove_objects(self._bucket, [DeleteObject(key) for key in keys])
            return [str(error.code) for error in errors]

        if codes := await self._call(delete, DELETE_SECONDS):
            raise Unavailable(answers.STORE, f"it did not delete {len(codes)} of {len(keys)} objects ({codes[0]})")

    async def _call(self, work: Callable[[Client], T], deadline_seconds: float) -> T:
        try:
            return await self._store.call(work, deadline_seconds=deadline_seconds)
        except S3Error as error:
            raise answers.unavailable(error) from None
