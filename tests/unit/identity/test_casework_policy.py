"""The policy of cases, a test per sentence."""

from datetime import timedelta
from itertools import product
from typing import Any, get_args

import pytest

from rasid.contract.audit import Operation
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseKind, SharedWith
from rasid.identity.asking import Thing
from rasid.identity.claims import Caller
from rasid.identity.kinds import ROLES, SubjectKind
from rasid.identity.policy import Decision
from rasid.testing.builders import case_state
from rasid.testing.clock import START
from tests.unit.identity.test_policy import PURPOSE, STAFF, ask

LATER = utc_text(START + timedelta(hours=1))
KEEPING: tuple[tuple[Operation, SubjectKind, str], ...] = (
    ("alter", "case", "A2.supervisors-keep-cases"),
    ("alter", "case_assignment", "A2.supervisors-assign"),
    ("alter", "case_share", "A3.senior-officers-share"),
    ("consult", "case", "A2.supervisors-read-cases"),
)


def decide(
    operation: Operation,
    subject: SubjectKind,
    role: str,
    *,
    who: str = "officer-9",
    agency: str = "police",
    owner: str | None = "police",
    shared: str | None = None,
    assigned: tuple[str, ...] = ("officer-1",),
    assigns: tuple[str, ...] = (),
) -> Decision:
    """As a route decides: about the case itself, or (`owner` None) before it is known which."""
    caller = Caller(who, agency, (role,), ("mfa",), START)
    if owner is None:
        return ask(caller, operation, subject, case=None, purpose=None)
    grants = () if shared is None else (SharedWith(agency, shared),)
    case = case_state(agency=owner, assigned=assigned, shared_with=grants).data
    thing = Thing(owner=owner, cases=(case.case_id,), assigned=assigned, assigns=assigns)
    return ask(caller, operation, subject, case=case, purpose=None, thing=thing)


@pytest.mark.parametrize(("operation", "subject", "rule"), KEEPING)
def test_supervisors_keep_cases_and_assign_and_senior_officers_share(
    operation: Operation, subject: SubjectKind, rule: str
):
    keepers = {"A3.senior-officers-share": {"senior-officer"}}.get(rule, {"supervisor"})
    keepers |= {"senior-officer"} if rule == "A2.supervisors-read-cases" else set()
    for role in ROLES:
        for owner in ("police", None):
            found = decide(operation, subject, role, owner=owner)
            reads_own = operation == "consult" and owner is None and role in STAFF
            assert found.permit is (role in keepers or reads_own), (role, owner)
            assert role not in keepers or found.reasons == (rule,)


def test_operators_and_investigators_read_the_cases_that_they_are_assigned_to():
    for role, assigned in product(("operator", "investigator"), (("officer-9",), ("officer-1",), ())):
        found = decide("consult", "case", role, assigned=assigned)
        assert found.permit is ("officer-9" in assigned)
        assert not found.permit or found.reasons == ("A2.staff-read-their-cases",)


def test_nobody_assigns_themselves():
    for who in ("officer-9", "officer-2"):
        found = decide("alter", "case_assignment", "supervisor", assigns=("officer-2",), who=who)
        assert found.permit is (who != "officer-2")
        assert found.permit or found.reasons == ("A2.nobody-assigns-themselves",)
    assert not decide("alter", "case_assignment", "supervisor", assigns=("officer-1", "officer-9")).permit


def test_another_agency_reads_and_staffs_a_case_only_while_it_is_shared_and_keeps_nothing_of_it():
    for until, expected in ((LATER, True), (utc_text(START), False), (None, False)):
        for operation, subject, _ in KEEPING:
            role = "senior-officer" if subject == "case_share" else "supervisor"
            found = decide(operation, subject, role, agency="intelligence", shared=until)
            may = subject == "case_assignment" or operation == "consult"
            assert found.permit is (expected and may), (operation, subject, until)


def test_who_does_not_work_with_the_system_keeps_no_cases():
    for (operation, subject, _), role in product(KEEPING, sorted(ROLES)):
        assert not decide(operation, subject, role, agency="oversight", owner="oversight").permit


def under_a_case(subject: SubjectKind, role: str, operation: Operation = "alter", **changes: Any) -> Decision:
    agency, kind = changes.get("agency", "police"), changes.get("kind", "investigation")
    caller = Caller("officer-9", agency, (role,), ("mfa",), START)
    case = case_state(agency=agency, kind=kind).data
    purpose = PURPOSE.get(agency)
    return ask(caller, operation, subject, case=case, purpose=purpose, thing=changes.get("thing"))


def test_investigators_and_supervisors_ask_for_authorizations_under_a_case_that_is_no_shift():
    for role, operation in product(sorted(ROLES), ("consult", "alter")):
        for kind in get_args(CaseKind):
            found = under_a_case("authorization", role, operation, kind=kind)
            may = role in {"investigator", "supervisor"} and kind in {"investigation", "missing_person"}
            assert found.permit is may, (role, kind)
            assert not may or found.reasons == ("A5.investigators-ask-for-authorizations",)


def test_senior_officers_decide_and_never_about_what_they_asked_for():
    asked = Thing(owner="police", asked_by="officer-1")
    for role, operation in product(sorted(ROLES), ("consult", "alter")):
        for kind in get_args(CaseKind):
            found = under_a_case("approval", role, operation, thing=asked, kind=kind)
            assert found.permit is (role == "senior-officer" and kind in {"investigation", "missing_person"})
            assert not found.permit or found.reasons == ("A5.senior-officers-authorize",)
    both = Caller("officer-9", "police", ("senior-officer", "administrator"), ("mfa",), START)
    refused = ask(both, "consult", "approval", case=case_state().data, purpose=PURPOSE["police"], thing=asked)
    assert "A3.administrators-see-no-subject-data" in refused.reasons
    own = under_a_case("approval", "senior-officer", thing=Thing(owner="police", asked_by="officer-9"))
    assert own.reasons == ("A5.two-persons-authorize",)
    theirs = under_a_case("approval", "senior-officer", thing=Thing(owner="intelligence"))
    assert theirs.reasons == ("A3.own-agency-or-of-the-shared-case",)


def test_traffic_has_no_authorizations():
    for subject, role in product(("authorization", "approval"), sorted(ROLES)):
        refused = under_a_case(subject, role, agency="traffic")
        assert "A5.traffic-has-no-authorizations" in refused.reasons


def test_who_works_on_a_case_keeps_its_file_and_others_on_it_read_it():
    for role, operation in product(sorted(ROLES), ("consult", "alter")):
        for kind in get_args(CaseKind):
            found = under_a_case("case_file", role, operation, kind=kind)
            keeps, reads = role in {"investigator", "supervisor"}, role in STAFF and operation == "consult"
            assert found.permit is (kind != "duty" and (keeps or reads)), (role, operation, kind)
            rule = "A2.investigators-keep-the-file" if keeps else "A2.staff-read-the-file"
            assert not found.permit or found.reasons == (rule,)
