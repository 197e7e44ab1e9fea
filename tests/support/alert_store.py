"""The stores of the alerts service in memory. They promise what those on MongoDB do: one suite runs on both."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from services.alerts.alert import Alert
from services.alerts.entry import Entry
from services.alerts.evidence import Evidence, Said
from services.alerts.owners import Owner
from services.alerts.ports import AlertQuery, ClipId, CovertQuery, EntryQuery
from services.alerts.settling import Ledger, Progress, ledger_id


class MemoryStore:
    """Keeps everything in dictionaries; lets others run before and after every step, as a database does."""

    def __init__(self) -> None:
        self.stored: dict[str, Alert] = {}
        self.ledgers: dict[str, Ledger] = {}
        self.entries_by_id: dict[str, Entry] = {}
        self.pending: list[Event[Struct]] = []
        self.is_away = False

    async def ledger(self, entry_id: str, plate: str) -> Ledger:
        await self._answer()
        key = ledger_id(entry_id, plate)
        return self.ledgers.get(key) or Ledger(ledger_id=key)

    async def save_ledger(self, ledger: Ledger) -> bool:
        await self._answer()
        stored = self.ledgers.get(ledger.ledger_id)
        if (stored.version if stored else 0) != ledger.version - 1:
            return False
        self.ledgers[ledger.ledger_id] = ledger
        return True

    async def open_alert(self, alert: Alert) -> Alert:
        await self._answer()
        return self.stored.setdefault(alert.alert_id, alert)

    async def advance(self, progress: Progress) -> Alert | None:
        await self._answer()
        alert = self.stored.get(progress.alert_id)
        if alert is not None and alert.count < progress.count:
            alert = replace(
                alert,
                count=progress.count,
                last_detection_id=progress.last.detection_id,
                last_camera_id=progress.last.camera_id,
                last_captured_at=progress.last.captured_at,
                version=alert.version + 1,
            )
            self.stored[progress.alert_id] = alert
        return alert

    async def alert(self, alert_id: str, now: datetime) -> Alert | None:
        await self._answer()
        alert = self.stored.get(alert_id)
        return alert if alert is not None and alert.expires_at > now else None

    async def alerts(self, query: AlertQuery, now: datetime) -> list[Alert]:
        await self._answer()
        found = [alert for alert in self.stored.values() if alert.expires_at > now and _is_wanted(alert, query)]
        found.sort(key=lambda alert: (alert.received_at, alert.alert_id), reverse=True)
        return found[: query.limit]

    async def save_step(self, alert: Alert, event: Event[Struct]) -> bool:
        await self._answer()
        stored = self.stored.get(alert.alert_id)
        if stored is None or stored.version != alert.version - 1:
            return False
        self.stored[alert.alert_id] = alert
        self.pending.append(event)
        return True

    async def save_request(self, alert: Alert, evidence_id: str, event: Event[Struct]) -> bool:
        assert evidence_id in alert.evidence_by_id
        return await self.save_step(alert, event)

    async def note(self, clip: ClipId, version: int, said: Said) -> Alert | None:
        await self._answer()
        alert = self.stored.get(clip.alert_id)
        if alert is None or alert.agency != clip.agency:
            return None
        evidence = alert.evidence_by_id.get(clip.evidence_id, Evidence())
        if str(version) not in evidence.said:
            kept = {clip.evidence_id: replace(evidence, said=evidence.said | {str(version): said})}
            alert = replace(alert, version=alert.version + 1, evidence_by_id=alert.evidence_by_id | kept)
            self.stored[alert.alert_id] = alert
        return alert

    async def owners(self, alert_ids: Collection[str]) -> dict[str, Owner]:
        await self._answer()
        found = (self.stored[alert_id] for alert_id in alert_ids if alert_id in self.stored)
        return {
            alert.alert_id: Owner(
                alert.agency, alert.case_id, alert.plate_normalized, alert.expires_at, is_covert=alert.is_covert
            )
            for alert in found
        }

    async def add_entry(self, entry: Entry) -> Entry:
        await self._answer()
        return self.entries_by_id.setdefault(entry.entry_id, entry)

    async def save_entry(self, entry: Entry) -> bool:
        await self._answer()
        stored = self.entries_by_id.get(entry.entry_id)
        if stored is None or stored.version != entry.version - 1:
            return False
        self.entries_by_id[entry.entry_id] = entry
        return True

    async def entry(self, agency: str, list_id: str, entry_id: str) -> Entry | None:
        await self._answer()
        entry = self.entries_by_id.get(entry_id)
        return entry if entry is not None and (entry.agency, entry.list_id) == (agency, list_id) else None

    async def entries_under(self, authorization_ids: Collection[str]) -> list[Entry]:
        await self._answer()
        return [
            entry
            for entry in self.entries_by_id.values()
            if entry.covert is not None and entry.covert.authorization_id in authorization_ids and entry.erased is None
        ]

    async def forget(self, entry_id: str, agency: str) -> int:
        await self._answer()
        self.ledgers = {key: one for key, one in self.ledgers.items() if not key.startswith(f"{entry_id}/")}
        gone = [one.alert_id for one in self.stored.values() if (one.entry_id, one.agency) == (entry_id, agency)]
        for alert_id in gone:
            del self.stored[alert_id]
        return len(gone)

    async def covert_entry(self, agency: str, entry_id: str) -> Entry | None:
        await self._answer()
        entry = self.entries_by_id.get(entry_id)
        return entry if entry is not None and entry.agency == agency and entry.covert is not None else None

    async def covert_entries(self, query: CovertQuery, now: datetime) -> list[Entry]:
        await self._answer()
        found = [
            entry
            for entry in self.entries_by_id.values()
            if entry.agency == query.agency
            and entry.covert is not None
            and entry.entry_id > query.after
            and not entry.has_ended(now)
            and entry.covert.consent.state in {"asked", "approved"}
            and (entry.covert.consent.is_open(now) or not query.is_waiting)
        ]
        return sorted(found, key=lambda entry: entry.entry_id)[: query.limit]

    async def entries(self, query: EntryQuery, now: datetime) -> list[Entry]:
        await self._answer()
        found = [
            entry
            for entry in self.entries_by_id.values()
            if (entry.agency, entry.list_id) == (query.agency, query.list_id)
            and entry.entry_id > query.after
            and entry.is_seen_under(query.case_id)
            and (query.with_ended or not entry.has_ended(now))
        ]
        return sorted(found, key=lambda entry: entry.entry_id)[: query.limit]

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


def _is_wanted(alert: Alert, query: AlertQuery) -> bool:
    pairs = (
        (query.state, alert.state),
        (query.priority, alert.priority),
        (query.camera_id, alert.camera_id),
        (query.entry_id, alert.entry_id),
    )
    is_after = query.after is None or (alert.received_at, alert.alert_id) < (
        query.after.at,
        query.after.row_id,
    )
    return (
        is_after
        and alert.is_seen_under(query.agency, query.case_id)
        and (query.since is None or query.since <= alert.received_at)
        and (query.until is None or alert.received_at < query.until)
        and all(wanted is None or wanted == value for wanted, value in pairs)
    )
