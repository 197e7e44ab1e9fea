"""Every index of the database of alerts."""

from rasid.storage.changes import change_index
from rasid.storage.indexes import Index
from rasid.storage.outbox import outbox_index
from services.alerts.store import ALERTS, LEDGERS
from services.alerts.watchlist_store import ENTRIES

INDEXES = (
    Index(ALERTS, (("agency", 1), ("received_at", -1), ("_id", -1))),
    Index(ENTRIES, (("agency", 1), ("list_id", 1), ("_id", 1))),
    Index(ENTRIES, (("agency", 1), ("covert.consent.state", 1), ("_id", 1))),
    Index(ENTRIES, (("covert.authorization_id", 1),), sparse=True),
    *(Index(name, (("expires_at", 1),), expire_after_seconds=0) for name in (ALERTS, LEDGERS)),
    outbox_index(ALERTS),
    change_index(ENTRIES),
)
