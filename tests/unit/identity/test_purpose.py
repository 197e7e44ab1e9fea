"""The table of cases, and which of them a person may use for what."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.envelope import Event, new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import AssignedFor, CaseStateV1, CaseworkHeartbeatV1, SharedWith
from rasid.errors import Forbidden
from rasid.identity.casework import Casework
from rasid.identity.claims import Caller
from rasid.identity.purpose import CaseTable, check_purpose
from rasid.runtime.metrics import Metrics
from rasid.testing.builders import case_state
from rasid.testing.clock import START, ManualClock
from rasid.testing.identity import POLICY

KEY = "case:case-1"


def caller(subject: str = "officer-1", agency: str = "police") -> Caller:
    return Caller(subject, agency, ("investigator",), ("mfa",), START + timedelta(hours=1))


def case(**changes: Any) -> CaseStateV1:
    return case_state(**changes).data


def table_of(*records: Event[Any] | None) -> CaseTable:
    table = CaseTable(Casework(ManualClock(), Metrics(CollectorRegistry())))
    for record in records:
        table.apply(KEY, record)
    return table


def version_of(table: CaseTable) -> int | None:
    found = table.get("case-1")
    return None if found is None else found.version


def v(version: int) -> Event[CaseStateV1]:
    return case_state(version=version)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], None),
        ([v(1)], 1),
        ([v(1), v(2)], 2),
        ([v(2), v(1)], 2),
        ([v(2), v(2), v(1), v(3)], 3),
        ([v(1), None], None),
        ([v(2), None, v(1)], None),
        ([v(2), None, v(2)], None),
        ([v(2), None, v(3)], 3),
        ([v(2), None, None, v(1)], None),
        ([None], None),
        ([None, v(7)], None),
    ],
)
def test_only_a_higher_version_counts_also_after_an_erasure(
    records: list[Event[CaseStateV1] | None], expected: int | None
):
    assert version_of(table_of(*records)) == expected


def test_the_same_version_does_not_change_its_mind():
    table = table_of(v(1), case_state(version=1, state="closed"))
    assert table.get("case-1").state == "open"


def test_other_records_of_the_topic_are_passed_over():
    table = table_of(v(1))
    beat = CaseworkHeartbeatV1(at=utc_text(START), version=9)
    table.apply("heartbeat:casework", new_event("beat", "/casework", START, beat))
    table.apply("authorization:a-1", None)
    table.apply("case:case-2", case_state("case-3", version=5))
    assert version_of(table) == 1
    assert table.get("case-2") is None
    assert table.get("case-3") is None


def refusal(
    case: CaseStateV1 | None, *, who: Caller | None = None, purpose: str | None = "stolen-vehicle", at: int = 0
) -> str:
    try:
        check_purpose(who or caller(), case, purpose, START + timedelta(seconds=at), POLICY.purposes)
    except Forbidden as error:
        return error.slug
    return "allowed"


def in_seconds(seconds: float) -> str:
    return utc_text(START + timedelta(seconds=seconds))


def test_an_open_case_of_ones_own_with_a_purpose_of_ones_agency_is_allowed():
    assert refusal(case()) == "allowed"
    assert refusal(case(closes_at=in_seconds(1))) == "allowed"


def test_whom_an_agency_assigned_uses_the_case_as_its_people_alone():
    shared = (SharedWith("intelligence", in_seconds(10)),)
    whose = (AssignedFor("officer-1", "police"), AssignedFor("officer-2", "intelligence"))
    told = case(shared_with=shared, assigned=("officer-1", "officer-2"), assigned_for=whose)
    found = {
        (subject, agency): refusal(told, who=caller(subject, agency), purpose=purpose)
        for subject in ("officer-1", "officer-2")
        for agency, purpose in (("police", "stolen-vehicle"), ("intelligence", "counter-terrorism"))
    }
    assert [who for who, said in found.items() if said == "allowed"] == [
        ("officer-1", "police"),
        ("officer-2", "intelligence"),
    ]
    assert set(found.values()) == {"allowed", "case-not-assigned"}


def test_a_case_ends_at_the_moment_it_closes():
    ending = case(closes_at=in_seconds(10))
    assert refusal(ending, at=9) == "allowed"
    assert refusal(ending, at=10) == "case-expired"


def test_a_case_opened_on_a_machine_whose_clock_is_a_little_ahead_is_open():
    assert refusal(case(opened_at=in_seconds(30))) == "allowed"
    assert refusal(case(opened_at=in_seconds(31))) == "case-not-open-yet"


def test_each_refusal_has_its_own_name():
    assert refusal(None) == "case-unknown"
    assert refusal(case(state="closed")) == "case-closed"
    assert refusal(case(assigned=())) == "case-not-assigned"
    assert refusal(case(assigned=("officer-10", "OFFICER-1"))) == "case-not-assigned"
    assert refusal(case(), purpose=None) == "purpose-missing"
    assert refusal(case(), purpose="curiosity") == "purpose-unknown"
    assert refusal(case(), purpose="traffic-enforcement") == "purpose-unknown"


@pytest.mark.parametrize("changes", [{"state": "closed"}, {"assigned": ()}, {"closes_at": in_seconds(-5)}, {}])
def test_a_foreign_case_says_nothing_but_that_it_is_foreign(changes: dict[str, Any]):
    foreign = case(agency="intelligence", **changes)
    with pytest.raises(Forbidden) as told:
        check_purpose(caller(), foreign, "curiosity", START, POLICY.purposes)
    with pytest.raises(Forbidden) as plain:
        check_purpose(caller(), case(agency="intelligence"), "stolen-vehicle", START, POLICY.purposes)
    assert (told.value.slug, told.value.detail, told.value.extra) == (
        plain.value.slug,
        plain.value.detail,
        plain.value.extra,
    )
    assert told.value.slug == "case-foreign"


def test_a_shared_case_is_usable_until_its_moment_and_by_those_assigned():
    shared = case(shared_with=(SharedWith("intelligence", in_seconds(60)),), assigned=("officer-1", "agent-7"))
    agent = caller("agent-7", "intelligence")
    assert refusal(shared, who=agent, purpose="counter-terrorism", at=59) == "allowed"
    assert refusal(shared, who=agent, purpose="counter-terrorism", at=60) == "case-share-ended"
    assert refusal(shared, who=agent, purpose="stolen-vehicle") == "purpose-unknown"
    assert refusal(shared, who=caller("agent-8", "intelligence"), purpose="counter-terrorism") == "case-not-assigned"
    assert refusal(shared, who=caller("agent-7", "traffic")) == "case-foreign"


def test_the_latest_of_several_grants_counts():
    shared = case(
        shared_with=(SharedWith("intelligence", in_seconds(-60)), SharedWith("intelligence", in_seconds(60))),
        assigned=("agent-7",),
    )
    assert refusal(shared, who=caller("agent-7", "intelligence"), purpose="counter-terrorism") == "allowed"


@pytest.mark.parametrize("moment", ["2026-13-41T99:99:99.000Z", "2026-02-30T00:00:00.000Z"])
def test_a_time_that_cannot_be_read_opens_nothing_and_ends_everything(moment: str):
    assert refusal(case(closes_at=moment)) == "case-expired"
    assert refusal(case(opened_at=moment)) == "case-not-open-yet"
    shared = case(agency="intelligence", shared_with=(SharedWith("police", moment),))
    assert refusal(shared) == "case-share-ended"


def test_a_refused_purpose_says_which_there_are():
    with pytest.raises(Forbidden) as told:
        check_purpose(caller(), case(), "curiosity", START, POLICY.purposes)
    assert set(told.value.extra["purposes"]) == set(POLICY.purposes["police"])


def test_an_agency_without_a_list_has_no_purpose():
    with pytest.raises(Forbidden) as told:
        check_purpose(caller(agency="harbour"), case(agency="harbour"), "stolen-vehicle", START, POLICY.purposes)
    assert told.value.slug == "purpose-unknown"


def test_every_purpose_is_an_identifier_and_says_what_it_means():
    for agency, purposes in POLICY.purposes.items():
        for code, meaning in purposes.items():
            assert code == code.lower(), agency
            assert len(meaning) > 10
