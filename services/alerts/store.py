"""Alerts and settled hits in MongoDB."""

from collections.abc import Collection as Many
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.storage.mongo import Collection, Document, Duplicate, Mongo
from rasid.storage.outbox import FIELD, pending
from services.alerts import rules
from services.alerts.alert import Alert
from services.alerts.evidence import Said
from services.alerts.owners import Owner
from services.alerts.ports import AlertQuery, ClipId
from services.alerts.settling import Ledger, Progress, ledger_id

EARLIEST = datetime(rules.EARLIEST_YEAR, 1, 1, tzinfo=UTC)
LATEST = datetime(rules.LATEST_YEAR + 1, 1, 1, tzinfo=UTC)
ALERTS = "alerts"
LEDGERS = "ledgers"
# Sorts after every plate.
AFTER_ALL = "\U0010ffff"

S = TypeVar("S", bound=Struct)


class MongoStore:
    """Two collections: `alerts`, and `ledgers` with what was settled."""

    def __init__(self, mongo: Mongo) -> None:
        self._alerts: Collection = mongo.collection(ALERTS)
        self._ledgers: Collection = mongo.collection(LEDGERS)

    async def ledger(self, entry_id: str, plate: str) -> Ledger:
        """What is remembered; an empty ledger of version 0 when nothing is."""
        key = ledger_id(entry_id, plate)
        found = await self._ledgers.find_one({"_id": key})
        return Ledger(ledger_id=key) if found is None else from_document(found, Ledger)

    async def save_ledger(self, ledger: Ledger) -> bool:
        """Store a ledger if the stored one is still the version before it; False when another process was first."""
        document = to_document(ledger)
        if ledger.version > 1:
            return await self._ledgers.replace({"_id": ledger.ledger_id, "version": ledger.version - 1}, document)
        try:
            await self._ledgers.insert(document)
        except Duplicate:
            return False
        return True

    async def open_alert(self, alert: Alert) -> Alert:
        """Add an alert unless it is there, and return what is stored."""
        try:
            await self._alerts.insert(to_document(alert))
        except Duplicate:
            found = await self._alerts.find_one({"_id": alert.alert_id})
            return alert if found is None else from_document(found, Alert)
        return alert

    async def advance(self, progress: Progress) -> Alert | None:
        """Bring an alert's count and last sighting up to `progress`, never back; None when there is no such alert."""
        changed = await self._alerts.update(
            {"_id": progress.alert_id, "count": {"$lt": progress.count}},
            {
                "$set": {
                    "count": progress.count,
                    "last_detection_id": progress.last.detection_id,
                    "last_camera_id": progress.last.camera_id,
                    "last_captured_at": progress.last.captured_at,
                },
                "$inc": {"version": 1},
            },
        )
        found = changed or await self._alerts.find_one({"_id": progress.alert_id})
        return None if found is None else from_document(found, Alert)

    async def forget(self, entry_id: str, agency: str) -> int:
        """Delete all that an entry hit, and say how many alerts that were."""
        await self._ledgers.delete({"_id": {"$gte": ledger_id(entry_id, ""), "$lt": ledger_id(entry_id, AFTER_ALL)}})
        received = {"$gte": EARLIEST, "$lt": LATEST}
        return await self._alerts.delete({"agency": agency, "received_at": received, "entry_id": entry_id})

    async def alert(self, alert_id: str, now: datetime) -> Alert | None:
        """One alert."""
        found = await self._alerts.find_one({"_id": alert_id, "expires_at": {"$gt": now}})
        return None if found is None else from_document(found, Alert)

    async def owners(self, alert_ids: Many[str]) -> dict[str, Owner]:
        """The owners of those alerts that are there, expired or not."""
        found = await self._alerts.find(
            {"_id": {"$in": sorted(alert_ids)}},
            fields=["agency", "case_id", "plate_normalized", "expires_at", "is_covert"],
        )
        return {
            row["_id"]: Owner(
                row["agency"],
                row["case_id"],
                row["plate_normalized"],
                row["expires_at"],
                is_covert=row.get("is_covert", False),
            )
            for row in found
        }

    async def alerts(self, query: AlertQuery, now: datetime) -> list[Alert]:
        """A page of alerts, newest first."""
        found = await self._alerts.find(
            {**_filter(query), "expires_at": {"$gt": now}},
            sort=[("received_at", -1), ("_id", -1)],
            limit=query.limit,
        )
        return [from_document(document, Alert) for document in found]

    async def save_step(self, alert: Alert, event: Event[Struct]) -> bool:
        """Store a step with its event if the stored version is the one before; False when it changed meanwhile."""
        step = to_document(alert)
        change = {name: step[name] for name in ("state", "version", "step_version", "acknowledged")}
        changed = await self._alerts.update(
            {"_id": alert.alert_id, "version": alert.version - 1},
            {"$set": change, "$push": {FIELD: {"$each": pending(event)}}},
        )
        return changed is not None

    async def save_request(self, alert: Alert, evidence_id: str, event: Event[Struct]) -> bool:
        """Store a request for a clip with its event, like a step."""
        requested = to_document(alert.evidence_by_id[evidence_id])
        changed = await self._alerts.update(
            {"_id": alert.alert_id, "version": alert.version - 1},
            {
                "$set": {f"evidence.{evidence_id}": requested, "version": alert.version},
                "$push": {FIELD: {"$each": pending(event)}},
            },
        )
        return changed is not None

    async def note(self, clip: ClipId, version: int, said: Said) -> Alert | None:
        """Keep what the archive said of a clip, once; None when its agency has no such alert (any more)."""
        wanted = {"_id": clip.alert_id, "agency": clip.agency}
        place = f"evidence.{clip.evidence_id}.said.{version}"
        changed = await self._alerts.update(
            {**wanted, place: {"$exists": False}},
            {"$set": {place: to_document(said)}, "$inc": {"version": 1}},
        )
        found = changed or await self._alerts.find_one(wanted)
        return None if found is None else from_document(found, Alert)


def to_document(record: Struct) -> Document:
    """A record as the database keeps it: times stay times."""
    document: Document = msgspec.to_builtins(record, builtin_types=(datetime,))
    return document


def from_document(document: Document, kind: type[S]) -> S:
    """The record a document holds; what the record does not name is passed over."""
    return msgspec.convert(document, kind)


def _filter(query: AlertQuery) -> dict[str, Any]:
    """Both ends of the time are always given: the engines read everything otherwise."""
    since, until = query.since or EARLIEST, query.until or LATEST
    wanted: dict[str, Any] = {
        "agency": query.agency,
        "received_at": {"$gte": since, "$lt": until},
        "$and": [{"$or": [{"is_covert": {"$ne": True}}, {"case_id": query.case_id}]}],
    }
    for name in ("state", "priority", "camera_id", "entry_id"):
        value = getattr(query, name)
        if value is not None:
            wanted[name] = value
    if query.after is not None:
        wanted["received_at"] = {"$gte": since, "$lt": until, "$lte": query.after.at}
        wanted["$or"] = [
            {"received_at": {"$lt": query.after.at}},
            {"_id": {"$lt": query.after.row_id}},
        ]
    return wanted
