"""The registry in MongoDB: a change and the event it causes are one document, written in one step.

Documents: `{_id, row, version, changed, pending_events}`, of a camera also `skew_seconds` and `credentials`. `changed`
is also how the path of a read learns of changes (`rasid.storage.changes`).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Generic

from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.runtime.clock import Clock
from rasid.storage.changes import FIELD as CHANGED
from rasid.storage.changes import ChangeCounter
from rasid.storage.mongo import Collection, Document, Duplicate
from rasid.storage.outbox import FIELD as PENDING
from rasid.storage.outbox import pending
from services.ingest.credentials import Credential
from services.ingest.devices import Device
from services.ingest.payload.reading import CameraContext
from services.ingest.registry.entries import CredentialNote, E, Entry, Kind, state_event
from services.ingest.registry.importing import Planned

# What the path of a read needs of a camera's document.
DEVICE_FIELDS = (
    *("row.site_id", "row.time_zone", "row.adapter", "row.state", "row.address", "row.serial"),
    *("row.mqtt_topic", "row.channel", "row.pull", "row.pull_port"),
    *("skew_seconds", "credentials"),
)
CONTROLLER_FIELDS = ("credentials", "row.mqtt_topic")
# All of an entry but the events that wait to be published, which are as large as the rest.
ENTRY_FIELDS = ("row", "version", CHANGED, "skew_seconds", "credentials")
# Fields of a camera that documents of an earlier version lack.
ABSENT_BEFORE = ("address", "serial", "mqtt_topic", "channel", "pull", "pull_port")
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

    async def add(self, key: str, edit: E) -> Entry[E] | None:
        """Register something new; None when it is there already."""
        number = await self._counter.take()
        document = self._new(key, edit, number)
        try:
            await self._collection.insert(document)
        except Duplicate:
            return None
        self._on_write(document)
        return self._entry(document)

    async def replace(self, before: Entry[E], edit: E) -> Entry[E] | None:
        """Change an entry; None when it is not as `before` any more."""
        query, change = self._change(before, edit, await self._counter.take())
        document = await self._collection.update(query, change)
        if document is None:
            return None
        self._on_write(document)
        return self._entry(document)

    async def save(self, rows: Sequence[Planned[E]]) -> frozenset[str]:
        """Write many; returns the identifiers of those written. The others were changed by somebody else meanwhile."""
        written: set[str] = set()
        for start in range(0, len(rows), CHUNK):
            written |= await self._save_chunk(rows[start : start + CHUNK])
        return frozenset(written)

    async def _save_chunk(self, rows: Sequence[Planned[E]]) -> set[str]:
        first = await self._counter.take(len(rows))
        numbered = list(enumerate(rows, first))
        await self._collection.insert_many(
            [self._new(row.key, row.edit, number) for number, row in numbered if row.before is None],
        )
        await self._collection.update_many(
            [self._change(row.before, row.edit, number) for number, row in numbered if row.before is not None],
            upsert=False,
        )
        written = {CHANGED: {"$gte": first, "$lt": first + len(rows)}}
        documents = await self._collection.find(written, fields=ENTRY_FIELDS)
        for document in documents:
            self._on_write(document)
        return {document["_id"] for document in documents}

    def _new(self, key: str, edit: E, number: int) -> Document:
        entry = Entry(key=key, version=number, changed=number, edit=edit)
        return {"_id": key, **self._fields(entry), PENDING: pending(self._event(entry))}

    def _change(self, before: Entry[E], edit: E, number: int) -> tuple[Document, Document]:
        entry = replace(before, version=number, changed=number, edit=edit)
        query = {"_id": before.key, CHANGED: before.changed}
        return query, {"$set": self._fields(entry), "$push": {PENDING: {"$each": pending(self._event(entry))}}}

    def _fields(self, entry: Entry[E]) -> Document:
        return {"row": entry.edit.model_dump(mode="json"), "version": entry.version, CHANGED: entry.changed}

    def _event(self, entry: Entry[E]) -> Event[Struct]:
        return state_event(self.kind, entry, self._clock.now())

    def _entry(self, document: Document) -> Entry[E]:
        return Entry(
            key=document["_id"],
            version=document["version"],
            changed=document[CHANGED],
            edit=self.kind.edit.model_validate(document["row"]),
            skew_seconds=document.get("skew_seconds"),
            credential=_note(_credentials(document)),
        )


class MongoCredentials:
    """The credentials of cameras, as digests, in the cameras' own documents."""

    def __init__(self, collection: Collection, counter: ChangeCounter, on_write: OnWrite) -> None:
        self._collection = collection
        self._counter = counter
        self._on_write = on_write

    async def held(self, camera_id: str) -> tuple[tuple[Credential, ...], int]:
        """What the camera holds now, newest first, and the number of the change that made it so."""
        document = await self._collection.find_one({"_id": camera_id})
        return _credentials(document or {}), int((document or {CHANGED: 0})[CHANGED])

    async def write(self, camera_id: str, credentials: Iterable[Credential], *, over: int) -> bool:
        """Replace them; False when the camera has changed since change number `over`."""
        change = {"credentials": [asdict(one) for one in credentials], CHANGED: await self._counter.take()}
        document = await self._collection.update({"_id": camera_id, CHANGED: over}, {"$set": change})
        if document is None:
            return False
        self._on_write(document)
        return True


def device_of(document: Document) -> Device:
    """A camera's document as the path of a read needs it."""
    row: dict[str, Any] = document["row"]
    return Device(
        context=CameraContext(
            camera_id=document["_id"],
            site_id=row["site_id"],
            time_zone=row["time_zone"],
            skew_seconds=document.get("skew_seconds"),
            adapter=row["adapter"],
        ),
        state=row["state"],
        credentials=_credentials(document),
        changed=document[CHANGED],
        # Written before there were these: absent.
        **{name: row.get(name) for name in ABSENT_BEFORE},
    )


def controller_of(document: Document) -> Device:
    """A site's document as the path of its controller's reports needs it: known by the site's identifier."""
    return Device(
        context=CameraContext(camera_id=document["_id"], site_id=document["_id"]),
        state="active",
        credentials=_credentials(document),
        changed=document[CHANGED],
        mqtt_topic=document.get("row", {}).get("mqtt_topic"),
    )


def _credentials(document: Document) -> tuple[Credential, ...]:
    return tuple(Credential(**one) for one in document.get("credentials", ()))


def _note(credentials: Sequence[Credential]) -> CredentialNote | None:
    if not credentials:
        return None
    previous = credentials[1].valid_until if len(credentials) > 1 else None
    return CredentialNote(credentials[0].issued_at, previous)
