"""Pictures and clips in an S3 object store, through MinIO's client, which only this package knows.

`ObjectStore` is one store with one credential; `LockedBucket` is a bucket of it whose versions can be locked, and
`PassingBucket` one whose objects go when their time is over;
`prove_lock` shows that the store really holds them, `prove_eraser` that the second credential can do what it is for.
"""

from rasid.storage.objects.locked import LockedBucket
from rasid.storage.objects.passing import PassingBucket
from rasid.storage.objects.proof import Verdict, prove_eraser, prove_lock
from rasid.storage.objects.store import ObjectStore
from rasid.storage.objects.stored import Mode, Retention, Stored

__all__ = [
    "LockedBucket",
    "Mode",
    "ObjectStore",
    "PassingBucket",
    "Retention",
    "Stored",
    "Verdict",
    "prove_eraser",
    "prove_lock",
]
