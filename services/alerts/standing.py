"""What covert entries rest on, as casework told it: the case whose people hear them, and an authorization."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from rasid.contract.tables import AuthorizationStateV1, CaseStateV1
from rasid.identity.purpose import CaseTable, is_open
from services.alerts.authorizations import AuthorizationTable, is_in_force
from services.alerts.covert import Covert
from services.alerts.entry import Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """The tables, and `ready`: it returns when they have been read to the end that they had at the start."""

    cases: CaseTable
    authorizations: AuthorizationTable
    ready: Callable[[], Awaitable[None]]

    def may_ring(self, entry: Entry, now: datetime) -> bool:
        """Whether an entry may ring now; always, when it is not covert."""
        if entry.covert is None:
            return True
        authorization = self.authorizations.get(entry.covert.authorization_id)
        return may_ring(entry.covert, self.cases.get(entry.case_id), authorization, now)


def may_ring(
    covert: Covert, case: CaseStateV1 | None, authorization: AuthorizationStateV1 | None, now: datetime
) -> bool:
    """Whether it may ring now: for people who are there to hear it, and under an authorization that still stands."""
    if case is None or not is_open(case, now):
        return False
    if covert.authorization_id is None:
        return True
    return authorization is not None and is_in_force(authorization, case.case_id, now)
