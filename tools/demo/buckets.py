"""The buckets of the demo, made with the administrator's credential, which no service has."""

from rasid.storage.objects import LockedBucket, ObjectStore
from tools.engines import Objects

PICTURES = "rasid-pictures"
EVIDENCE = "rasid-evidence"


async def ensure_buckets(engine: Objects) -> None:
    """Make those that are missing.

    Raises:
        ConfigurationError: the bucket for evidence was made without Object Lock.
    """
    store = ObjectStore(engine.address, *engine.admin)
    try:
        await store.ensure_bucket(PICTURES)
        await LockedBucket(store, EVIDENCE).ensure()
    finally:
        await store.stop()
