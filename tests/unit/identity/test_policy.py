"""The policy, a test per sentence."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from rasid.contract.audit import Operation
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseKind, CaseStateV1, SharedWith
from rasid.identity.asking import Question, Thing
from rasid.identity.claims import Caller
from rasid.identity.kinds import LIVE_QUEUE_AGE, ROLES, SUBJECT_DATA, SubjectKind
from rasid.identity.policy import DEFAULT_DENY, NO_RULE, Decision, denied
from rasid.testing.builders import case_state
from rasid.testing.clock import START
from rasid.testing.identity import POLICY

PURPOSE = {"police": "stolen-vehicle", "traffic": "traffic-enforcement", "intelligence": "counter-terrorism"}
EVERYTHING = list(get_args(SubjectKind))
STAFF = ("operator", "investigator", "supervisor", "senior-officer")
MOMENT = timedelta(milliseconds=1)
LATER = utc_text(START + timedelta(hours=1))


def decision(
    operation: Operation,
    subject: SubjectKind,
    *roles: str,
    agency: str = "police",
    kind: CaseKind | None = "investigation",
    **more: Any,
) -> Decision:
    caller = Caller("officer-1", agency, roles, ("mfa",), START + timedelta(hours=1))
    case: CaseStateV1 | None = None if kind is None else case_state(agency=agency, kind=kind).data
    purpose = more.pop("purpose", PURPOSE.get(agency))
    return ask(caller, operation, subject, case=case, purpose=purpose, **more)


def ask(caller: Caller, operation: Operation, subject: SubjectKind, **more: Any) -> Decision:
    return POLICY.decide(Question(caller=caller, operation=operation, subject_kind=subject, now=START, **more))


def permits(operation: Operation, subject: SubjectKind, *roles: str, **more: Any) -> bool:
    return decision(operation, subject, *roles, **more).permit


@pytest.mark.parametrize("role", ["operator", "investigator", "supervisor", "senior-officer"])
def test_staff_consult_alerts_and_the_live_queue(role: str):
    for subject, kind in product(("alert", "alert_stream"), ("investigation", "duty")):
        assert decision("consult", subject, role, kind=kind).reasons == ("A1.staff-see-alerts",)


def test_operators_investigators_and_supervisors_handle_alerts():
    for role in ("operator", "investigator", "supervisor"):
        assert decision("alter", "alert", role, kind="duty").reasons == ("A6.staff-handle-alerts",)
    assert not permits("alter", "alert", "senior-officer")


def test_investigators_and_supervisors_keep_watchlists():
    for role, operation in product(("investigator", "supervisor"), ("consult", "alter", "erase")):
        assert decision(operation, "watchlist", role).reasons == ("A2.investigators-keep-watchlists",)
    assert not permits("alter", "watchlist", "operator")
    assert not permits("consult", "watchlist", "operator")


def test_a_duty_case_covers_the_live_queue_and_nothing_else():
    for subject in SUBJECT_DATA - {"alert", "alert_stream", "clip"}:
        refused = decision("consult", subject, "supervisor", kind="duty")
        assert not refused.permit
        assert "A2.duty-covers-the-live-queue" in refused.reasons


def test_administrators_configure_and_see_no_subject_data_whatever_else_they_are():
    for subject in ("registry", "credential"):
        assert decision("alter", subject, "administrator", kind=None).reasons == ("A3.administrators-configure",)
    for subject in SUBJECT_DATA:
        refused = decision("consult", subject, "administrator", "investigator", "supervisor")
        assert "A3.administrators-see-no-subject-data" in refused.reasons
        assert not refused.permit


def test_staff_reads_the_registry_and_does_not_alter_it():
    for role in ("operator", "investigator", "supervisor", "senior-officer"):
        assert decision("consult", "registry", role, kind=None).reasons == ("A3.staff-read-the-registry",)
        assert not permits("alter", "registry", role, kind=None)
        assert not permits("alter", "credential", role, kind=None)


def test_oversight_reads_the_audit_log_and_statistics_and_no_subject_data():
    for subject in ("audit", "statistics"):
        found = decision("consult", subject, "auditor", agency="oversight", kind=None)
        assert found.reasons == ("A3.oversight-reads-the-audit-log",)
        assert not permits("consult", subject, "auditor", agency="police")
        assert not permits("consult", subject, "investigator", agency="oversight")
    for subject in SUBJECT_DATA:
        refused = decision("consult", subject, *ROLES, agency="oversight")
        assert "A3.oversight-sees-no-subject-data" in refused.reasons


def test_traffic_never_sees_faces_or_persons():
    for subject in ("face", "person"):
        refused = decision("consult", subject, *ROLES, agency="traffic", kind="traffic_operation")
        assert "A3.traffic-no-faces" in refused.reasons


def test_traffic_gets_plates_only_for_traffic_purposes():
    for purpose in POLICY.purposes["traffic"]:
        assert permits("consult", "plate", "investigator", agency="traffic", kind="traffic_operation", purpose=purpose)
    for purpose in ("stolen-vehicle", "counter-terrorism", "", None):
        refused = decision(
            "consult", "plate", "investigator", agency="traffic", kind="traffic_operation", purpose=purpose
        )
        assert refused.reasons == ("A2.purpose-of-the-agency", "A3.traffic-only-for-traffic")


def test_what_belongs_to_one_agency_is_not_another_s():
    assert permits("alter", "watchlist", "investigator", thing=Thing(owner="police"))
    refused = decision("alter", "watchlist", "investigator", thing=Thing(owner="intelligence"))
    assert refused.reasons == ("A3.own-agency-or-of-the-shared-case",)


def under_a_shared_case(operation: Operation, subject: SubjectKind, thing: Thing) -> Decision:
    """As somebody of intelligence who is everything at once, under the case `case-1` that police shares with them."""
    roles = ("investigator", "supervisor", "senior-officer")
    agent = Caller("agent-7", "intelligence", roles, ("mfa",), START)
    shared = case_state(agency="police", shared_with=(SharedWith("intelligence", LATER),)).data
    return ask(agent, operation, subject, case=shared, purpose="counter-terrorism", thing=thing)


@pytest.mark.parametrize("subject", ["alert", "clip", "erasure", "lookback"])
def test_a_shared_case_opens_what_is_of_it_and_nothing_else_of_the_agency_that_shares_it(subject: SubjectKind):
    its_own, others = ("case-0", "case-1"), ("case-2",)
    for owner, cases, expected in (
        ("police", its_own, True),
        ("police", others, False),
        ("police", (), False),
        ("intelligence", (), True),
        ("traffic", its_own, False),
    ):
        found = under_a_shared_case("consult", subject, Thing(owner=owner, cases=cases))
        assert found.permit is expected, (owner, cases)
        assert expected or found.reasons == ("A3.own-agency-or-of-the-shared-case",)


@pytest.mark.parametrize(
    ("operation", "subject"),
    [
        ("alter", "clip"),
        ("erase", "clip"),
        ("erase", "erasure"),
        ("alter", "lookback"),
        ("alter", "release"),
        ("alter", "covert_approval"),
    ],
)
def test_only_an_agency_s_own_people_hold_and_erase_its_clips_and_decide(operation: Operation, subject: SubjectKind):
    refused = under_a_shared_case(operation, subject, Thing(owner="police", cases=("case-1",), asked_by="officer-1"))
    assert refused.reasons == ("A3.only-own-agency-decides",)
    assert under_a_shared_case(operation, subject, Thing(owner="intelligence")).permit


def test_operators_investigators_and_supervisors_ask_for_clips_and_put_them_into_the_archive():
    for role, kind in product(("operator", "investigator", "supervisor"), ("investigation", "duty")):
        assert decision("collect", "clip", role, kind=kind).reasons == ("E1.staff-collect-clips",)
    assert not permits("collect", "clip", "senior-officer")
    assert not permits("collect", "clip", "auditor")


def test_staff_consult_clips():
    for role, kind in product(STAFF, ("investigation", "duty")):
        assert decision("consult", "clip", role, kind=kind).reasons == ("A1.staff-see-clips",)
    assert not permits("consult", "clip", "auditor")


@pytest.mark.parametrize("operation", ["collect", "consult"])
def test_a_duty_case_covers_clips_of_alerts_of_the_last_24_hours(operation: Operation):
    received = {"new": START, "last": START - LIVE_QUEUE_AGE + MOMENT, "over": START - LIVE_QUEUE_AGE, "none": None}
    for age, received_at in received.items():
        thing = Thing(owner="police", alert_received_at=received_at)
        found = decision(operation, "clip", "operator", kind="duty", thing=thing)
        assert found.permit is (age in {"new", "last"})
        assert found.permit or found.reasons == ("A2.duty-covers-clips-of-the-live-queue",)
        assert permits(operation, "clip", "operator", kind="investigation", thing=thing)


def test_investigators_and_supervisors_hold_clips_for_a_case_that_is_no_shift():
    for role in ("investigator", "supervisor"):
        assert decision("alter", "clip", role).reasons == ("A7.investigators-hold-and-ask",)
        assert not permits("alter", "clip", role, kind="duty")
    for role in ("operator", "senior-officer"):
        assert not permits("alter", "clip", role)


def test_supervisors_and_senior_officers_decide_on_releases_and_investigators_only_follow_them():
    for role, operation in product(("supervisor", "senior-officer"), ("consult", "alter")):
        assert decision(operation, "release", role).reasons == ("A7.supervisors-release",)
        assert not permits(operation, "release", role, kind="duty")
    assert decision("consult", "release", "investigator").reasons == ("A7.investigators-follow-releases",)
    for role in ("operator", "investigator"):
        assert not permits("alter", "release", role)
    assert not permits("consult", "release", "operator")


def test_who_asked_for_a_release_does_not_approve_it_whatever_else_they_are():
    both = ("supervisor", "senior-officer")
    assert permits("alter", "release", *both, thing=Thing(owner="police", asked_by="officer-2"))
    refused = decision("alter", "release", *both, thing=Thing(owner="police", asked_by="officer-1"))
    assert refused.reasons == ("A7.two-persons-release",)
    assert permits("consult", "release", *both, thing=Thing(owner="police", asked_by="officer-1"))


def test_supervisors_ask_for_the_erasure_of_a_clip():
    assert decision("erase", "clip", "supervisor").reasons == ("E4.supervisors-ask-to-erase",)
    assert not permits("erase", "clip", "supervisor", kind="duty")
    for role in ("operator", "investigator", "senior-officer"):
        assert not permits("erase", "clip", role)


def test_senior_officers_approve_erasures_and_supervisors_only_follow_them():
    for operation in ("consult", "erase"):
        assert decision(operation, "erasure", "senior-officer").reasons == ("E4.senior-officers-erase",)
        assert not permits(operation, "erasure", "senior-officer", kind="duty")
    assert decision("consult", "erasure", "supervisor").reasons == ("E4.supervisors-follow-erasures",)
    for role in ("operator", "investigator", "supervisor"):
        assert not permits("erase", "erasure", role)


def test_who_asked_for_an_erasure_does_not_approve_it_whatever_else_they_are():
    both = ("supervisor", "senior-officer")
    assert permits("erase", "erasure", *both, thing=Thing(owner="police", asked_by="officer-2"))
    refused = decision("erase", "erasure", *both, thing=Thing(owner="police", asked_by="officer-1"))
    assert refused.reasons == ("E4.two-persons-erase",)
    assert permits("consult", "erasure", *both, thing=Thing(owner="police", asked_by="officer-1"))


def test_a_clip_of_another_agency_is_not_ones_own():
    for operation, role in (("consult", "operator"), ("alter", "investigator"), ("erase", "supervisor")):
        refused = decision(operation, "clip", role, thing=Thing(owner="intelligence"))
        assert "A3.own-agency-or-of-the-shared-case" in refused.reasons


def test_traffic_gets_clips_only_for_traffic_purposes():
    for operation, purpose in product(("consult", "collect", "alter"), ("road-accident", "wanted-person", None)):
        found = decision(operation, "clip", "supervisor", agency="traffic", kind="traffic_operation", purpose=purpose)
        assert found.permit is (purpose == "road-accident")


@pytest.mark.parametrize("subject", EVERYTHING)
def test_what_no_rule_permits_is_denied(subject: SubjectKind):
    for operation in ("collect", "combine", "disclose"):
        if (operation, subject) != ("collect", "clip"):
            assert not permits(operation, subject, *(ROLES - {"administrator"}))
    assert decision("consult", subject).reasons == (DEFAULT_DENY,)
    assert decision("consult", subject, "king").reasons == (DEFAULT_DENY,)
    assert not permits("consult", subject, *ROLES, agency="harbour")
    assert not permits("consult", subject, *ROLES, agency="")


@pytest.mark.parametrize("subject", sorted(SUBJECT_DATA))
def test_subject_data_without_a_case_is_denied(subject: SubjectKind):
    for operation, role in product(get_args(Operation), sorted(ROLES)):
        assert not permits(operation, subject, role, kind=None)


def test_investigators_supervisors_and_senior_officers_look_up_plates():
    for role in ("investigator", "supervisor", "senior-officer"):
        assert decision("consult", "plate", role).reasons == ("A2.investigators-look-up-plates",)
    assert not permits("consult", "plate", "operator")


def test_nobody_sees_faces_or_persons_yet():
    for operation, subject, kind in product(get_args(Operation), ("face", "person"), get_args(CaseKind)):
        assert not permits(operation, subject, *(ROLES - {"administrator"}), kind=kind)


def test_a_refusal_says_the_sentences_and_ids_of_its_rules():
    refused = denied(decision("consult", "plate", "investigator", kind="duty"))
    assert refused.detail.startswith("A duty case covers the live queue")
    assert refused.extra["reasons"] == ("A2.duty-covers-the-live-queue",)
    assert denied(decision("consult", "face", "operator")).detail == NO_RULE


@pytest.mark.parametrize(
    ("until", "expected"),
    [(LATER, True), (utc_text(START + MOMENT), True), (utc_text(START), False), ("2026-02-30T00:00:00.000Z", False)],
    ids=["later", "in a moment", "now", "no such day"],
)
def test_a_case_is_used_by_another_agency_only_while_it_is_shared_with_that_agency(until: str, *, expected: bool):
    agent = Caller("agent-7", "intelligence", ("investigator",), ("mfa",), START)
    shared = case_state(agency="police", shared_with=(SharedWith("intelligence", until),)).data
    found = ask(agent, "consult", "plate", case=shared, purpose="counter-terrorism")
    assert found.permit is expected
    assert expected or found.reasons == ("A3.case-of-the-agency-or-shared",)
    elsewhere = Caller("officer-9", "national-security", ("investigator",), ("mfa",), START)
    assert not ask(elsewhere, "consult", "plate", case=shared, purpose="counter-terrorism").permit


def test_a_person_gets_subject_data_only_for_a_purpose_of_their_agency():
    for purpose in ("counter-terrorism", "curiosity", "", None):
        refused = decision("consult", "plate", "investigator", purpose=purpose)
        assert refused.reasons == ("A2.purpose-of-the-agency",)
    for agency, purposes in POLICY.purposes.items():
        for purpose in purposes if agency not in {"traffic", "oversight"} else ():
            assert permits("consult", "plate", "investigator", agency=agency, purpose=purpose)


def test_what_is_older_than_90_days_needs_a_senior_officer_of_the_same_agency():
    def seen(days: float, approver: Caller | None) -> Decision:
        thing = Thing(owner="police", received_at=START - timedelta(days=days), approver=approver)
        return decision("consult", "plate", "investigator", thing=thing)

    def approver(subject: str = "chief", agency: str = "police", role: str = "senior-officer") -> Caller:
        return Caller(subject, agency, (role,), ("mfa",), START)

    assert seen(90, None).permit
    assert seen(90.1, None).reasons == ("A4.second-person",)
    assert seen(300, approver()).permit
    for other in (approver(subject="officer-1"), approver(agency="intelligence"), approver(role="supervisor")):
        assert seen(300, other).reasons == ("A4.second-person",)


def machine(*scopes: str, agency: str = "police") -> Caller:
    return Caller("recorder-7", agency, (), (), START, scopes)


def test_a_machine_that_may_deliver_clips_puts_those_of_its_agency_into_the_archive_and_does_nothing_else():
    recorder = machine("rasid:clips.deliver")
    nothing = {"case": None, "purpose": None}
    assert ask(recorder, "collect", "clip", **nothing).reasons == ("E1.recorders-deliver-clips",)
    for thing, expected in ((None, True), (Thing(owner="police"), True), (Thing(owner="traffic"), False)):
        assert ask(recorder, "collect", "clip", thing=thing, **nothing).permit is expected
    for operation, subject in product(get_args(Operation), EVERYTHING):
        if (operation, subject) != ("collect", "clip"):
            assert not ask(recorder, operation, subject, **nothing).permit
    assert not ask(machine("rasid:clips.deliver", agency="oversight"), "collect", "clip", **nothing).permit


@pytest.mark.parametrize("subject", ['x" in Role::"administrator', "Person::x", "a\\b", "é", "a" * 255])
def test_a_name_is_never_read_as_anything_else(subject: str):
    who = Caller(subject, "police", ("operator",), ("mfa",), START)
    case = case_state(kind="investigation").data
    assert ask(who, "consult", "alert", case=case, purpose="stolen-vehicle").reasons == ("A1.staff-see-alerts",)
    assert not ask(who, "consult", "plate", case=case, purpose="stolen-vehicle").permit


def test_investigators_and_supervisors_read_who_asks_to_look_back_for_the_case_they_work_under():
    its_own, others = Thing(owner="police", cases=("case-1",)), Thing(owner="police", cases=("case-2",))
    for role, thing in product(("investigator", "supervisor"), (None, its_own)):
        found = decision("consult", "lookback", role, thing=thing)
        assert found.reasons == ("A4.staff-read-the-lookbacks-of-their-case",)
    for role, thing in product(("investigator", "supervisor"), (others, Thing(owner="police"))):
        assert decision("consult", "lookback", role, thing=thing).reasons == (DEFAULT_DENY,)
    assert not permits("consult", "lookback", "operator", thing=its_own)


def test_senior_officers_read_who_asks_to_look_back_for_whichever_case():
    for thing in (None, Thing(owner="police"), Thing(owner="police", cases=("case-2",))):
        found = decision("consult", "lookback", "senior-officer", thing=thing)
        assert found.reasons == ("A4.senior-officers-read-lookbacks",)


def test_senior_officers_consent_to_look_back():
    assert decision("alter", "lookback", "senior-officer").reasons == ("A4.senior-officers-consent",)
    for role in ("operator", "investigator", "supervisor"):
        assert not permits("alter", "lookback", role)


def test_who_asked_to_look_back_does_not_consent():
    asked = Thing(owner="police", asked_by="officer-1")
    assert decision("alter", "lookback", "senior-officer", thing=asked).reasons == ("A4.who-asked-does-not-consent",)
    assert permits("alter", "lookback", "senior-officer", thing=Thing(owner="police", asked_by="officer-2"))


def test_investigators_and_supervisors_ask_for_covert_entries():
    for role, kind in product(("investigator", "supervisor"), ("investigation", "missing_person")):
        found = decision("alter", "covert_entry", role, kind=kind)
        assert found.reasons == ("A3.investigators-ask-for-covert-entries",)
    for kind in ("duty", "traffic_operation"):
        assert not permits("alter", "covert_entry", "supervisor", kind=kind)
    for role in ("operator", "senior-officer"):
        assert not permits("alter", "covert_entry", role)


def test_senior_officers_decide_on_covert_entries():
    for operation in ("consult", "alter"):
        found = decision(operation, "covert_approval", "senior-officer")
        assert found.reasons == ("A3.senior-officers-decide-on-covert-entries",)
        assert not permits(operation, "covert_approval", "operator", "investigator", "supervisor")
        assert not permits(operation, "covert_approval", "senior-officer", kind="duty")


def test_who_asked_for_a_covert_entry_does_not_approve_it_whatever_else_they_are():
    both = ("investigator", "senior-officer")
    assert permits("alter", "covert_approval", *both, thing=Thing(owner="police", asked_by="officer-2"))
    refused = decision("alter", "covert_approval", *both, thing=Thing(owner="police", asked_by="officer-1"))
    assert refused.reasons == ("A3.two-persons-for-covert",)


def test_traffic_has_no_covert_entries():
    for subject in ("covert_entry", "covert_approval"):
        roles = ("investigator", "supervisor", "senior-officer")
        refused = decision("alter", subject, *roles, agency="traffic", purpose="traffic-enforcement")
        assert refused.reasons == ("A3.traffic-has-no-covert-entries",)


@pytest.mark.parametrize("subject", ["watchlist", "alert"])
def test_what_is_covert_is_there_only_under_its_case_and_for_its_own_agency(subject: SubjectKind):
    for cases, expected in ((("case-1",), True), (("case-2",), False), ((), False)):
        thing = Thing(owner="police", cases=cases, is_covert=True)
        found = decision("consult", subject, "investigator", thing=thing)
        assert found.permit is expected
        assert expected or found.reasons == ("A3.covert-only-under-its-case",)
    shared = under_a_shared_case("consult", subject, Thing(owner="police", cases=("case-1",), is_covert=True))
    assert shared.reasons == ("A3.covert-only-under-its-case",)


def test_each_sentence_has_an_id_of_its_own_that_names_its_article_and_a_test_here():
    files = Path(__file__).parent.glob("test*_policy.py")
    tested = "".join(file.read_text(encoding="utf-8") for file in files)
    for name, sentence in POLICY.sentences.items():
        assert name.startswith(("A1.", "A2.", "A3.", "A4.", "A5.", "A6.", "A7.", "E1.", "E4."))
        assert sentence.endswith(".")
        assert f'"{name}"' in tested, f"{name} is not tested"
