"""MinIO's client, and the few requests that it has no parameters for."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from minio import Minio
from minio.credentials.credentials import Credentials
from minio.datatypes import Part
from minio.helpers import genheaders, md5sum_hash
from minio.retention import Retention as MinioRetention

ONLY_NEW: Mapping[str, str] = {"If-None-Match": "*"}
BYPASS: Mapping[str, str] = {"x-amz-bypass-governance-retention": "true"}
_NO_RETENTION = b'<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></Retention>'


class Client(Minio):
    """MinIO's client. Everything here blocks: see `ObjectStore.call`."""

    _more = threading.local()

    @contextmanager
    def saying(self, headers: Mapping[str, str] | None) -> Iterator[None]:
        """Send these headers, signed, with each request this thread makes inside of the block."""
        self._more.headers = headers
        try:
            yield
        finally:
            self._more.headers = None

    def begin_parts(
        self, bucket: str, key: str, media_type: str, retention: MinioRetention | None, *, on_hold: bool
    ) -> str:
        """Start an object that comes in parts; returns the upload's id."""
        headers = genheaders(None, None, None, retention, on_hold)
        headers["Content-Type"] = media_type
        return self._create_multipart_upload(bucket, key, headers)

    def put_part(self, bucket: str, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Send one part, counted from 1; returns its ETag."""
        return self._upload_part(bucket, key, body, None, upload_id, number)

    def finish_parts(self, bucket: str, key: str, upload_id: str, etags: Sequence[str]) -> str | None:
        """Make the object visible, whole; returns its version."""
        parts = [Part(number, etag) for number, etag in enumerate(etags, 1)]
        return self._complete_multipart_upload(bucket, key, upload_id, parts).version_id

    def drop_parts(self, bucket: str, key: str, upload_id: str) -> None:
        """Give up an object that comes in parts; the store frees what it has of it."""
        self._abort_multipart_upload(bucket, key, upload_id)

    def drop_unfinished(self, bucket: str, older_than: datetime) -> int:
        """Drop every upload that was begun before then and is not finished; returns how many."""
        dropped, after = 0, None
        while True:
            page = self._list_multipart_uploads(bucket, key_marker=after)
            for upload in page.uploads:
                if upload.initiated_time is not None and upload.initiated_time < older_than:
                    self.drop_parts(bucket, upload.object_name, str(upload.upload_id))
                    dropped += 1
            after = page.next_key_marker
            if not page.is_truncated or after is None:
                return dropped

    def remove_retention(self, bucket: str, key: str, version_id: str) -> None:
        """Ask for a version without retention: a store that holds its locks refuses."""
        self._execute(
            "PUT",
            bucket,
            key,
            body=_NO_RETENTION,
            headers={"Content-MD5": md5sum_hash(_NO_RETENTION) or ""},
            query_params={"retention": "", "versionId": version_id},
        )

    def _build_headers(
        self,
        host: str,
        headers: dict[str, str | list[str] | tuple[str]] | None = None,
        body: bytes | None = None,
        creds: Credentials | None = None,
    ) -> tuple[dict[str, str | list[str] | tuple[str]], datetime]:
        more = getattr(self._more, "headers", None) or {}
        return super()._build_headers(host, {**(headers or {}), **more}, body, creds)
