"""The authorizations that casework tells of, in memory: what rests on one is used only while it stands. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rasid.contract.envelope import Event
from rasid.contract.fields import parse_utc
from rasid.contract.tables import AuthorizationStateV1

AUTHORIZATION_ROWS = frozenset({"authorization.state"})
LIVE = frozenset({"requested", "granted"})


class AuthorizationTable:
    """Authorizations by id as last published. One that nobody told of, or that was erased, allows nothing."""

    def __init__(self) -> None:
        self._rows: dict[str, AuthorizationStateV1] = {}

    def apply(self, key: str, event: Event[Any] | None) -> None:
        """Take one record of `rasid.cases.v1`: `event` None is a tombstone. Others are passed over."""
        if event is None:
            self._rows.pop(key, None)
        elif isinstance(event.data, AuthorizationStateV1) and event.key == key:
            known = self._rows.get(key)
            if known is None or event.data.version > known.version:
                self._rows[key] = event.data

    def get(self, authorization_id: str | None) -> AuthorizationStateV1 | None:
        """The authorization, None when there is none of this id."""
        return self._rows.get(f"authorization:{authorization_id}")

    def deletion_due(self) -> Mapping[str, AuthorizationStateV1]:
        """Those under which whatever was found must be deleted, by id."""
        return {row.authorization_id: row for row in self._rows.values() if row.is_deletion_due}


def is_in_force(row: AuthorizationStateV1, case_id: str, now: datetime) -> bool:
    """Whether it allows something for this case now."""
    return row.state == "granted" and row.case_id == case_id and not is_over(row, now) and _from(row) <= now


def is_over(row: AuthorizationStateV1, now: datetime) -> bool:
    """Whether it allows nothing and never will again."""
    try:
        return row.state not in LIVE or parse_utc(row.valid_to) <= now
    except ValueError:
        return True


def _from(row: AuthorizationStateV1) -> datetime:
    try:
        return parse_utc(row.valid_from)
    except ValueError:
        return parse_utc(row.valid_to)
