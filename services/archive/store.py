"""Manifests, uploads and what is known of alerts, in MongoDB."""

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.storage.mongo import Collection, Document, Duplicate, Mongo
from rasid.storage.outbox import FIELD, pending
from services.archive.evidence import Clip, CustodyEntry, Evidence, Upload
from services.archive.lifecycle import Step
from services.archive.ports import EvidenceQuery

EVIDENCE = "evidence"
UPLOADS = "uploads"
ALERTS = "alert_times"
CERTIFICATE_KEYS = "certificate_keys"
KEYS = 1000
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
# Parts of a document that only grow, each by its own write: a step never writes them over.
GROWING = ("_id", "custody")
# Of evidence in a list: not its custody, and not the digests of all its chunks.
LISTED = (
    *(name for one in fields(Evidence) if (name := one.encode_name) not in {"clip", "custody"}),
    *(f"clip.{one.encode_name}" for one in fields(Clip) if one.name != "chunk_sha256"),
)

S = TypeVar("S", bound=Struct)


class MongoStore:
    """Four collections: `evidence`, `uploads`, `alert_times` with when alerts came, and `certificate_keys`."""

    def __init__(self, mongo: Mongo) -> None:
        self._evidence: Collection = mongo.collection(EVIDENCE)
        self._uploads: Collection = mongo.collection(UPLOADS)
        self._alerts: Collection = mongo.collection(ALERTS)
        self._keys: Collection = mongo.collection(CERTIFICATE_KEYS)

    async def add(self, evidence: Evidence, *events: Event[Struct]) -> Evidence:
        """Add evidence with its events unless it is there, and return what is stored."""
        try:
            await self._evidence.insert({**to_document(evidence), FIELD: pending(*events)})
        except Duplicate:
            return await self.evidence(evidence.evidence_id) or evidence
        return evidence

    async def evidence(self, evidence_id: str) -> Evidence | None:
        """One piece of evidence, readable or not."""
        found = await self._evidence.find_one({"_id": evidence_id})
        return None if found is None else from_document(found, Evidence)

    async def page(self, query: EvidenceQuery, now: datetime) -> list[Evidence]:
        """A page of what is readable, newest first, without custody."""
        found = await self._evidence.find(
            _filter(query, now), sort=[("requested_at", -1), ("_id", -1)], limit=query.limit, fields=LISTED
        )
        return [from_document(document, Evidence) for document in found]

    async def save(self, step: Step) -> bool:
        """Store a step with its events if the stored revision is the one before; False when it changed meanwhile."""
        document = to_document(step.evidence)
        grown: dict[str, Any] = {"custody": {"$each": [to_document(line) for line in step.entries]}}
        if step.events:
            grown[FIELD] = {"$each": pending(*step.events)}
        before = {"_id": step.evidence.evidence_id, "revision": step.evidence.revision - 1}
        change = {"$set": {name: value for name, value in document.items() if name not in GROWING}, "$push": grown}
        try:
            return await self._evidence.update(before, change) is not None
        except Duplicate:
            raise Unavailable("the manifest", "another upload of the same bytes was given this version") from None

    async def note(self, evidence_id: str, line: CustodyEntry) -> None:
        """Add a line to the custody."""
        await self._evidence.update({"_id": evidence_id}, {"$push": {"custody": to_document(line)}})

    async def overdue(self, now: datetime, limit: int) -> list[Evidence]:
        """What has expired and no case holds."""
        late = {
            "state": {"$in": ["awaited", "stored"]},
            "is_held": False,
            "expires_at": {"$gte": EARLIEST, "$lte": now},
        }
        found = await self._evidence.find(late, sort=[("expires_at", 1)], limit=limit)
        return [from_document(document, Evidence) for document in found]

    async def erasing(self, limit: int) -> list[Evidence]:
        """Evidence whose bytes have to go."""
        waiting = {"state": "erasing", "expires_at": {"$gte": EARLIEST, "$lte": LATEST}}
        found = await self._evidence.find(waiting, sort=[("expires_at", 1)], limit=limit)
        return [from_document(document, Evidence) for document in found]

    async def erasing_since(self) -> datetime | None:
        """When the way out began of the evidence that waits longest for the eraser; None when none does."""
        waiting = {"state": "erasing", "erasing_at": {"$gte": EARLIEST, "$lte": LATEST}}
        found = await self._evidence.find(waiting, sort=[("erasing_at", 1)], limit=1, fields=["erasing_at"])
        at: datetime | None = found[0]["erasing_at"] if found else None
        return at

    async def owners(self, object_key: str) -> set[str]:
        """The version ids under a key that are some evidence's clip."""
        found = await self._evidence.find({"clip.object": object_key}, fields=["clip"])
        return {row["clip"]["version_id"] for row in found}

    async def alert_received(self, alert_id: str) -> datetime | None:
        """When the first read of an alert was received; None when that is not known."""
        found = await self._alerts.find_one({"_id": alert_id})
        return None if found is None else found["received_at"]

    async def remember_alert(self, alert_id: str, received_at: datetime, forget_at: datetime) -> None:
        """Remember it until `forget_at`."""
        known = {"_id": alert_id, "received_at": received_at, "forget_at": forget_at}
        await self._alerts.replace({"_id": alert_id}, known, upsert=True)

    async def begin(self, upload: Upload) -> None:
        """Note an upload before its bytes are put."""
        await self._uploads.insert(to_document(upload))

    async def end(self, upload_id: str) -> None:
        """Forget an upload whose outcome is settled."""
        await self._uploads.delete({"_id": upload_id})

    async def unsettled(self, spool: str, now: datetime, limit: int) -> list[Upload]:
        """Uploads that came through this part of the spool, and any that should have ended before `now`."""
        late = {"settle_after": {"$gte": EARLIEST, "$lte": now}}
        ours = {"is_stray": {"$ne": True}, "$or": [{"spool": spool}, late]}
        found = await self._uploads.find(ours, limit=limit)
        return [from_document(document, Upload) for document in found]

    async def hand_over(self, upload_id: str, until: datetime) -> None:
        """What the store has of it is a stray: the eraser removes it after `until`."""
        stray = {"is_stray": True, "settle_after": until, "spool": ""}
        await self._uploads.update({"_id": upload_id}, {"$set": stray})

    async def strays(self, now: datetime, limit: int) -> list[Upload]:
        """Uploads that were handed over, and whose time has come."""
        late = {"is_stray": True, "settle_after": {"$gte": EARLIEST, "$lte": now}}
        found = await self._uploads.find(late, sort=[("settle_after", 1)], limit=limit)
        return [from_document(document, Upload) for document in found]

    async def put_off(self, upload_id: str, until: datetime) -> None:
        """Look at a stray again later."""
        await self._uploads.update({"_id": upload_id}, {"$set": {"settle_after": until}})

    async def remember_certificate_key(self, key_id: str, key: Document) -> None:
        """Certificates are signed with it from now on; those of before keep theirs."""
        await self._keys.replace({"_id": key_id}, {"_id": key_id, "key": key}, upsert=True)

    async def certificate_keys(self) -> list[dict[str, str]]:
        """The public keys that certificates were ever signed with, as JSON Web Keys."""
        return [row["key"] for row in await self._keys.find({}, limit=KEYS)]


def to_document(record: Struct) -> Document:
    """A record as the database keeps it: times and bytes stay what they are."""
    document: Document = msgspec.to_builtins(record, builtin_types=(datetime, bytes))
    return document


def from_document(document: Document, kind: type[S]) -> S:
    """The record a document holds; what the record does not name is passed over."""
    return msgspec.convert(document, kind)


def _filter(query: EvidenceQuery, now: datetime) -> dict[str, Any]:
    """Both ends of the time are always given: the engines read everything otherwise."""
    since, until = query.since or EARLIEST, query.until or LATEST
    wanted: dict[str, Any] = {
        "agency": query.agency,
        "requested_at": {"$gte": since, "$lt": until},
        "state": query.state or {"$in": ["awaited", "failed", "stored"]},
    }
    clauses: list[dict[str, Any]] = [{"$or": [{"is_held": True}, {"expires_at": {"$gt": now}}]}]
    for name in ("alert_id", "case_id", "camera_id"):
        value = getattr(query, name)
        if value is not None:
            wanted[name] = value
    if query.held_by is not None:
        wanted["holds.case_id"] = query.held_by
    if query.erasure_is_open:
        wanted |= {"erasure.state": "asked", "erasure.valid_until": {"$gt": now}}
    if query.release_is_open:
        asked = {"release.state": "asked", "release.valid_until": {"$gt": now}}
        wanted |= {"is_held": True, "holds": {"$elemMatch": asked}}
    if query.after is not None:
        wanted["requested_at"] = {"$gte": since, "$lt": until, "$lte": query.after.at}
        clauses.append({"$or": [{"requested_at": {"$lt": query.after.at}}, {"_id": {"$lt": query.after.row_id}}]})
    return {**wanted, "$and": clauses}
