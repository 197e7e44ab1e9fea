"""The registry in MongoDB: a change and the event it causes are one document, written in one step.

Documents: `{_id, row, version, changed, pending_events, unfiled}`, of a camera also `skew_seconds` and `credentials`.
`changed` is also how the path of a read learns of changes (`rasid.storage.changes`), `unfiled` who made this one
(`history_store.py`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Generic

from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD as CHANGED
from rasid.storage.changes import ChangeCounter
from rasid.storage.mongo import Collection, Document, Duplicate
from rasid.storage.outbox import FIELD as PENDING
from rasid.storage.outbox import pending
from services.ingest.credentials import Credential
from services.ingest.registry.device_documents import credentials_of
from services.ingest.registry.entries import CredentialNote, E, Entry, Kind, in_state_since, state_event
from services.ingest.registry.history import Author, Change, differences
from services.ingest.registry.history_store import FIELD as UNFILED
from services.ingest.registry.history_store import unfiled
from services.ingest.registry.importing import Planned

# All of an entry but the events that wait to be published, which are as large as the rest.
ENTRY_FIELDS = ("row", "version", CHANGED, "skew_seconds", "state_at", "credentials")
# Identifiers sort before this; ranges have two ends because the engines read everything otherwise.
AFTER_ALL = "~"
CHUNK = 500

OnWrite = Callable[[Document], None]


class MongoTable(Generic[E]):
    """Cameras or sites. `on_write` gets every document this process has written, as it is afterwards."""

    def __init__(
        self,
        collection: Collection,
        kind: Kind[E],
        counter: ChangeCounter,
        clock: Clock,
        on_write: OnWrite = lambda _: None,
    ) -> None:
        self.kind = kind
        self._collection = collection
        self._counter = counter
        self._clock = clock
        self._on_write = on_write

    async def get(self, key: str) -> Entry[E] | None:
        """The entry, or None."""
        document = await self._collection.find_one({"_id": key})
        return None if document is None else self._entry(document)

    async def page(self, after: str, limit: int, where: Mapping[str, str]) -> list[Entry[E]]:
        """Up to `limit` entries behind the identifier `after` whose fields have these values; 0 means all."""
        query = {"_id": {"$gt": after, "$lt": AFTER_ALL}, **{f"row.{field}": value for field, value in where.items()}}
        documents = await self._collection.find(query, sort=[("_id", 1)], limit=limit, fields=ENTRY_FIELDS)
        if len(documents) <= CHUNK:
            return [self._entry(document) for document in documents]
        # Twenty thousand of them would hold the cameras up for a second.
        return await asyncio.to_thread(lambda: [self._entry(document) for document in documents])

    async def keys(self) -> frozenset[str]:
        """All identifiers."""
        return frozenset(document["_id"] for document in await self._collection.find({}, fields=["_id"]))

    async def add(self, key: str, edit: E, by: Author) -> Entry[E] | None:
        """Register something new; None when it is there already."""
        number = await self._counter.take()
        document = self._new(key, edit, number, by)
        try:
            await self._collection.insert(document)
        except Duplicate:
            return None
        self._on_write(document)
        return self._entry(document)

    async def replace(self, before: Entry[E], edit: E, by: Author) -> Entry[E] | None:
        """Change an entry; None when it is not as `before` any more."""
        query, change = self._change(before, edit, await self._counter.take(), by)
        document = await self._collection.update(query, change)
        if document is None:
            return None
        self._on_write(document)
        return self._entry(document)

    async def save(self, rows: Sequence[Planned[E]], by: Author) -> frozenset[str]:
        """Write many; returns the identifiers of those written. The others were changed by somebody else meanwhile."""
        written: set[str] = set()
        for start in range(0, len(rows), CHUNK):
            written |= await self._save_chunk(rows[start : start + CHUNK], by)
        return frozenset(written)

    async def _save_chunk(self, rows: Sequence[Planned[E]], by: Author) -> set[str]:
        first = await self._counter.take(len(rows))
        numbered = list(enumerate(rows, first))
        await self._collection.insert_many(
            [self._new(row.key, row.edit, number, by) for number, row in numbered if row.before is None],
        )
        await self._collection.update_many(
            [self._change(row.before, row.edit, number, by) for number, row in numbered if row.before is not None],
            upsert=False,
        )
        written = {CHANGED: {"$gte": first, "$lt": first + len(rows)}}
        documents = await self._collection.find(written, fields=ENTRY_FIELDS)
        for document in documents:
            self._on_write(document)
        return {document["_id"] for document in documents}

    def _new(self, key: str, edit: E, number: int, by: Author) -> Document:
        since = in_state_since(None, edit, self._clock.now())
        entry = Entry(key=key, version=number, changed=number, edit=edit, state_at=since)
        events, history = pending(self._event(entry)), self._history(None, entry, by)
        return {"_id": key, **self._fields(entry), PENDING: events, UNFILED: history}

    def _change(self, before: Entry[E], edit: E, number: int, by: Author) -> tuple[Document, Document]:
        since = in_state_since(before, edit, self._clock.now())
        entry = replace(before, version=number, changed=number, edit=edit, state_at=since)
        query = {"_id": before.key, CHANGED: before.changed}
        pushed = {PENDING: pending(self._event(entry)), UNFILED: self._history(before, entry, by)}
        pushes = {field: {"$each": those} for field, those in pushed.items()}
        return query, {"$set": self._fields(entry), "$push": pushes}

    def _history(self, before: Entry[E] | None, entry: Entry[E], by: Author) -> list[Document]:
        return unfiled(
            Change(
                number=entry.changed,
                kind=self.kind.name,
                key=entry.key,
                at=self._clock.now(),
                by=by,
                what="registered" if before is None else "changed",
                fields=differences(None if before is None else before.edit, entry.edit),
            ),
        )

    def _fields(self, entry: Entry[E]) -> Document:
        fields = {"row": entry.edit.model_dump(mode="json"), "version": entry.version, CHANGED: entry.changed}
        return fields if entry.state_at is None else fields | {"state_at": entry.state_at}

    def _event(self, entry: Entry[E]) -> Event[Struct]:
        return state_event(self.kind, entry, self._clock.now())

    def _entry(self, document: Document) -> Entry[E]:
        return Entry(
            key=document["_id"],
            version=document["version"],
            changed=document[CHANGED],
            edit=self.kind.edit.model_validate(document["row"]),
            skew_seconds=document.get("skew_seconds"),
            state_at=document.get("state_at"),
            credential=_note(credentials_of(document)),
        )


def _note(credentials: Sequence[Credential]) -> CredentialNote | None:
    if not credentials:
        return None
    previous = credentials[1].valid_until if len(credentials) > 1 else None
    return CredentialNote(credentials[0].issued_at, previous)
