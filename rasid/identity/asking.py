"""A question to the policy in Cedar's terms: the request, and the few entities that it is about. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasid.contract.audit import Operation
from rasid.contract.fields import parse_utc
from rasid.contract.tables import CaseStateV1
from rasid.identity.claims import Caller
from rasid.identity.kinds import ROLES, SUBJECT_DATA, SubjectKind

OPERATIONAL = "operational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a use is about, as far as the policy asks.

    `owner` is the agency it belongs to, `cases` the ids of the cases it is of (a shared case opens what is of it, and
    nothing else of its owner), `alert_received_at` when the first read of its alert was received (None: it is
    of no alert), `received_at` when it was received itself, `asked_by` who asked for what the caller is about to
    approve, `approver` the second person who has consented. `assigned` is who may use it, when it is a case, `assigns`
    who would be assigned to it. `is_covert`: only the people of its case may know of it.
    """

    owner: str
    cases: Collection[str] = ()
    alert_received_at: datetime | None = None
    received_at: datetime | None = None
    asked_by: str | None = None
    approver: Caller | None = None
    assigned: Collection[str] | None = None
    assigns: Collection[str] = ()
    is_covert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who wants to do what with what, and under what."""

    caller: Caller
    operation: Operation
    subject_kind: SubjectKind
    case: CaseStateV1 | None
    purpose: str | None
    now: datetime
    thing: Thing | None = None


def request_of(question: Question) -> dict[str, Any]:
    """What Cedar is asked. Ids are given apart from types, so that no id can be read as anything else."""
    context: dict[str, Any] = {}
    if question.case is not None:
        context["case"] = _refer("Case", question.case.case_id)
    if question.purpose is not None:
        context["purpose"] = question.purpose
    if question.thing is not None and question.thing.approver is not None:
        context["approver"] = _refer("Person", question.thing.approver.subject)
    return {
        "principal": _uid(_type_of(question.caller), question.caller.subject),
        "action": _uid("Action", question.operation),
        "resource": _uid("Thing", question.subject_kind),
        "context": context,
    }


def entities_of(question: Question, operational: frozenset[str]) -> list[dict[str, Any]]:
    """Everybody and everything that the request names, beside the agencies."""
    people = {(_type_of(question.caller), question.caller.subject): _person(question.caller, operational)}
    approver = None if question.thing is None else question.thing.approver
    if approver is not None:
        people.setdefault(("Person", approver.subject), _person(approver, operational))
    things = [_thing(question)]
    cases = [] if question.case is None else [_case(question.case, question.now)]
    return [*people.values(), *things, *cases]


def agencies_of(purposes: Mapping[str, Iterable[str]]) -> list[dict[str, Any]]:
    """The agencies, each with its purposes."""
    return [_entity(_uid("Agency", name), {"purposes": sorted(codes)}) for name, codes in purposes.items()]


def _type_of(caller: Caller) -> str:
    return "Machine" if caller.is_machine else "Person"


def _person(caller: Caller, operational: frozenset[str]) -> dict[str, Any]:
    # A role that the policy does not know gives nothing, and must not make the question one that cannot be asked.
    groups = [_uid("Role", role) for role in caller.roles if role in ROLES]
    groups += [_uid("Scope", scope) for scope in caller.scopes]
    groups += [_uid("Operational", OPERATIONAL)] if caller.agency in operational else []
    attributes = {"agency": _refer("Agency", caller.agency)}
    return _entity(_uid(_type_of(caller), caller.subject), attributes, _uid("Agency", caller.agency), *groups)


def _case(case: CaseStateV1, now: datetime) -> dict[str, Any]:
    shared = [_refer("Agency", grant.agency) for grant in case.shared_with if _is_later(grant.until, now)]
    attributes = {"agency": _refer("Agency", case.agency), "shared_with": shared}
    return _entity(_uid("Case", case.case_id), attributes, _uid("CaseKind", case.kind))


def _thing(question: Question) -> dict[str, Any]:
    kind, thing = question.subject_kind, question.thing
    attributes: dict[str, Any] = {}
    if thing is not None:
        attributes["owner"] = _refer("Agency", thing.owner)
        if thing.cases:
            attributes["cases"] = [_refer("Case", one) for one in thing.cases]
        if thing.alert_received_at is not None:
            attributes["alert_age_seconds"] = int((question.now - thing.alert_received_at).total_seconds())
        if thing.received_at is not None:
            # Begun days count: 90 days and a second are more than 90 days.
            attributes["age_days"] = -((thing.received_at - question.now).days)
        if thing.asked_by is not None:
            attributes["asked_by"] = _refer("Person", thing.asked_by)
        if thing.assigned is not None:
            attributes["assigned"] = [_refer("Person", one) for one in thing.assigned]
        if thing.is_covert:
            attributes["is_covert"] = True
        if thing.assigns:
            attributes["assigns"] = [_refer("Person", one) for one in thing.assigns]
    groups = [kind, "subject-data"] if kind in SUBJECT_DATA else [kind]
    return _entity(_uid("Thing", kind), attributes, *(_uid("Kind", group) for group in groups))


def _is_later(moment: str, now: datetime) -> bool:
    try:
        return parse_utc(moment) > now
    except ValueError:
        return False


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _refer(kind: str, name: str) -> dict[str, Any]:
    return {"__entity": _uid(kind, name)}


def _entity(uid: dict[str, str], attributes: dict[str, Any], *parents: dict[str, str]) -> dict[str, Any]:
    return {"uid": uid, "attrs": attributes, "parents": list(parents)}
