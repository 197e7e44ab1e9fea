"""The audit records of the live stream: one per event, naming who gets it, before anybody does."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.alerts.listener import Listener
from services.alerts.live_window import Item
from services.alerts.owners import Owner, Owners

ROUTE = "GET /v1/alerts/stream"


class Record(Protocol):
    """Writes the audit record of one alert. Raises Unavailable. `rasid.identity.gate.AuditGate.live` is one."""

    async def __call__(
        self,
        alert_id: str,
        recipients: Sequence[str],
        plates: Sequence[str],
        *,
        route: str,
        agency: str,
        body: bytes,
        case_id: str | None = None,
    ) -> None:
        """Return when the record is acknowledged."""


class LiveAudit:
    """Knows whose an event is, and writes down who gets it."""

    def __init__(self, owners: Owners, record: Record) -> None:
        self._owners = owners
        self._record = record

    async def owners(self, items: Collection[Item]) -> dict[str, Owner]:
        """Whose alerts these events are about, by alert; without those that have expired. Raises Unavailable."""
        return await self._owners.of({item.alert_id for item in items})

    async def write(self, item: Item, owner: Owner, frame: bytes, listeners: Collection[Listener]) -> None:
        """Return when it is on record that `listeners` get `frame`. Raises Unavailable."""
        await self._record(
            item.alert_id,
            sorted({listener.subject for listener in listeners}),
            (owner.plate,),
            route=ROUTE,
            agency=owner.agency,
            body=frame,
            case_id=owner.case_id,
        )
