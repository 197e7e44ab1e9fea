"""What an object store's error codes mean to us.

Stores differ in the code of a refusal (a locked version: 400 InvalidRequest from MinIO, 403 AccessDenied from
SeaweedFS), and some hide damage behind the code of overload, so codes decide how we go on, never what is proven.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from minio.error import S3Error

from rasid.errors import AlreadyThere, ConfigurationError, Full, RasidError, Refused, Unavailable

STORE = "the object store"
GONE = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchObject"})
MISSING = GONE | {"NoSuchBucket"}
# Asked about a delete marker, a store says that this method is not allowed on it.
NOT_READABLE = MISSING | {"MethodNotAllowed"}
WRONG_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch"})
NOT_OURS = WRONG_KEYS | {"AccessDenied"}
TAKEN = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
FULL = frozenset({"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientCapacity"})
# What stores also say when something else is wrong.
AMBIGUOUS = {
    "SlowDownRead": "it is overloaded, or the object is damaged (SlowDownRead)",
    "SlowDownWrite": "it is overloaded, or its disks are full (SlowDownWrite)",
    "InternalError": "it has a fault, or its disks are full (InternalError)",
}
PRECONDITION = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
LOCKED = frozenset({"AccessDenied", "InvalidRequest", "ObjectLocked", "MethodNotAllowed", "InvalidRetentionPeriod"})
UNLOCKED = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "InvalidRequest"})
"""A bucket without Object Lock, asked for it or for a locked version."""


def unavailable(error: S3Error) -> RasidError:
    """What to raise when nothing about this object is at fault."""
    code = str(error.code)
    if code in FULL:
        return Full(STORE, f"it has no room left ({code})")
    if code in PRECONDITION:
        return AlreadyThere(f"an object with this key is already there ({code})")
    if code in UNLOCKED:
        return Refused(f"the object store does not lock in this bucket ({code})")
    if code in NOT_OURS:
        return Unavailable(STORE, f"it refuses our credential ({code}): check its keys and what it may do")
    return Unavailable(STORE, AMBIGUOUS.get(code, code))


def refused(error: S3Error, what: str) -> RasidError:
    """What to raise when a lock, a hold or a missing right may be the reason that `what` was not done."""
    code = str(error.code)
    if code in GONE:
        return Refused(f"the object store cannot {what} that is not there ({code})")
    if code in LOCKED:
        return Refused(f"the object store refuses to {what} ({code})")
    return unavailable(error)


def misconfigured(error: S3Error, bucket: str) -> RasidError:
    """What to raise at the start, when it is the administrator who can help."""
    code = str(error.code)
    if code in NOT_OURS:
        return ConfigurationError(
            f"the object store refuses to let us use the bucket {bucket} ({code})",
            "check RASID_OBJECTS_ACCESS_KEY and RASID_OBJECTS_SECRET_KEY and what they may do; "
            "a bucket that is missing is made with the administrator's credential",
        )
    if code == "RequestTimeTooSkewed":
        return ConfigurationError(
            "the object store's clock and this machine's are a quarter of an hour apart", "synchronize both with NTP"
        )
    return unavailable(error)


@contextmanager
def passing_over(codes: frozenset[str]) -> Iterator[None]:
    """Take these answers for success."""
    try:
        yield
    except S3Error as error:
        if error.code not in codes:
            raise
