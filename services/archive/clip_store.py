"""The locked bucket as the archive uses it: with one credential, whole clips, versions by name."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from rasid.runtime.hashing import Digests
from rasid.storage.objects import LockedBucket, Retention, Stored
from services.archive.ports import Parcel, Version


class BucketClips:
    """Implements `ports.ClipStore`."""

    def __init__(self, bucket: LockedBucket) -> None:
        self._bucket = bucket

    async def put(self, key: str, path: Path, parcel: Parcel, when_sent: Callable[[], Awaitable[None]]) -> str:
        """Store a file, locked from its first moment; returns the version's id."""
        stored = await self._bucket.put_file(
            key,
            path,
            sha256=parcel.sha256,
            media_type=parcel.media_type,
            retention=Retention(parcel.keep_until),
            when_sent=when_sent,
        )
        return stored.version_id

    async def versions(self, key: str) -> Sequence[Version]:
        """All versions under exactly this key."""
        return [version async for version in self._bucket.list(key) if version.key == key]

    def read(self, version: Version, digests: Digests, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` to before `end`, each chunk once its digest is right."""
        return self._bucket.read(_stored(version), digests, start=start, end=end)

    async def verify(self, version: Version, sha256: str) -> Digests:
        """Read and compare; raises Altered."""
        return await self._bucket.verify(_stored(version), sha256)

    async def hold(self, key: str, version_id: str) -> None:
        """Set the legal hold."""
        await self._bucket.hold(key, version_id)

    async def release(self, key: str, version_id: str) -> None:
        """Clear the legal hold."""
        await self._bucket.release(key, version_id)

    async def delete(self, key: str, version_id: str, *, bypass: bool = False) -> None:
        """Delete a version for good; `bypass` steps over its retention."""
        await self._bucket.delete(key, version_id, bypass=bypass)

    async def drop_unfinished(self, older_than: datetime) -> int:
        """Drop what was begun before then and never became an object; returns how many uploads that were."""
        return await self._bucket.drop_unfinished(older_than)


def _stored(version: Version) -> Stored:
    return Stored(version.key, version.version_id, version.size_bytes)
