"""Making a bucket, and what a bucket for evidence must be."""

from minio.commonconfig import ENABLED
from minio.error import S3Error

from rasid.errors import ConfigurationError
from rasid.storage.objects import answers
from rasid.storage.objects.client import Client


def ensure(client: Client, bucket: str, *, is_locked: bool = False) -> None:
    """Make it when it is missing."""
    if client.bucket_exists(bucket):
        return
    with answers.passing_over(answers.TAKEN):
        client.make_bucket(bucket, object_lock=is_locked)


def ensure_locked(client: Client, bucket: str) -> None:
    """Make it with versioning and Object Lock, or check both; see `LockedBucket.ensure`."""
    ensure(client, bucket, is_locked=True)
    if not _has_lock(client, bucket) or client.get_bucket_versioning(bucket).status != ENABLED:
        raise ConfigurationError(
            f"the bucket {bucket} has no Object Lock with versioning",
            "a bucket gets it only when it is made: name another bucket, which is then made with it, and move what "
            "this one holds",
        )


def _has_lock(client: Client, bucket: str) -> bool:
    try:
        client.get_object_lock_config(bucket)
    except S3Error as error:
        if error.code in answers.UNLOCKED:
            return False
        raise
    return True
