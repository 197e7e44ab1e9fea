"""A case: whose it is, who may use it, until when; and what may happen to it, as steps. Pure.

A step that may not be taken raises a Problem and says why. Nothing vanishes: each step adds a line to the history, and
whoever stores the outcome compares versions.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.contract.tables import AssignedFor, CaseKind, CaseLifecycle, CaseStateV1, SharedWith
from rasid.errors import Conflict, Forbidden

SOURCE = "/casework"
MILLISECONDS = 1_000
MAX_ASSIGNED = 500
MAX_SHARED = 20

Deed = Literal["opened", "assigned", "unassigned", "shared", "unshared", "prolonged", "closed", "reopened"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and when; `by` None: the platform by itself."""

    at: datetime
    by: str | None = None
    agency: str | None = None


class Assignment(Struct, frozen=True, kw_only=True):
    """A person who may use the case. `agency` is whose supervisor assigned them."""

    subject: str
    agency: str
    by: str
    at: datetime


class Share(Struct, frozen=True, kw_only=True):
    """Another agency that may use the case until just before `until`."""

    agency: str
    until: datetime
    by: str
    at: datetime


class Line(Struct, frozen=True, kw_only=True):
    """The `number`th thing that was done, by whom (`by` None: the platform by itself), and which version that made.

    `about` is the person assigned or the agency shared with, `until` a new end, `reason` a code.
    """

    number: int
    version: int
    deed: Deed
    at: datetime
    by: str | None
    agency: str | None
    about: str | None = None
    until: datetime | None = None
    reason: str | None = None


class Case(Struct, frozen=True, kw_only=True):
    """A case as stored. `request_sha256` is the digest of the request that opened it."""

    case_id: str = field(name="_id")
    agency: str
    kind: CaseKind
    state: CaseLifecycle = "open"
    reference: str | None = None
    offence: str | None = None
    assigned: tuple[Assignment, ...] = ()
    shared_with: tuple[Share, ...] = ()
    opened_by: str
    opened_at: datetime
    closes_at: datetime | None
    version: int
    request_sha256: str
    history: tuple[Line, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Whether it can be used at `now`."""
        return self.state == "open" and (self.closes_at is None or now < self.closes_at)

    def is_assigned(self, subject: str) -> bool:
        """Whether this person may use it."""
        return any(one.subject == subject for one in self.assigned)


def next_version(before: int, at: datetime) -> int:
    """Only grows, and follows the clock: what is restored from a backup goes on above what was told after it."""
    return max(before + 1, int(at.timestamp() * MILLISECONDS))


def opened(case: Case, subjects: tuple[str, ...]) -> Case:
    """The case with its first people and the first line of its history."""
    by, at = case.opened_by, case.opened_at
    people = tuple(Assignment(subject=one, agency=case.agency, by=by, at=at) for one in dict.fromkeys(subjects))
    line = Line(number=0, version=case.version, deed="opened", at=at, by=by, agency=case.agency, until=case.closes_at)
    lines = (
        replace(line, number=number, deed="assigned", about=one.subject, until=None)
        for number, one in enumerate(people, 1)
    )
    return replace(case, assigned=people, history=(line, *lines))


def assign(case: Case, subject: str, actor: Actor) -> Case:
    """One more person may use it. Raises Conflict for a case that is over, or when they may already."""
    _check_open(case, actor)
    if case.is_assigned(subject):
        raise Conflict("already-assigned", "This person is assigned to this case already.")
    if len(case.assigned) >= MAX_ASSIGNED:
        raise Conflict("too-many-assigned", f"A case has at most {MAX_ASSIGNED} people; end what is over first.")
    new = Assignment(subject=subject, agency=actor.agency or "", by=actor.by or "", at=actor.at)
    return _step(case, actor, "assigned", about=subject, assigned=(*case.assigned, new))


def unassign(case: Case, subject: str, actor: Actor) -> Case:
    """A person may not use it any more. Raises Conflict for who may not now, Forbidden for another agency's."""
    if not case.is_assigned(subject):
        raise Conflict("not-assigned", "This person is not assigned to this case.")
    if actor.agency != case.agency and any(
        one.subject == subject and one.agency != actor.agency for one in case.assigned
    ):
        raise Forbidden("assigned-by-another", "This person was assigned by another agency, which alone ends that.")
    kept = tuple(one for one in case.assigned if one.subject != subject)
    return _step(case, actor, "unassigned", about=subject, assigned=kept)


def share(case: Case, agency: str, until: datetime, actor: Actor) -> Case:
    """Let another agency use it until a moment, in place of what it could before. Raises Conflict.

    Whom that agency assigned while an earlier share lasted, that is over, it has to assign anew.
    """
    _check_open(case, actor)
    others = tuple(one for one in case.shared_with if one.agency != agency)
    if agency == case.agency:
        raise Conflict("own-agency", "A case need not be shared with its own agency.")
    if len(others) >= MAX_SHARED:
        raise Conflict("too-many-shares", f"A case is shared with at most {MAX_SHARED} agencies; end what is over.")
    new = Share(agency=agency, until=until, by=actor.by or "", at=actor.at)
    goes_on = any(one.agency == agency and actor.at < one.until for one in case.shared_with)
    people = case.assigned if goes_on else _without_people_of(case, agency)
    return _step(case, actor, "shared", about=agency, until=until, shared_with=(*others, new), assigned=people)


def unshare(case: Case, agency: str, actor: Actor) -> Case:
    """Another agency and those it assigned may not use it any more. Raises Conflict when it may not now."""
    kept = tuple(one for one in case.shared_with if one.agency != agency)
    if len(kept) == len(case.shared_with):
        raise Conflict("not-shared", "This case is not shared with that agency.")
    people = _without_people_of(case, agency)
    return _step(case, actor, "unshared", about=agency, shared_with=kept, assigned=people)


def prolong(case: Case, closes_at: datetime | None, reason: str, actor: Actor) -> Case:
    """Give it another end, later or earlier. Raises Conflict for a case that is over."""
    _check_open(case, actor)
    return _step(case, actor, "prolonged", until=closes_at, reason=reason, closes_at=closes_at)


def close(case: Case, reason: str, actor: Actor) -> Case:
    """Nobody may use it any more. Raises Conflict for one that is closed."""
    if case.state == "closed":
        raise Conflict("case-closed", "This case is closed already.")
    return _step(case, actor, "closed", reason=reason, state="closed")


def reopen(case: Case, closes_at: datetime | None, reason: str, actor: Actor) -> Case:
    """It may be used again, by those who are assigned, until another end. Raises Conflict for one that is open."""
    if case.is_open(actor.at):
        raise Conflict("case-open", "This case is open.")
    return _step(case, actor, "reopened", until=closes_at, reason=reason, state="open", closes_at=closes_at)


def state_of(case: Case) -> CaseStateV1:
    """What the other services are told of it: no reference, no reason, nobody but who may use it."""
    return CaseStateV1(
        case_id=case.case_id,
        agency=case.agency,
        kind=case.kind,
        state=case.state,
        assigned=tuple(sorted(one.subject for one in case.assigned)),
        assigned_for=tuple(
            AssignedFor(one.subject, one.agency) for one in sorted(case.assigned, key=lambda one: one.subject)
        ),
        shared_with=tuple(SharedWith(one.agency, utc_text(one.until)) for one in case.shared_with),
        opened_at=utc_text(case.opened_at),
        closes_at=None if case.closes_at is None else utc_text(case.closes_at),
        version=case.version,
    )


def event_of(case: Case) -> Event[CaseStateV1]:
    """The event of this version: telling it again is telling the same."""
    at = case.history[-1].at
    return new_event(caused_id(case.case_id, f"case/{case.version}"), SOURCE, at, state_of(case))


def _without_people_of(case: Case, agency: str) -> tuple[Assignment, ...]:
    return tuple(one for one in case.assigned if one.agency != agency)


def _check_open(case: Case, actor: Actor) -> None:
    if not case.is_open(actor.at):
        raise Conflict("case-closed", "This case is closed or has run out; have it reopened first.")


def _step(
    case: Case,
    actor: Actor,
    deed: Deed,
    *,
    about: str | None = None,
    until: datetime | None = None,
    reason: str | None = None,
    **changes: object,
) -> Case:
    version = next_version(case.version, actor.at)
    line = Line(
        number=len(case.history),
        version=version,
        deed=deed,
        at=actor.at,
        by=actor.by,
        agency=actor.agency,
        about=about,
        until=until,
        reason=reason,
    )
    return replace(case, version=version, history=(*case.history, line), **changes)
