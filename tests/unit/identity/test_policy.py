"""The policy, a test per sentence."""

import json
import subprocess
import sys
from datetime import timedelta
from itertools import product
from typing import Any, get_args

import pytest

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseKind, CaseStateV1
from rasid.identity.claims import Caller
from rasid.identity.policy import DEFAULT_DENY, NO_RULE, POLICY_VERSION, Decision, Thing, decide, denied
from rasid.identity.purposes import PURPOSES
from rasid.identity.rules import LIVE_QUEUE_AGE, ROLES, RULES, SUBJECT_DATA, SubjectKind
from rasid.testing.builders import case_state
from rasid.testing.clock import START

PURPOSE = {"police": "stolen-vehicle", "traffic": "traffic-enforcement", "intelligence": "counter-terrorism"}
EVERYTHING = list(get_args(SubjectKind))
STAFF = ("operator", "investigator", "supervisor", "senior-officer")
MOMENT = timedelta(milliseconds=1)


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
    return decide(caller, operation, subject, case=case, purpose=purpose, now=START, **more)


def permits(operation: Operation, subject: SubjectKind, *roles: str, **more: Any) -> bool:
    return decision(operation, subject, *roles, **more).permit


@pytest.mark.parametrize("role", ["operator", "investigator", "supervisor", "senior-officer"])
def test_staff_consult_alerts_and_the_live_queue(role: str):
    for subject, kind in product(("alert", "alert_stream"), ("investigation", "duty")):
        assert decision("consult", subject, role, kind=kind).reasons == ("A1.staff-see-alerts",)


def test_operators_investigators_and_supervisors_handle_alerts():
    for role in ("operator", "investigator", "supervisor"):
        assert permits("alter", "alert", role, kind="duty")
    assert not permits("alter", "alert", "senior-officer")


def test_investigators_and_supervisors_keep_watchlists():
    for role, operation in product(("investigator", "supervisor"), ("consult", "alter", "erase")):
        assert permits(operation, "watchlist", role)
    assert not permits("alter", "watchlist", "operator")
    assert not permits("consult", "watchlist", "operator")


def test_a_duty_case_covers_the_live_queue_and_nothing_else():
    for subject in SUBJECT_DATA - {"alert", "alert_stream", "clip"}:
        refused = decision("consult", subject, "supervisor", kind="duty")
        assert not refused.permit
        assert "A2.duty-covers-the-live-queue" in refused.reasons


def test_administrators_configure_and_see_no_subject_data_whatever_else_they_are():
    for subject in ("registry", "credential"):
        assert permits("alter", subject, "administrator", kind=None)
    for subject in SUBJECT_DATA:
        refused = decision("consult", subject, "administrator", "investigator", "supervisor")
        assert "A3.administrators-see-no-subject-data" in refused.reasons
        assert not refused.permit


def test_staff_reads_the_registry_and_does_not_alter_it():
    for role in ("operator", "investigator", "supervisor", "senior-officer"):
        assert permits("consult", "registry", role, kind=None)
        assert not permits("alter", "registry", role, kind=None)
        assert not permits("alter", "credential", role, kind=None)


def test_oversight_reads_the_audit_log_and_statistics_and_no_subject_data():
    for subject in ("audit", "statistics"):
        assert permits("consult", subject, "auditor", agency="oversight", kind=None)
        assert not permits("consult", subject, "auditor", agency="police")
        assert not permits("consult", subject, "investigator", agency="oversight")
    for subject in SUBJECT_DATA:
        assert not permits("consult", subject, *ROLES, agency="oversight")


def test_traffic_never_sees_faces_or_persons():
    for subject in ("face", "person"):
        refused = decision("consult", subject, *ROLES, agency="traffic", kind="traffic_operation")
        assert "A3.traffic-no-faces" in refused.reasons


def test_traffic_gets_plates_only_for_traffic_purposes():
    for purpose in PURPOSES["traffic"]:
        assert permits("consult", "plate", "investigator", agency="traffic", kind="traffic_operation", purpose=purpose)
    for purpose in ("stolen-vehicle", "counter-terrorism", "", None):
        refused = decision(
            "consult", "plate", "investigator", agency="traffic", kind="traffic_operation", purpose=purpose
        )
        assert refused.reasons == ("A3.traffic-only-for-traffic",)


def test_what_belongs_to_one_agency_is_not_another_s():
    assert permits("alter", "watchlist", "investigator", thing=Thing(owner="police"))
    refused = decision("alter", "watchlist", "investigator", thing=Thing(owner="intelligence"))
    assert refused.reasons == ("A3.own-agency-only",)


def test_a_shared_case_opens_what_belongs_to_the_agency_that_shares_it():
    agent = Caller("agent-7", "intelligence", ("investigator",), ("mfa",), START)
    shared = case_state(agency="police").data
    for owner, expected in (("police", True), ("intelligence", True), ("traffic", False)):
        thing = Thing(owner=owner)
        found = decide(agent, "consult", "alert", case=shared, purpose="counter-terrorism", now=START, thing=thing)
        assert found.permit is expected


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
        assert decision("alter", "clip", role).reasons == ("A7.investigators-hold-clips",)
        assert not permits("alter", "clip", role, kind="duty")
    for role in ("operator", "senior-officer"):
        assert not permits("alter", "clip", role)


def test_supervisors_ask_for_the_erasure_of_a_clip_and_release_what_closed_cases_hold():
    assert decision("erase", "clip", "supervisor").reasons == ("E4.supervisors-ask-for-erasure",)
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
        assert refused.reasons == ("A3.own-agency-only",)


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
    for operation, role in product(get_args(Operation), ROLES):
        assert not permits(operation, subject, role, kind=None)


def test_nobody_sees_faces_or_persons_yet():
    for operation, subject, kind in product(get_args(Operation), ("face", "person"), get_args(CaseKind)):
        assert not permits(operation, subject, *(ROLES - {"administrator"}), kind=kind)


def test_a_refusal_says_the_sentences_and_ids_of_its_rules():
    refused = denied(decision("consult", "plate", "investigator", kind="duty"))
    assert refused.detail.startswith("A duty case covers the live queue")
    assert refused.extra["reasons"] == ("A2.duty-covers-the-live-queue",)
    assert denied(decision("consult", "face", "operator")).detail == NO_RULE


def test_rule_ids_are_unique_and_name_their_article():
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(("A1.", "A2.", "A3.", "A6.", "A7.", "E1.", "E4.")) for one in ids)
    assert all(rule.says.endswith(".") for rule in RULES)


def test_every_decision_names_the_policy_and_every_process_computes_the_same_name():
    assert decision("consult", "alert", "operator").version == POLICY_VERSION
    code = "import json; from rasid.identity.policy import POLICY_VERSION; print(json.dumps(POLICY_VERSION))"
    for seed in ("1", "2"):
        other = subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        )
        assert json.loads(other.stdout) == POLICY_VERSION
