"""The buckets, made with the administrator's credential, which no service has."""

from rasid.storage.objects import LockedBucket, ObjectStore
from tools.engines.object_keys import Keys

PICTURES = "rasid-pictures"
EVIDENCE = "rasid-evidence"


async def ensure_buckets(address: str, admin: Keys, *, pictures: str = PICTURES, evidence: str = EVIDENCE) -> None:
    """Make those that are missing.

    Raises:
        ConfigurationError: the bucket for evidence was made without Object Lock, or the store refuses the credential.
        Unavailable: the store does not answer.
    """
    store = ObjectStore(address, *admin)
    try:
        await store.ensure_bucket(pictures)
        await LockedBucket(store, evidence).ensure()
    finally:
        await store.stop()
