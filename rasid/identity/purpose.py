"""May this person use this case, for this purpose, now? The table of cases and the pure check (accountability A2)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rasid.contract.envelope import Event
from rasid.contract.fields import parse_utc
from rasid.contract.tables import CaseStateV1, CaseworkHeartbeatV1
from rasid.errors import Conflict, Forbidden, TemporarilyUnavailable
from rasid.identity.casework import Casework
from rasid.identity.claims import Caller
from rasid.identity.policy import Purposes

# What `CaseTable` reads of `rasid.cases.v1`.
SIGNS_OF_LIFE = frozenset({"casework.heartbeat"})
CASE_ROWS = frozenset({"case.state"}) | SIGNS_OF_LIFE
# A case opened this moment on another machine, whose clock is a little ahead, is open.
OPENING_SKEW = timedelta(seconds=30)
_NEVER = datetime.max.replace(tzinfo=UTC)
_ALWAYS = datetime.min.replace(tzinfo=UTC)


class CaseTable:
    """The read model of `rasid.cases.v1`: cases by id as last published, in memory. Only a higher version counts.

    Erasing (a tombstone carries no version) keeps the highest version seen, so that an old record that a relay
    publishes once more cannot bring an erased case back. Where the erased versions were never seen - the log had been
    compacted before this process read it - nothing after the tombstone is believed: a case that is wrongly missing
    denies, one that is wrongly there would disclose.

    `is_complete` False: it is still being read, and what it says of a case may be out of date. `casework` hears the
    heartbeats that come on the same topic.
    """

    def __init__(self, casework: Casework, *, is_complete: bool = True) -> None:
        self.casework = casework
        self.is_complete = is_complete
        self._cases: dict[str, CaseStateV1] = {}
        self._highest: dict[str, float] = {}

    def apply(self, key: str, event: Event[Any] | None) -> None:
        """Take one record of the topic: `event` None is a tombstone. Others are passed over."""
        if event is None:
            self._cases.pop(key, None)
            self._highest.setdefault(key, math.inf)
            return
        state = event.data
        if isinstance(state, CaseworkHeartbeatV1):
            self.casework.hear(state)
        if not isinstance(state, CaseStateV1) or event.key != key:
            return
        if state.version > self._highest.get(key, 0):
            self._highest[key] = state.version
            self._cases[key] = state

    def complete(self) -> None:
        """Everything has been read that was published before."""
        self.is_complete = True

    def check_complete(self, *, is_needed: bool) -> None:
        """Raise TemporarilyUnavailable while it is needed and not read: half a table neither refuses nor allows."""
        if is_needed and not self.is_complete:
            raise TemporarilyUnavailable(
                "cases-unread",
                "The service has just started and does not know the cases yet: send the request again in a moment.",
                headers={"Retry-After": "2"},
            )

    def get(self, case_id: str) -> CaseStateV1 | None:
        """The case as last published, None when there is none of this id."""
        return self._cases.get(f"case:{case_id}")


def check_purpose(
    caller: Caller, case: CaseStateV1 | None, purpose: str | None, now: datetime, purposes: Purposes
) -> None:
    """Raise Forbidden unless `case` is open at `now`, the caller's to use, and `purpose` one of the caller's agency.

    A case of another agency is refused with that alone: whether it is open, and who works on it, stays its own.
    """
    if case is None:
        raise Forbidden("case-unknown", "There is no case with the id in Rasid-Case; check it with your supervisor.")
    _check_agency(caller, case, now)
    if caller.subject not in assigned_of(case, caller.agency):
        raise Forbidden("case-not-assigned", "You are not assigned to this case; ask its supervisor to assign you.")
    _check_open(case, now)
    _check_code(purposes.get(caller.agency, {}), purpose)


def assigned_of(case: CaseStateV1, agency: str) -> tuple[str, ...]:
    """Who may use the case as people of this agency.

    Nobody knows whose people another agency's supervisor names: they count only as people of that supervisor's agency,
    and so only while the case is shared with it. A case that was told without this says nothing of it.
    """
    if case.assigned_for is None:
        return case.assigned
    return tuple(one.subject for one in case.assigned_for if one.agency == agency)


def check_scope(caller: Caller, scope: str | None) -> None:
    """Raise Forbidden for a machine whose issuer does not allow it what a route is for."""
    if scope is not None and scope not in caller.scopes:
        raise Forbidden("scope-missing", f"This needs the scope {scope}; have the machine's client given it.")


def check_over(caller: Caller, case_id: str, case: CaseStateV1 | None, now: datetime) -> None:
    """Raise unless the case is over for good or for now: closed, run out, or erased; and not another agency's."""
    if case is None:
        return  # cases that were are erased in time, and nobody can act under one
    if case.agency != caller.agency:
        raise Forbidden("case-foreign", "This is not a case of your agency.")
    if not is_open(case, now):
        return
    raise Conflict("case-open", f"The case {case_id} is open: do this under it, or have it done by who works on it.")


def is_open(case: CaseStateV1, now: datetime) -> bool:
    """Whether anything can be done under the case."""
    try:
        _check_open(case, now)
    except Forbidden:
        return False
    return True


def case_missing() -> Forbidden:
    """The refusal of a request that names no case."""
    return Forbidden(
        "case-missing",
        "Send the header Rasid-Case with the id of an open case of your agency that you are assigned to, and "
        "Rasid-Purpose with what you need the data for.",
    )


def _check_agency(caller: Caller, case: CaseStateV1, now: datetime) -> None:
    if case.agency == caller.agency:
        return
    grants = [grant for grant in case.shared_with if grant.agency == caller.agency]
    if not grants:
        raise Forbidden("case-foreign", "This is not a case of your agency; send one of your own.")
    if all(_read(grant.until, unreadable=_ALWAYS) <= now for grant in grants):
        raise Forbidden("case-share-ended", "This case is no longer shared with your agency; ask for it anew.")


def _check_open(case: CaseStateV1, now: datetime) -> None:
    if case.state != "open":
        raise Forbidden("case-closed", "This case is closed; send an open one, or have it reopened.")
    if case.closes_at is not None and _read(case.closes_at, unreadable=_ALWAYS) <= now:
        raise Forbidden("case-expired", "This case has run out; send an open one, or have it prolonged.")
    if _read(case.opened_at, unreadable=_NEVER) > now + OPENING_SKEW:
        raise Forbidden("case-not-open-yet", "This case opens later; send one that is open now.")


def _check_code(codes: Mapping[str, str], purpose: str | None) -> None:
    offer = {"purposes": dict(sorted(codes.items()))}
    if purpose is None:
        raise Forbidden(
            "purpose-missing",
            "Send the header Rasid-Purpose with one of your agency's codes.",
            extra=offer,
        )
    if purpose not in codes:
        raise Forbidden("purpose-unknown", "Rasid-Purpose is not one of your agency's codes.", extra=offer)


def _read(moment: str, *, unreadable: datetime) -> datetime:
    try:
        return parse_utc(moment)
    except ValueError:
        return unreadable
