"""Cases and authorizations through any steps at any times, also with a clock that is put back: what always holds."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rasid.contract.codec import from_structured, to_structured
from rasid.errors import Problem
from rasid.testing.clock import START
from services.casework import authorization, case
from services.casework.authorization import Authorization, DecisionTimes, Terms
from services.casework.case import Actor, Case

PEOPLE = st.sampled_from(["amal", "karim", "sara", "boss"])
AGENCIES = st.sampled_from(["police", "intelligence", "traffic"])
MOMENTS = st.timedeltas(timedelta(days=-2), timedelta(days=9)).map(lambda passed: START + passed)
ENDS = st.none() | MOMENTS
STEPS = st.one_of(
    st.tuples(st.just(case.assign), PEOPLE),
    st.tuples(st.just(case.unassign), PEOPLE),
    st.tuples(st.just(case.share), AGENCIES, MOMENTS),
    st.tuples(st.just(case.unshare), AGENCIES),
    st.tuples(st.just(case.prolong), ENDS, st.just("more")),
    st.tuples(st.just(case.close), st.just("solved")),
    st.tuples(st.just(case.reopen), ENDS, st.just("appeal")),
)
TIMES = DecisionTimes(timedelta(days=1), timedelta(days=1), timedelta(days=2))
DECISIONS = st.sampled_from(["approve", "refuse", "submit", "confirm", "reject", "revoke", "expire"])


def opened(at: datetime) -> Case:
    blank = Case(
        case_id="case-1",
        agency="police",
        kind="investigation",
        reference="2026/17",
        opened_by="boss",
        opened_at=at,
        closes_at=None,
        version=case.next_version(0, at),
        request_sha256="x",
    )
    return case.opened(blank, ("amal",))


@given(st.lists(st.tuples(STEPS, MOMENTS, PEOPLE, AGENCIES), max_size=12))
def test_versions_only_grow_and_nothing_of_the_history_is_lost(steps: list[tuple[Any, datetime, str, str]]):
    now = opened(START)
    for (take, *given_), at, by, agency in steps:
        before = now
        with suppress(Problem):
            now = take(now, *given_, Actor(at, by, agency))
        assert now is before or now.version > before.version
        assert now.history[: len(before.history)] == before.history
        assert [line.number for line in now.history] == list(range(len(now.history)))
        told = from_structured(to_structured(case.event_of(now))).data
        assert told == case.state_of(now)
        assert set(told.assigned) == {one.subject for one in now.assigned}
        assert told.assigned == tuple(one.subject for one in told.assigned_for)
        assert len({one.agency for one in now.shared_with}) == len(now.shared_with)
        assert "2026/17" not in repr(told)


def asked_for(*, is_urgent: bool) -> Authorization:
    terms = Terms(
        objective="find-missing-person",
        legal_basis="ccp-art-74",
        authority="judge-2",
        decision_number=None if is_urgent else "2026/311",
        is_urgent=is_urgent,
        valid_from=START,
        valid_to=START + timedelta(days=7),
        camera_ids=("cam-1",),
        probe_sha256="5f" * 32,
    )
    actor = Actor(START, "amal", "police")
    return authorization.request("auth-1", terms, actor, TIMES, case_id="case-1", request_sha256="x")


def decided(one: Authorization, name: str, by: str, at: datetime) -> Authorization:
    actor = Actor(at, by, "police")
    more: dict[str, tuple[Any, ...]] = {
        "approve": (one.consent.digest, actor, TIMES),
        "refuse": (one.consent.digest, actor),
        "submit": ("R-1", actor, TIMES),
        "confirm": ("2026/400", actor),
        "reject": ("2026/400", actor),
        "revoke": ("reason", actor),
        "expire": (actor,),
    }
    if name == "expire" and not (one.is_live and one.ends_at <= at):
        return one
    step: Authorization = getattr(authorization, name)(one, *more[name])
    return step


@given(st.booleans(), st.lists(st.tuples(DECISIONS, PEOPLE, MOMENTS), max_size=10))
def test_nothing_is_in_force_that_another_person_did_not_grant_or_the_authority_did_not_allow_in_time(
    is_urgent: bool,  # noqa: FBT001 - drawn
    steps: list[tuple[str, str, datetime]],
):
    one = asked_for(is_urgent=is_urgent)
    for name, by, at in steps:
        before = one
        with suppress(Problem):
            one = decided(one, name, by, at)
        assert one is before or one.version > before.version
        assert one is before or before.is_live, "what is over stays over"
        assert one.ends_at <= one.terms.valid_to
        if one.state == "granted":
            assert one.consent.state == "approved"
            assert one.consent.decided_by not in {None, one.consent.asked_by}
        granted_at = one.consent.decided_at
        if one.state == "granted" and one.awaits_authority and granted_at is not None:
            assert one.ends_at <= granted_at + TIMES.decision
        told = authorization.state_of(one)
        assert (told.state == "granted") == (one.state == "granted")
        if one.state in {"refused", "expired", "revoked"} and one.awaits_authority:
            assert told.is_deletion_due
