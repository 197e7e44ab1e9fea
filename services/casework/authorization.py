"""An authorization to search for a face: asked for by one, granted by another, decided by an authority. Pure.

An urgent one is used before the authority has decided: it dies by itself unless it lies with the authority in time, and
again unless that has decided in time. What the authority never allowed must be deleted wherever it was found.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct, field, to_builtins
from msgspec.structs import replace

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import Location, utc_text
from rasid.contract.tables import AuthorizationLifecycle, AuthorizationStateV1
from rasid.errors import Conflict
from rasid.identity.second_person import Consent, SecondPerson
from services.casework.case import SOURCE, Actor, next_version

APPROVAL = SecondPerson("authorization")

AuthorizationDeed = Literal[
    "requested", "approved", "refused", "submitted", "confirmed", "rejected", "revoked", "expired"
]


@dataclass(frozen=True, slots=True)
class DecisionTimes:
    """How long a second person may take; an urgent request's way to the authority; the authority's decision."""

    approval: timedelta
    submission: timedelta
    decision: timedelta


class Terms(Struct, frozen=True, kw_only=True):
    """What is asked for. `decision_number` is the authority's; an urgent one has none yet."""

    objective: str
    legal_basis: str
    authority: str
    decision_number: str | None
    is_urgent: bool
    valid_from: datetime
    valid_to: datetime
    camera_ids: tuple[str, ...] = ()
    area: tuple[Location, ...] | None = None
    entry_ids: tuple[str, ...] = ()
    probe_sha256: str | None = None


class AuthorizationLine(Struct, frozen=True, kw_only=True):
    """What was done, by whom (`by` None: the platform by itself). `note` is a code or a number, never free text."""

    version: int
    deed: AuthorizationDeed
    at: datetime
    by: str | None
    note: str | None = None


class Authorization(Struct, frozen=True, kw_only=True):
    """An authorization as stored. It ends at `ends_at` by itself; `consent` is the second person's."""

    authorization_id: str = field(name="_id")
    agency: str
    case_id: str
    terms: Terms
    consent: Consent
    state: AuthorizationLifecycle = "requested"
    ends_at: datetime
    is_deletion_due: bool = False
    version: int
    request_sha256: str
    history: tuple[AuthorizationLine, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether anything can still follow."""
        return self.state in {"requested", "granted"}

    @property
    def awaits_authority(self) -> bool:
        """Whether it is used, or was to be, before the authority has decided."""
        return self.terms.is_urgent and self.terms.decision_number is None


def request(
    authorization_id: str, terms: Terms, actor: Actor, limits: DecisionTimes, *, case_id: str, request_sha256: str
) -> Authorization:
    """A first person asks for it, under a case."""
    by = actor.by or ""
    consent = APPROVAL.ask(
        content_of(authorization_id, terms),
        None,
        by=by,
        at=actor.at,
        case_id=case_id,
        reason=terms.objective,
        valid_seconds=limits.approval.total_seconds(),
    )
    version = next_version(0, actor.at)
    return Authorization(
        authorization_id=authorization_id,
        agency=actor.agency or "",
        case_id=case_id,
        terms=terms,
        consent=consent,
        ends_at=min(consent.valid_until, terms.valid_to),
        version=version,
        request_sha256=request_sha256,
        history=(AuthorizationLine(version=version, deed="requested", at=actor.at, by=by),),
    )


def approve(one: Authorization, digest: str, actor: Actor, limits: DecisionTimes) -> Authorization:
    """A second person grants exactly what was asked for. Raises Conflict; see `SecondPerson`."""
    _check_live(one, actor, "requested")
    content = content_of(one.authorization_id, one.terms)
    consent = APPROVAL.approve(one.consent, digest, content, by=actor.by or "", at=actor.at)
    ends_at = one.terms.valid_to
    if one.awaits_authority:
        ends_at = min(ends_at, actor.at + limits.submission)
    return _step(one, actor, "approved", state="granted", consent=consent, ends_at=ends_at)


def refuse(one: Authorization, digest: str, actor: Actor) -> Authorization:
    """A second person does not. Raises Conflict; see `SecondPerson`."""
    _check_live(one, actor, "requested")
    content = content_of(one.authorization_id, one.terms)
    consent = APPROVAL.refuse(one.consent, digest, content, by=actor.by or "", at=actor.at)
    return _step(one, actor, "refused", state="refused", consent=consent, is_deletion_due=True)


def submit(one: Authorization, number: str, actor: Actor, limits: DecisionTimes) -> Authorization:
    """An urgent one lies with the authority, under a number of its register: it has until the decision is due."""
    _check_awaits(one, actor)
    if any(line.deed == "submitted" for line in one.history):
        raise Conflict("already-submitted", "This authorization lies with the authority already.")
    due = (one.consent.decided_at or actor.at) + limits.decision
    return _step(one, actor, "submitted", number, ends_at=min(one.terms.valid_to, due))


def confirm(one: Authorization, decision_number: str, actor: Actor) -> Authorization:
    """The authority allows it: it lasts as long as it was asked for. Who asked for it does not say so of themselves."""
    _check_awaits(one, actor)
    if actor.by == one.consent.asked_by:
        raise Conflict(
            "authorization-needs-another",
            "Who asked for this does not say that the authority allows it; somebody else on the case does.",
        )
    terms = replace(one.terms, decision_number=decision_number)
    return _step(one, actor, "confirmed", decision_number, terms=terms, ends_at=terms.valid_to)


def reject(one: Authorization, decision_number: str, actor: Actor) -> Authorization:
    """The authority does not: it is over, and what was found under it must be deleted."""
    _check_awaits(one, actor)
    return _step(one, actor, "rejected", decision_number, state="refused", is_deletion_due=True)


def revoke(one: Authorization, reason: str, actor: Actor) -> Authorization:
    """It is over at once. What the authority has not allowed by then must be deleted."""
    if not one.is_live:
        raise _over()
    return _step(one, actor, "revoked", reason, state="revoked", is_deletion_due=one.awaits_authority)


def expire(one: Authorization, actor: Actor) -> Authorization:
    """Its time has come. What the authority has not allowed by then must be deleted."""
    return _step(one, actor, "expired", state="expired", is_deletion_due=one.awaits_authority)


def content_of(authorization_id: str, terms: Terms) -> dict[str, Any]:
    """What is consented to: all of it."""
    found: dict[str, Any] = to_builtins(terms)
    return {**found, "authorization_id": authorization_id}


def state_of(one: Authorization) -> AuthorizationStateV1:
    """What the other services are told of it."""
    terms = one.terms
    return AuthorizationStateV1(
        authorization_id=one.authorization_id,
        case_id=one.case_id,
        objective=terms.objective,
        legal_basis=terms.legal_basis,
        authority=terms.authority,
        state=one.state,
        valid_from=utc_text(terms.valid_from),
        valid_to=utc_text(one.ends_at),
        camera_ids=terms.camera_ids,
        area=terms.area,
        entry_ids=terms.entry_ids,
        probe_sha256=terms.probe_sha256,
        is_deletion_due=one.is_deletion_due,
        version=one.version,
    )


def event_of(one: Authorization) -> Event[AuthorizationStateV1]:
    """The event of this version: telling it again is telling the same."""
    at = one.history[-1].at
    return new_event(caused_id(one.authorization_id, f"authorization/{one.version}"), SOURCE, at, state_of(one))


def _check_live(one: Authorization, actor: Actor, state: AuthorizationLifecycle) -> None:
    if not one.is_live or actor.at >= one.ends_at:
        raise _over()
    if one.state != state:
        raise Conflict("authorization-decided", "This authorization was decided before.")


def _check_awaits(one: Authorization, actor: Actor) -> None:
    if not one.is_live or actor.at >= one.ends_at:
        raise _over()
    if one.state != "granted" or not one.awaits_authority:
        raise Conflict(
            "not-awaiting-authority", "Only an urgent authorization that is granted waits for the authority."
        )


def _over() -> Conflict:
    return Conflict("authorization-over", "This authorization is over; ask for another if it is still needed.")


def _step(
    one: Authorization, actor: Actor, deed: AuthorizationDeed, note: str | None = None, **changes: object
) -> Authorization:
    version = next_version(one.version, actor.at)
    line = AuthorizationLine(version=version, deed=deed, at=actor.at, by=actor.by, note=note)
    return replace(one, version=version, history=(*one.history, line), **changes)
