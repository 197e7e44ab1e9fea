"""Whose an alert is and which plate it is about, for the live stream: events of an alert carry only its id."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rasid.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Owner:
    """An alert as far as the live stream must know it."""

    agency: str
    case_id: str
    plate: str
    expires_at: datetime
    is_covert: bool = False


class OwnerStore(Protocol):
    """Where alerts are kept."""

    async def owners(self, alert_ids: Collection[str]) -> Mapping[str, Owner]:
        """The owners of those alerts that are there. Raises Unavailable."""


class Owners:
    """The owners of the alerts that were asked for last, in memory. An expired alert has none.

    Those of covert alerts are asked for each time: they may be deleted before their time.
    """

    def __init__(self, store: OwnerStore, clock: Clock, *, size: int) -> None:
        self._store = store
        self._clock = clock
        self._size = size
        self._known: dict[str, Owner] = {}

    async def of(self, alert_ids: Collection[str]) -> dict[str, Owner]:
        """The owners of these alerts; without those that have expired. Raises Unavailable."""
        unknown = {alert_id for alert_id in alert_ids if alert_id not in self._known}
        owners = dict(await self._store.owners(unknown)) if unknown else {}
        self._known |= {alert_id: owner for alert_id, owner in owners.items() if not owner.is_covert}
        owners |= self._known
        now = self._clock.now()
        found = {
            alert_id: owners[alert_id]
            for alert_id in alert_ids
            if alert_id in owners and owners[alert_id].expires_at > now
        }
        while len(self._known) > self._size:
            del self._known[next(iter(self._known))]
        return found
