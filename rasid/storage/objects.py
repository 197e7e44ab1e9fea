"""Pictures and clips in an S3 object store, through MinIO's client in a bounded pool of threads.

The client is synchronous, so each call takes a thread; there are as many threads as connections. Its default
retries would wait minutes on a store that answers `Retry-After`, so retries are ours: none (the caller decides).
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from rasid import errors
from rasid.errors import Unavailable

T = TypeVar("T")

MISSING = ("NoSuchKey", "NoSuchBucket", "NoSuchObject")
REFUSED = ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch")
TAKEN = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


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
        self._deadline_seconds = deadline_seconds
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="objects")
        self._http = urllib3.PoolManager(
            maxsize=connections,
            block=True,
            timeout=urllib3.Timeout(connect=deadline_seconds, read=deadline_seconds),
            retries=urllib3.Retry(0, respect_retry_after_header=False),
        )
        self._client = Minio(
            url.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=url.scheme == "https",
            region="us-east-1",
            http_client=self._http,
        )

    async def stop(self) -> None:
        """Let running calls end within the deadline and close the connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._http.clear()

    async def ensure_bucket(self, bucket: str) -> None:
        """Make sure the bucket is there; raises ConfigurationError when the store refuses our keys."""
        try:
            await self._run(self._deadline_seconds, self._make_bucket, bucket)
        except S3Error as error:
            if error.code in REFUSED:
                raise errors.ConfigurationError(
                    f"the object store refuses to let us use the bucket {bucket} ({error.code})",
                    "check RASID_OBJECTS_ACCESS_KEY and RASID_OBJECTS_SECRET_KEY and what they may do",
                ) from None
            raise Unavailable("the object store", str(error.code)) from None

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
        await self._call(
            deadline_seconds,
            partial(
                self._client.put_object,
                bucket_name=bucket,
                object_name=key,
                data=io.BytesIO(body),
                length=len(body),
                content_type=media_type,
            ),
        )

    async def get(self, bucket: str, key: str, *, deadline_seconds: float | None = None) -> bytes | None:
        """The whole object, or None when it is not there."""
        try:
            return await self._run(deadline_seconds or self._deadline_seconds, self._read, bucket, key)
        except S3Error as error:
            if error.code in MISSING:
                return None
            raise Unavailable("the object store", str(error.code)) from None

    def _make_bucket(self, bucket: str) -> None:
        if self._client.bucket_exists(bucket_name=bucket):
            return
        try:
            self._client.make_bucket(bucket_name=bucket)
        except S3Error as error:
            if error.code not in TAKEN:
                raise

    def _read(self, bucket: str, key: str) -> bytes:
        response = self._client.get_object(bucket_name=bucket, object_name=key)
        try:
            return bytes(response.data)
        finally:
            response.close()
            response.release_conn()

    async def _call(self, deadline_seconds: float | None, work: Callable[[], object]) -> None:
        try:
            await self._run(deadline_seconds or self._deadline_seconds, work)
        except S3Error as error:
            raise Unavailable("the object store", str(error.code)) from None

    async def _run(self, deadline_seconds: float, work: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(deadline_seconds):
                return await loop.run_in_executor(self._threads, partial(work, *arguments))
        except TimeoutError:
            raise Unavailable("the object store", f"no answer within {deadline_seconds:g} s") from None
        except S3Error:
            raise
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable("the object store", type(error).__name__) from None
