"""Making a bucket, how long it keeps what is in it, and what a bucket for evidence must be."""

from minio.commonconfig import ENABLED, Filter
from minio.error import S3Error
from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

from rasid.errors import ConfigurationError
from rasid.storage.objects import answers
from rasid.storage.objects.client import Client

EXPIRY = "rasid-expiry"
"""What the names of our rules begin with: those that somebody else gave the bucket stay."""


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


def expire(client: Client, bucket: str, days: int, prefix: str) -> None:
    """See `ObjectStore.expire`."""
    if expiry_days(client, bucket, prefix) == days:
        return
    name = _rule_of(prefix)
    ours = Rule(ENABLED, rule_filter=Filter(prefix=prefix), rule_id=name, expiration=Expiration(days=days))
    others = [rule for rule in _rules(client, bucket) if rule.rule_id != name]
    client.set_bucket_lifecycle(bucket, LifecycleConfig([*others, ours]))


def expiry_days(client: Client, bucket: str, prefix: str) -> int | None:
    """See `ObjectStore.expiry_days`."""
    for rule in _rules(client, bucket):
        if rule.rule_id == _rule_of(prefix) and rule.status == ENABLED and rule.expiration is not None:
            return rule.expiration.days
    return None


def _rule_of(prefix: str) -> str:
    return f"{EXPIRY}-{prefix.rstrip('/')}" if prefix else EXPIRY


def _rules(client: Client, bucket: str) -> list[Rule]:
    found = client.get_bucket_lifecycle(bucket)
    return [] if found is None else list(found.rules)


def _has_lock(client: Client, bucket: str) -> bool:
    try:
        client.get_object_lock_config(bucket)
    except S3Error as error:
        if error.code in answers.UNLOCKED:
            return False
        raise
    return True
