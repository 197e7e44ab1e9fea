"""A bucket whose versions can be locked: evidence is put, read and proven there, never replaced."""

import io
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from rasid.errors import Refused
from rasid.runtime.hashing import Digests
from rasid.storage.objects import answers, looking, reading, upload
from rasid.storage.objects.answers import passing_over
from rasid.storage.objects.bucket import ensure_locked
from rasid.storage.objects.client import BYPASS, ONLY_NEW, Client
from rasid.storage.objects.described import to_minio
from rasid.storage.objects.store import ObjectStore, read
from rasid.storage.objects.stored import Retention, Stored

T = TypeVar("T")


class LockedBucket:
    """One bucket with versioning and Object Lock, used with the credential of `store`.

    Every call raises Unavailable when the store does not answer within its deadline, and Full when it has no room.
    Calls name a version: what is locked is a version, not a key.
    """

    def __init__(self, store: ObjectStore, bucket: str) -> None:
        self.store = store
        self.bucket = bucket

    async def ensure(self) -> None:
        """Make the bucket with versioning and Object Lock, or check that it has both.

        Only some stores let the archive's credential make one: whoever sets up does it as administrator.

        Raises:
            ConfigurationError: it has not, or the store refuses our keys. `prove_lock` shows whether the lock holds.
        """
        try:
            await self.store.call(lambda client: ensure_locked(client, self.bucket))
        except S3Error as error:
            raise answers.misconfigured(error, self.bucket) from None

    async def put_file(
        self,
        key: str,
        path: Path,
        *,
        sha256: str,
        media_type: str,
        retention: Retention | None = None,
        is_held: bool = False,
        only_new: bool = False,
        when_sent: Callable[[], Awaitable[None]] | None = None,
    ) -> Stored:
        """Store a local file of any size, durably and locked from its first moment, in about 30 MB of memory.

        Returns what the store then says of it. Nothing is visible until all of it is there, and `when_sent`, awaited
        just before that, has returned. When that or this fails, or the caller is cancelled, what the store has of it is
        dropped; after an Unavailable it may be there all the same (ask `list`).

        Raises:
            Altered: the file's SHA-256 (hex) is not `sha256`: nothing is stored.
            AlreadyThere: `only_new`, and the key exists.
            Refused: the store has it, and not locked or held as it must be.
        """
        order = upload.Order(
            *(self.bucket, key, path, sha256, media_type, retention),
            is_held=is_held,
            only_new=only_new,
            when_sent=when_sent,
        )
        return await upload.send(self.store, order)

    async def put(
        self,
        key: str,
        body: bytes,
        *,
        media_type: str = "application/octet-stream",
        retention: Retention | None = None,
        is_held: bool = False,
        only_new: bool = False,
    ) -> Stored:
        """Store a few bytes as a new version; see `put_file`, but what the store made of it is not looked at."""

        def put(client: Client) -> Stored:
            result = client.put_object(
                self.bucket,
                key,
                io.BytesIO(body),
                len(body),
                content_type=media_type,
                retention=to_minio(retention),
                legal_hold=is_held,
            )
            return Stored(
                key,
                upload.version(result.version_id, self.bucket),
                len(body),
                media_type,
                retention=retention,
                is_held=is_held,
            )

        return await self._call(put, saying=ONLY_NEW if only_new else None)

    async def stat(self, key: str, version_id: str | None = None) -> Stored | None:
        """What is stored, with its lock; the latest version when none is named; None when it is not there."""
        return await looking.stat(self.store, self.bucket, key, version_id)

    async def get(self, key: str, version_id: str) -> bytes | None:
        """All bytes of a small version at once; None when it is not there."""
        return await looking.unless_missing(
            self.store, lambda client: read(client, self.bucket, key, version_id=version_id)
        )

    def read(
        self, version: Stored, digests: Digests, *, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The version's bytes from `start` to before `end`, in chunks of a megabyte; a slow reader holds nothing.

        No chunk is handed on before its own digest is right, and of all bytes the last only when the SHA-256 of
        everything is: a response with a length is then visibly broken off, never complete and wrong. Only all bytes
        can be read without `digests.chunks`.

        Raises:
            Altered: these are not the bytes with those digests, or not as many, or not there any more.
        """
        fetch = reading.fetching(self.store, self.bucket, version)
        return reading.verified(fetch, version.size_bytes, digests, start, end)

    async def verify(self, version: Stored, sha256: str) -> Digests:
        """Read all of it, and return its digests; raises Altered unless its SHA-256 (hex) is `sha256`."""
        found = await reading.digested(reading.fetching(self.store, self.bucket, version), version.size_bytes)
        found.check_whole(sha256)
        return found

    async def hold(self, key: str, version_id: str) -> None:
        """Set the legal hold: nobody deletes the version, whatever its retention and their right to bypass it.

        Raises:
            Refused: the version is not there, or our credential may not.
        """
        await self._change(
            lambda client: client.enable_object_legal_hold(self.bucket, key, version_id), "hold a version"
        )

    async def release(self, key: str, version_id: str) -> None:
        """Clear the legal hold (nothing when the version is gone); its retention still stands."""

        def release(client: Client) -> None:
            with passing_over(answers.GONE):
                client.disable_object_legal_hold(self.bucket, key, version_id)

        await self._change(release, "release a version")

    async def extend(self, key: str, version_id: str, keep_until: datetime) -> None:
        """Keep a version at least until then, in the mode it has (governance when it has none).

        Raises:
            Refused: the version is not there, or our credential may not.
        """
        found = await self.stat(key, version_id)
        if found is None:
            raise Refused("a version that is not there cannot be kept longer")
        if found.retention is None or found.retention.keep_until < keep_until:
            mode = "GOVERNANCE" if found.retention is None else found.retention.mode
            await self.set_retention(key, version_id, Retention(keep_until, mode))

    async def set_retention(
        self, key: str, version_id: str, retention: Retention | None, *, bypass: bool = False
    ) -> None:
        """Change the retention, or remove it. The application can only lengthen it; the eraser may `bypass`.

        Raises:
            Refused: it would be shortened or weakened, the version is not there, or our credential may not.
        """

        def change(client: Client) -> None:
            wanted = to_minio(retention)
            if wanted is None:
                client.remove_retention(self.bucket, key, version_id)
            else:
                client.set_object_retention(self.bucket, key, wanted, version_id)

        await self._change(change, "change a retention", bypass=bypass)

    async def delete(self, key: str, version_id: str | None = None, *, bypass: bool = False) -> None:
        """Delete one version for good (nothing when it is gone), or, without one, hide the key behind a marker.

        `bypass` sets a governance retention aside: only the eraser's credential may.

        Raises:
            Refused: the version is locked or held, or our credential may not delete.
        """

        def delete(client: Client) -> None:
            with passing_over(answers.GONE):
                client.remove_object(self.bucket, key, version_id)

        await self._change(delete, "delete a version", bypass=bypass)

    async def delete_many(self, versions: list[Stored], *, bypass: bool = False) -> list[str]:
        """Delete up to 1,000 versions in one request; returns the version ids that the store refused to delete."""

        def delete(client: Client) -> list[str]:
            wanted = [DeleteObject(version.key, version.version_id) for version in versions]
            refused = client.remove_objects(self.bucket, wanted, bypass_governance_mode=bypass)
            return [str(error.version_id) for error in refused]  # it is lazy: asking is what deletes

        return await self._call(delete)

    def list(self, prefix: str = "", *, markers: bool = False) -> AsyncGenerator[Stored, None]:
        """Every version under the prefix, with its delete `markers` or without; `stat` says what is locked."""
        return looking.versions(self.store, self.bucket, prefix, markers=markers)

    async def drop_unfinished(self, older_than: datetime) -> int:
        """Drop uploads that were begun before then and never finished (their process was killed); returns how many.

        MinIO names none of them here and drops them itself after a day.
        """
        return await self._call(lambda client: client.drop_unfinished(self.bucket, older_than))

    async def _call(self, work: Callable[[Client], T], *, saying: Mapping[str, str] | None = None) -> T:
        def say(client: Client) -> T:
            with client.saying(saying):
                return work(client)

        try:
            return await self.store.call(say)
        except S3Error as error:
            raise answers.unavailable(error) from None

    async def _change(self, work: Callable[[Client], None], what: str, *, bypass: bool = False) -> None:
        def say(client: Client) -> None:
            with client.saying(BYPASS if bypass else None):
                work(client)

        try:
            await self.store.call(say)
        except S3Error as error:
            raise answers.refused(error, what) from None
