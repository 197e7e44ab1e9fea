"""Every index of casework's database."""

from rasid.storage.indexes import Index
from rasid.storage.outbox import outbox_index
from services.casework.store import CASES

INDEXES = (
    Index(CASES, (("opened_at", -1), ("_id", -1))),
    Index(CASES, (("state", 1), ("closes_at", 1))),
    outbox_index(CASES),
)
