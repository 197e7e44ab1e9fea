"""Every index of the archive's database."""

from rasid.storage.indexes import Index
from rasid.storage.outbox import outbox_index
from services.archive.store import ALERTS, EVIDENCE, UPLOADS

# Of the same bytes there may be several versions, and each is one evidence's: erasing one leaves the others.
ONE_OWNER = {"clip.version_id": {"$gt": ""}}

INDEXES = (
    Index(EVIDENCE, (("agency", 1), ("requested_at", -1), ("_id", -1))),
    Index(EVIDENCE, (("state", 1), ("expires_at", 1))),
    Index(EVIDENCE, (("clip.object", 1), ("clip.version_id", 1)), unique=True, partial=ONE_OWNER),
    Index(UPLOADS, (("settle_after", 1),)),
    Index(ALERTS, (("forget_at", 1),), expire_after_seconds=0),
    outbox_index(EVIDENCE),
)
