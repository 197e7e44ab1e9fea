"""Every index of casework's database."""

from rasid.storage.indexes import Index
from rasid.storage.outbox import outbox_index
from services.casework.file_store import FILES
from services.casework.store import AUTHORIZATIONS, CASES

INDEXES = (
    Index(CASES, (("opened_at", -1), ("_id", -1))),
    Index(CASES, (("state", 1), ("closes_at", 1))),
    Index(AUTHORIZATIONS, (("agency", 1), ("consent.asked_at", -1), ("_id", -1))),
    Index(AUTHORIZATIONS, (("state", 1),)),
    Index(FILES, (("case_id", 1), ("at", -1), ("_id", -1))),
    outbox_index(CASES),
    outbox_index(AUTHORIZATIONS),
)
