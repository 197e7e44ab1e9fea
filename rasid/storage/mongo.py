"""Documents in MongoDB, through Motor, with a deadline on every operation and our own errors.

Motor is past its end of life and stays because it was asked for; nothing outside this file knows it (`mongo_errors`
knows PyMongo's errors), so that PyMongo's async client can replace it here (decision 0004).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import IndexModel, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, ConfigurationError, OperationFailure

from rasid import errors
from rasid.errors import Unavailable
from rasid.storage.mongo_errors import Duplicate, guarded, only_duplicates
from rasid.storage.mongo_login import Login, client_options

__all__ = ["Collection", "Document", "Duplicate", "Keys", "Mongo"]

Document = dict[str, Any]
Keys = Sequence[tuple[str, int]]

# Building an index may be given hours; finding the server never is.
SELECTION_SECONDS = 30.0
# IndexOptionsConflict, IndexKeySpecsConflict.
OTHER_OPTIONS = (85, 86)


class Mongo:
    """One database of one service. Acknowledged writes are on the disks of a majority (`w=majority`, `j=true`)."""

    def __init__(self, uri: str, database: str, *, login: Login | None = None, deadline_seconds: float = 5.0) -> None:
        self._uri = uri
        self._name = database
        self.login = login
        self._deadline_seconds = deadline_seconds
        self._client: AsyncIOMotorClient[Document] | None = None

    async def start(self) -> None:
        """Connect; raises Unavailable when nothing answers and ConfigurationError when it refuses us."""
        try:
            self._client = AsyncIOMotorClient(
                self._uri,
                tz_aware=True,
                w="majority",
                journal=True,
                appname=self._name,
                timeoutMS=int(self._deadline_seconds * 1000),
                serverSelectionTimeoutMS=int(min(self._deadline_seconds, SELECTION_SECONDS) * 1000),
                **client_options(self.login),
            )
        except ConfigurationError as error:
            raise errors.ConfigurationError(f"RASID_MONGO: {error}", "give a mongodb:// connection string") from None
        await self.ping()

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def ping(self) -> None:
        """Return when the database answers; raises Unavailable when not."""
        async with guarded(self._deadline_seconds):
            await self._connected().admin.command("ping")

    async def hello(self) -> Document:
        """What the server says of itself: its version on the wire, its replica set, its time (aware UTC)."""
        async with guarded(self._deadline_seconds):
            said: Document = await self._connected().admin.command("hello")
        return said | {"localTime": said["localTime"].replace(tzinfo=UTC)}  # answers to commands come without a zone

    async def asks_who_we_are(self) -> bool:
        """Whether it keeps from our user what is the administrator's; one that asks nobody shows its users to all."""
        try:
            async with guarded(self._deadline_seconds):
                await self._connected().admin.command("usersInfo", 1)
        except errors.ConfigurationError:
            return True
        return False

    def collection(self, name: str) -> "Collection":
        """A collection of this database."""
        return Collection(self._connected()[self._name][name], self._deadline_seconds)

    def _connected(self) -> AsyncIOMotorClient[Document]:
        if self._client is None:
            raise Unavailable("the database", "it has not been started")
        return self._client


class Collection:
    """The operations the services use. Every one raises Unavailable when the database does not answer in time."""

    def __init__(self, collection: AsyncIOMotorCollection[Document], deadline_seconds: float) -> None:
        self._collection = collection
        self._deadline_seconds = deadline_seconds
        self.name: str = collection.name

    async def find_one(self, query: Mapping[str, Any]) -> Document | None:
        """The document that matches, or None."""
        async with guarded(self._deadline_seconds):
            found: Document | None = await self._collection.find_one(query)
            return found

    async def find(
        self,
        query: Mapping[str, Any],
        *,
        sort: Keys = (),
        limit: int = 0,
        fields: Sequence[str] | None = None,
    ) -> list[Document]:
        """The documents that match, sorted by `(field, 1 or -1)`; `limit` 0 means all."""
        async with guarded(self._deadline_seconds):
            cursor = self._collection.find(query, fields)
            if sort:
                cursor = cursor.sort(list(sort))
            return await cursor.limit(limit).to_list(None)

    async def count(self, query: Mapping[str, Any]) -> int:
        """How many documents match."""
        async with guarded(self._deadline_seconds):
            return await self._collection.count_documents(query)

    async def insert(self, document: Document) -> None:
        """Add a document; raises Duplicate when its `_id` or a unique key is taken."""
        async with guarded(self._deadline_seconds):
            await self._collection.insert_one(document)

    async def replace(self, query: Mapping[str, Any], document: Document, *, upsert: bool = False) -> bool:
        """Replace the document that matches; False when none did. With `upsert` raises Duplicate in a race."""
        async with guarded(self._deadline_seconds):
            result = await self._collection.replace_one(query, document, upsert=upsert)
            return result.matched_count > 0 or result.upserted_id is not None

    async def update(
        self,
        query: Mapping[str, Any],
        change: Mapping[str, Any],
        *,
        upsert: bool = False,
    ) -> Document | None:
        """Change one document atomically and return it as it is afterwards; None when nothing matched."""
        async with guarded(self._deadline_seconds):
            changed: Document | None = await self._collection.find_one_and_update(
                query,
                change,
                upsert=upsert,
                return_document=ReturnDocument.AFTER,
            )
            return changed

    async def delete(self, query: Mapping[str, Any]) -> int:
        """Delete what matches and say how many that were."""
        async with guarded(self._deadline_seconds):
            return (await self._collection.delete_many(query)).deleted_count

    async def insert_many(self, documents: Sequence[Document]) -> frozenset[Any]:
        """Add documents in one go; returns the ids of those that were there already and were passed over."""
        if documents:
            async with guarded(self._deadline_seconds):
                try:
                    await self._collection.insert_many(documents, ordered=False)
                except BulkWriteError as error:
                    return frozenset(documents[index]["_id"] for index in only_duplicates(error))
        return frozenset()

    async def update_many(
        self,
        changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
        *,
        upsert: bool = True,
    ) -> int:
        """Apply `(query, change)` in one go, in no particular order; returns how many matched what was there.

        With `upsert` what matches nothing is added.
        """
        if not changes:
            return 0
        async with guarded(self._deadline_seconds):
            try:
                result = await self._collection.bulk_write(
                    [UpdateOne(query, change, upsert=upsert) for query, change in changes],
                    ordered=False,
                )
            except BulkWriteError as error:
                # Two processes upserting one new key: one of them is told so and finds it there next time.
                only_duplicates(error)
                raise Unavailable("the database", "another process wrote the same key at the same moment") from None
            return result.matched_count

    async def indexes(self) -> list[Document]:
        """The indexes that are there; none when the collection is not."""
        async with guarded(self._deadline_seconds):
            return [dict(index) async for index in self._collection.list_indexes()]

    async def ensure_index(
        self,
        keys: Keys,
        *,
        unique: bool = False,
        sparse: bool = False,
        expire_after_seconds: int | None = None,
        partial: Mapping[str, Any] | None = None,
    ) -> None:
        """Make sure the index is there; raises ConfigurationError for one with other options.

        `expire_after_seconds` 0 on a time field removes documents at that time.
        """
        options: dict[str, Any] = {"unique": unique, "sparse": sparse and partial is None}
        given = {"expireAfterSeconds": expire_after_seconds, "partialFilterExpression": partial}
        options |= {name: value for name, value in given.items() if value is not None}
        async with guarded(self._deadline_seconds):
            try:
                await self._collection.create_indexes([IndexModel(list(keys), **options)])
            except OperationFailure as error:
                if error.code in OTHER_OPTIONS:
                    wrong = f"the database has another index of {self.name} by {', '.join(name for name, _ in keys)}"
                    raise errors.ConfigurationError(wrong, "drop it, and run `rasid setup`") from None
                raise
