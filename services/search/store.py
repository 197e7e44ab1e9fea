"""Passages in MongoDB.

Most sightings are one read, so a batch is inserted without looking first; only what is there already is read, joined
and written again. The document of a sighting's earliest passage carries a `version` that each change must have seen,
and names the sighting's other passages (`others`), which are few: a crash in between is mended when its reads come
again, as they do.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rasid.errors import Unavailable
from rasid.storage.mongo import Collection, Document, Mongo
from services.search.documents import from_document, to_document
from services.search.passage import Passage
from services.search.passage_filters import filters
from services.search.passages import by_sighting, settle
from services.search.ports import Added, PassageQuery
from services.search.stretches import pieces

PASSAGES = "passages"
KEY = "passage_id"
# After every id there is: both ends of a range are given.
LAST_ID = "\U0010ffff"
LATEST_FIRST = (("captured_at", -1), ("_id", -1))


class MongoPassageStore:
    """The collection `passages`."""

    def __init__(self, mongo: Mongo) -> None:
        self._passages: Collection = mongo.collection(PASSAGES)

    async def add(self, parts: Sequence[Passage]) -> Added:
        """Merge parts of passages into what is there. Raises Unavailable, also when another process came between."""
        sightings = {sighting: settle(each) for sighting, each in by_sighting(parts).items()}
        lone = [passages[0] for passages in sightings.values() if len(passages) == 1]
        there = await self._passages.insert_many([_root(passage, ()) for passage in lone])
        left = {
            sighting: passages for sighting, passages in sightings.items() if len(passages) > 1 or sighting in there
        }
        grown, made = await self._merge(left) if left else (0, 0)
        return Added(new=len(lone) - len(there) + made, grown=grown, known=len(left) - grown - made)

    async def passage(self, passage_id: str, now: datetime) -> Passage | None:
        """One passage."""
        found = await self._passages.find_one({"_id": passage_id, "expires_at": {"$gt": now}})
        return None if found is None else from_document(found, Passage, KEY)

    async def find(self, query: PassageQuery, now: datetime) -> list[Passage]:
        """A page of passages, latest first."""
        found: list[Document] = []
        for piece in pieces(query.window, query.after, is_cut=query.plates is None):
            left = query.limit - len(found)
            found += _merged([await self._latest(each, left) for each in filters(query, piece, now)])[:left]
            if len(found) == query.limit:
                break
        return [from_document(document, Passage, KEY) for document in found]

    async def after(self, passage_id: str, limit: int) -> list[Passage]:
        """Passages in the order of their ids, for whoever reads all of them."""
        found = await self._passages.find({"_id": {"$gt": passage_id, "$lt": LAST_ID}}, sort=[("_id", 1)], limit=limit)
        return [from_document(document, Passage, KEY) for document in found]

    async def count(self) -> int:
        """How many passages there are, expired ones that are not gone yet among them."""
        return await self._passages.count({})

    async def _latest(self, wanted: Document, limit: int) -> list[Document]:
        return await self._passages.find(wanted, sort=LATEST_FIRST, limit=limit)

    async def _merge(self, sightings: Mapping[str, Sequence[Passage]]) -> tuple[int, int]:
        """Join with what is there; returns how many sightings grew, and how many were not there."""
        roots = {row["_id"]: row for row in await self._rows(list(sightings))}
        others = {row["_id"]: row for row in await self._rows([one for row in roots.values() for one in _others(row)])}
        merges = [_Merge(passages, roots.get(name), others) for name, passages in sightings.items()]
        changed = [merge for merge in merges if merge.is_change]
        await self._write(changed)
        made = sum(merge.root is None for merge in changed)
        return len(changed) - made, made

    async def _rows(self, ids: Sequence[str]) -> list[Document]:
        return await self._passages.find({"_id": {"$in": list(ids)}}) if ids else []

    async def _write(self, merges: Sequence["_Merge"]) -> None:
        """The later passages first, then the root that names them, then away with what it names no longer."""
        later = [_set(to_document(passage, KEY)) for merge in merges for passage in merge.wanted[1:]]
        await self._passages.update_many([({"_id": key}, change) for key, change in later])
        made = [_root(merge.wanted[0], merge.names) for merge in merges if merge.root is None]
        raced = await self._passages.insert_many(made)
        changes = [merge.change() for merge in merges if merge.root is not None]
        matched = await self._passages.update_many(changes, upsert=False)
        if raced or matched < len(changes):
            raise Unavailable("the database", "another process changed the same passage at the same moment")
        stale = [name for merge in merges for name in merge.stale]
        if stale:
            await self._passages.delete({"_id": {"$in": stale}})


class _Merge:
    """One sighting: what there was, and what there shall be."""

    def __init__(self, new: Sequence[Passage], root: Document | None, others: Mapping[str, Document]) -> None:
        self.root = root
        rows = [] if root is None else [root, *(others[name] for name in _others(root) if name in others)]
        before = [from_document(row, Passage, KEY) for row in rows]
        self.wanted = settle([*before, *new])
        kept = {passage.passage_id for passage in self.wanted}
        self.stale = [name for name in _others(root) if name in others and name not in kept]
        self.is_change = self.wanted != before or bool(self.stale)
        self.names = tuple(passage.passage_id for passage in self.wanted[1:])

    def change(self) -> tuple[Document, Document]:
        """The change of the root, if it is as it was read."""
        version = (self.root or {})["version"]
        key, change = _set(_root(self.wanted[0], (*self.names, *self.stale), version + 1))
        return {"_id": key, "version": version}, change


def _root(passage: Passage, others: Sequence[str], version: int = 1) -> Document:
    document = to_document(passage, KEY)
    document["version"] = version
    if others or version > 1:
        document["others"] = list(others)
    return document


def _others(root: Document | None) -> list[str]:
    return list((root or {}).get("others", ()))


def _set(document: Document) -> tuple[str, Document]:
    return str(document.pop("_id")), {"$set": document}


def _merged(each: Sequence[list[Document]]) -> list[Document]:
    """What was found by each, latest first; one found twice once."""
    if len(each) == 1:
        return each[0]
    rows = {row["_id"]: row for found in each for row in found}
    return sorted(rows.values(), key=lambda row: (row["captured_at"], row["_id"]), reverse=True)
