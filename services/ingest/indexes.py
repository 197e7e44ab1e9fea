"""Every index of ingest's database."""

from rasid.storage.changes import change_index
from rasid.storage.outbox import outbox_index
from services.ingest.registry import history_store
from services.ingest.registry.entries import CAMERAS, SITES

INDEXES = (
    *(make(table.name) for table in (SITES, CAMERAS) for make in (outbox_index, change_index)),
    *history_store.INDEXES,
)
