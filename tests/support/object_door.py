"""At an object store's door: clients of any credential, things that the administrator put, and what becomes of them."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import urllib3
from minio import Minio as Client
from minio import MinioAdmin
from minio.commonconfig import GOVERNANCE
from minio.credentials.providers import StaticProvider
from minio.error import S3Error
from minio.retention import Retention

from tools.engines import Minio, Objects
from tools.engines.object_keys import Keys

Door = Minio | Objects
BODY = b"seen"
# MinIO refuses what is locked with the second.
REFUSALS = {"AccessDenied", "InvalidRequest", "InvalidBucketState"}
AN_HOUR = timedelta(hours=1)
_numbers = count()


@contextmanager
def client_of(door: Door, keys: Keys) -> Iterator[Client]:
    with urllib3.PoolManager(timeout=10, retries=False) as pool:
        host = door.address.removeprefix("http://")
        yield Client(host, *keys, secure=False, region="us-east-1", http_client=pool)


@contextmanager
def administrator(door: Door) -> Iterator[MinioAdmin]:
    with urllib3.PoolManager(timeout=10, retries=False) as pool:
        host = door.address.removeprefix("http://")
        yield MinioAdmin(
            endpoint=host,
            credentials=StaticProvider(*door.admin),
            secure=False,
            region="us-east-1",
            http_client=pool,
        )


@dataclass(frozen=True)
class Thing:
    """One object that the administrator put."""

    bucket: str
    key: str
    version_id: str | None


def thing(door: Door, bucket: str, *, locked: bool = False) -> Thing:
    key = f"things/{next(_numbers)}"
    retention = Retention(GOVERNANCE, datetime.now(UTC) + AN_HOUR) if locked else None
    with client_of(door, door.admin) as admin:
        put = admin.put_object(bucket, key, io.BytesIO(BODY), len(BODY), retention=retention)
    return Thing(bucket, key, put.version_id)


def reads(door: Door, one: Thing) -> bool:
    with client_of(door, door.admin) as admin:
        try:
            return admin.get_object(one.bucket, one.key, version_id=one.version_id).data == BODY
        except S3Error as error:
            if error.code not in {"NoSuchKey", "NoSuchVersion"}:
                raise
            return False


def does(work: Callable[[], object]) -> bool:
    try:
        work()
    except S3Error as error:
        if error.code not in REFUSALS:
            raise
        return False
    return True
