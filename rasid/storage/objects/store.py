"""One object store and one credential: bounded threads, deadlines, our own errors.

MinIO's client is synchronous, so each call takes a thread; there are as many threads as connections. Its default
retries would wait minutes on a store that answers `Retry-After`, so retries are ours: none (the caller decides).
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from minio.error import MinioException, S3Error

from rasid.errors import ConfigurationError, Unavailable
from rasid.storage.objects import answers
from rasid.storage.objects.bucket import ensure, expire, expiry_days
from rasid.storage.objects.client import Client
from rasid.storage.objects.under_way import Request, connection_pool

T = TypeVar("T")


class ObjectStore:
    """One object store. Every call raises Unavailable when the store does not answer within its deadline."""

    def __init__(
        self,
        address: str,
        access_key: str,
        secret_key: str,
        *,
        connections: int = 8,
        deadline_seconds: float = 5.0,
    ) -> None:
        url = urlsplit(address)
        self.deadline_seconds = deadline_seconds
        self.uploads = asyncio.Semaphore(max(1, connections // 2))
        """Parts of large uploads take their turn here: they leave threads to the short calls, whose deadline runs."""
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="objects")
        self._http = connection_pool(connections, deadline_seconds)
        self._under_way: set[Request] = set()
        self._client = Client(
            url.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=url.scheme == "https",
            region="us-east-1",
            http_client=self._http,
        )

    async def stop(self) -> None:
        """Cut the calls that still run and close the connections."""
        for request in tuple(self._under_way):
            request.cut()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._http.clear()

    async def ensure_bucket(self, bucket: str) -> None:
        """Make sure the bucket is there; raises ConfigurationError when the store refuses our keys."""
        try:
            await self.call(lambda client: ensure(client, bucket))
        except S3Error as error:
            raise answers.misconfigured(error, bucket) from None

    async def expire(self, bucket: str, days: int, prefix: str = "") -> None:
        """Let the store remove what was put more than so many days ago, at the next midnight (UTC) or soon after.

        Each prefix of keys has a rule of its own. Takes the administrator's credential. Raises ConfigurationError when
        the store does not say afterwards that it will: an answer alone is not believed.
        """
        try:
            await self.call(lambda client: expire(client, bucket, days, prefix))
        except S3Error as error:
            raise answers.misconfigured(error, bucket) from None
        if await self.expiry_days(bucket, prefix) != days:
            raise ConfigurationError(
                f"the object store does not take the rule that removes old objects of the bucket {bucket}",
                "use a store with S3 life cycle rules, or remove them there by other means",
            )

    async def expiry_days(self, bucket: str, prefix: str = "") -> int | None:
        """After how many days the store removes what is under the prefix by its rule of ours; None: it has none."""
        try:
            return await self.call(lambda client: expiry_days(client, bucket, prefix))
        except S3Error as error:
            raise answers.misconfigured(error, bucket) from None

    async def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        media_type: str,
        *,
        deadline_seconds: float | None = None,
    ) -> None:
        """Store `body` durably under `key`. With a key made from the content, doing it twice changes nothing."""

        def put(client: Client) -> None:
            client.put_object(bucket, key, io.BytesIO(body), len(body), content_type=media_type)

        try:
            await self.call(put, deadline_seconds=deadline_seconds)
        except S3Error as error:
            raise answers.unavailable(error) from None

    async def get(
        self,
        bucket: str,
        key: str,
        *,
        start: int = 0,
        size_bytes: int = 0,
        deadline_seconds: float | None = None,
    ) -> bytes | None:
        """The whole object, or what there is of so many bytes from `start`; None when the object is not there."""

        def get(client: Client) -> bytes:
            return read(client, bucket, key, start=start, size_bytes=size_bytes)

        try:
            return await self.call(get, deadline_seconds=deadline_seconds)
        except S3Error as error:
            if error.code in answers.MISSING:
                return None
            if error.code == "InvalidRange":
                return b""
            raise answers.unavailable(error) from None

    async def call(self, work: Callable[[Client], T], *, deadline_seconds: float | None = None) -> T:
        """Let a thread do `work` with the client; given up at the deadline, and when the caller is cancelled.

        Raises:
            Unavailable: no answer in time, or a broken one.
            S3Error: what the store says against it; the caller knows what it means.
        """
        seconds = deadline_seconds or self.deadline_seconds
        request = Request()
        self._under_way.add(request)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, request, work)
        except TimeoutError:
            raise Unavailable(answers.STORE, f"no answer within {seconds:g} s") from None
        finally:
            request.cut()
            self._under_way.discard(request)

    def _do(self, request: Request, work: Callable[[Client], T]) -> T:
        try:
            with request:
                return work(self._client)
        except S3Error:
            raise
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable(answers.STORE, type(error).__name__) from None


def read(
    client: Client,
    bucket: str,
    key: str,
    *,
    version_id: str | None = None,
    start: int = 0,
    size_bytes: int = 0,
) -> bytes:
    """The object, or so many bytes of it from `start`."""
    response = client.get_object(bucket, key, offset=start, length=size_bytes, version_id=version_id)
    try:
        return bytes(response.read(size_bytes or None))
    finally:
        response.close()
        response.release_conn()
