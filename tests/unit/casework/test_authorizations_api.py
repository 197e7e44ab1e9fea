"""Authorizations: nobody grants their own, an urgent one dies by itself, what was never allowed must be deleted."""

from datetime import timedelta

import pytest

from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.testing.clock import START
from tests.unit.casework.asking import DAYS, Asking
from tests.unit.casework.service import ServiceBench, slug


@pytest.fixture
def asking(bench: ServiceBench) -> Asking:
    return Asking(bench)


async def test_what_is_asked_for_allows_nothing_until_another_person_approves_exactly_that(asking: Asking):
    answer = await asking.ask()
    assert answer.status_code == 201, answer.text
    assert (asking.told.state, asking.told.case_id) == ("requested", "case-1")
    approved = await asking.decide("approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "granted")
    assert asking.bench.gate.records()[-1].case_id == "case-of-chief"
    told = asking.told
    assert (told.state, told.camera_ids, told.probe_sha256) == ("granted", ("cam-1", "cam-2"), "5f" * 32)
    assert (told.valid_from, told.valid_to) == (utc_text(START), utc_text(START + 7 * DAYS))
    assert (approved.json()["asked_by"], approved.json()["decided_by"]) == ("officer-1", "chief")
    assert asking.bench.authorizations.events[0].key == f"authorization:{asking.authorization_id}"


async def test_who_asked_does_not_approve_whatever_else_they_are(asking: Asking):
    await asking.ask()
    same = asking.deciding("officer-1", "investigator", "senior-officer")
    answer = await asking.decide("approve", who=same)
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["A5.two-persons-authorize"])
    assert asking.told.state == "requested"


async def test_nobody_but_a_senior_officer_of_the_same_agency_decides(asking: Asking):
    await asking.ask()
    who = asking.deciding
    for role in ("operator", "investigator", "supervisor", "administrator", "auditor"):
        assert (await asking.decide("approve", who=who("other", role))).status_code == 403
    foreign = await asking.decide("approve", who=who("their-chief", "senior-officer", agency="intelligence"))
    assert (foreign.status_code, slug(foreign)) == (404, "authorization-unknown")
    assert (await asking.decide("approve", who=who("t", "senior-officer", agency="traffic"))).status_code == 403


async def test_what_is_asked_for_is_shown_under_a_case_and_purpose_alone_and_to_no_administrator(asking: Asking):
    await asking.ask()
    bare = asking.bench.who("chief", "senior-officer")
    both = asking.deciding("chief", "senior-officer", "administrator")
    for path in ("/v1/approvals", f"/v1/approvals/{asking.authorization_id}"):
        assert slug(await asking.bench.send("GET", path, who=bare)) == "case-missing"
        refused = await asking.bench.send("GET", path, who=both)
        assert "A3.administrators-see-no-subject-data" in refused.json()["reasons"]
        shown = await asking.bench.send("GET", path, who=asking.chief)
        assert shown.status_code == 200
    assert slug(await asking.decide("approve", who=bare)) == "case-missing"
    assert asking.told.state == "requested"


async def test_an_approval_is_of_this_request_once_in_time_and_of_what_was_seen(asking: Asking):
    await asking.ask()
    assert slug(await asking.decide("approve", digest="0" * 64)) == "authorization-changed"
    assert slug(await asking.decide("approve", etag='"1"')) == "authorization-changed"
    assert (await asking.decide("approve")).status_code == 200
    for path in ("approve", "refuse"):
        assert slug(await asking.decide(path)) == "authorization-decided"
    await asking.ask("key-2")
    await asking.after(24)
    assert (asking.told.state, asking.stored.history[-1].by) == ("expired", None)
    assert slug(await asking.decide("approve")) == "authorization-over"


async def test_a_refused_one_is_over_and_is_to_be_deleted(asking: Asking):
    await asking.ask()
    assert (await asking.decide("refuse")).json()["state"] == "refused"
    assert (asking.told.state, asking.told.is_deletion_due) == ("refused", True)
    assert slug(await asking.step("revoke", reason="late")) == "authorization-over"


async def test_one_that_the_authority_decided_ends_by_itself_and_keeps_what_it_found(asking: Asking):
    await asking.ask()
    await asking.decide("approve")
    await asking.after(7 * 24 - 0.01)
    assert asking.told.state == "granted"
    await asking.after(0.01)
    assert (asking.told.state, asking.told.is_deletion_due) == ("expired", False)
    events = len(asking.bench.authorizations.events)
    await asking.after(1)
    assert len(asking.bench.authorizations.events) == events


async def test_an_urgent_one_dies_after_24_hours_unless_it_lies_with_the_authority(asking: Asking):
    await asking.ask_urgently()
    await asking.decide("approve")
    assert asking.told.valid_to == utc_text(START + 1 * DAYS)
    await asking.after(23.9)
    assert asking.told.state == "granted"
    await asking.after(0.1)
    assert (asking.told.state, asking.told.is_deletion_due) == ("expired", True)
    assert slug(await asking.step("confirm", number="2026/400")) == "authorization-over"


async def test_an_urgent_one_dies_after_48_hours_unless_the_authority_has_decided(asking: Asking):
    await asking.ask_urgently()
    await asking.decide("approve")
    await asking.after(23)
    assert (await asking.step("submit", number="R-17")).status_code == 200
    assert asking.told.valid_to == utc_text(START + 2 * DAYS)
    assert slug(await asking.step("submit", number="R-18")) == "already-submitted"
    await asking.after(24.9)
    assert asking.told.state == "granted"
    await asking.after(0.1)
    assert (asking.told.state, asking.told.is_deletion_due) == ("expired", True)


async def test_an_urgent_one_that_the_authority_allows_lasts_as_long_as_was_asked(asking: Asking):
    await asking.ask_urgently()
    colleague = asking.colleague()
    assert slug(await asking.step("confirm", number="2026/400")) == "not-awaiting-authority"
    await asking.decide("approve")
    answer = await asking.step("confirm", number="2026/400", who=colleague)
    assert answer.json()["decision_number"] == "2026/400"
    assert asking.told.valid_to == utc_text(START + 7 * DAYS)
    for path in ("submit", "reject", "confirm"):
        assert slug(await asking.step(path, number="2026/401")) == "not-awaiting-authority"


async def test_who_asked_for_an_urgent_one_does_not_say_that_the_authority_allows_it(asking: Asking):
    await asking.ask_urgently()
    await asking.decide("approve")
    answer = await asking.step("confirm", number="2026/400")
    assert (answer.status_code, slug(answer)) == (409, "authorization-needs-another")
    assert asking.told.valid_to == utc_text(START + 1 * DAYS)
    assert (await asking.step("confirm", number="2026/400", who=asking.colleague())).status_code == 200


async def test_an_urgent_one_that_the_authority_refuses_is_over_at_once_and_to_be_deleted(asking: Asking):
    await asking.ask_urgently()
    await asking.decide("approve")
    await asking.step("reject", number="2026/400")
    assert (asking.told.state, asking.told.is_deletion_due) == ("refused", True)


@pytest.mark.parametrize("by", ["who works on the case", "a senior officer"])
async def test_a_revoked_one_is_over_at_once(asking: Asking, by: str):
    await asking.ask()
    await asking.decide("approve")
    if by == "a senior officer":
        assert (await asking.decide("revoke", reason="abused")).status_code == 200
    else:
        assert (await asking.step("revoke", reason="person-found")).status_code == 200
    assert (asking.told.state, asking.told.is_deletion_due) == ("revoked", False)
    assert slug(await asking.step("revoke", reason="again")) == "authorization-over"


async def test_an_authorization_ends_with_its_case(asking: Asking):
    await asking.bench.open(case_id="case-1")
    await asking.ask()
    await asking.decide("approve")
    await asking.bench.deadlines.once()
    assert asking.told.state == "granted"
    seen = f'"{asking.bench.cases.stored["case-1"].version}"'
    await asking.bench.send("POST", "/v1/cases/case-1/close", json={"reason": "solved"}, headers={"If-Match": seen})
    await asking.bench.deadlines.once()
    assert (asking.told.state, asking.stored.history[-1].note) == ("revoked", "case-closed")


async def test_the_inbox_has_what_waits_of_ones_own_agency_and_the_case_has_its_own(asking: Asking):
    await asking.ask()
    waiting = asking.authorization_id
    await asking.ask("key-2")
    await asking.decide("approve")
    bench = asking.bench
    bench.gate.put_case("case-2")

    async def listed(path: str, who: dict[str, str], **query: str) -> list[str]:
        answer = await bench.send("GET", path, who=who, params=query)
        assert answer.status_code == 200, answer.text
        return [one["authorization_id"] for one in answer.json()["items"]]

    assert await listed("/v1/approvals", asking.chief) == [waiting]
    assert await listed("/v1/approvals", asking.chief, state="granted") == [asking.authorization_id]
    theirs = asking.deciding("their-chief", "senior-officer", agency="intelligence")
    assert await listed("/v1/approvals", theirs) == []
    assert sorted(await listed("/v1/authorizations", asking.officer)) == sorted([waiting, asking.authorization_id])
    other_case = bench.gate.headers(case="case-2")
    assert await listed("/v1/authorizations", other_case) == []
    assert (await bench.send("GET", f"/v1/authorizations/{waiting}", who=other_case)).status_code == 404
    assert (await bench.send("GET", f"/v1/approvals/{waiting}", who=asking.chief)).json()["state"] == "requested"


async def test_asking_again_with_the_same_key_is_the_same_request(asking: Asking):
    first, again = await asking.ask(), await asking.ask()
    assert first.json() == again.json()
    assert slug(await asking.ask(objective="something-else")) == "idempotency-key-used"
    assert len(asking.bench.authorizations.events) == 1


async def test_it_is_asked_for_under_a_case_that_is_no_shift_by_who_investigates(asking: Asking):
    headers = asking.bench.gate.headers
    assert slug(await asking.ask(who=headers(case=None))) == "case-missing"
    assert (await asking.ask(who=headers(roles=("operator",)))).status_code == 403
    asking.bench.gate.put_case("duty-1", kind="duty")
    assert (await asking.ask(who=headers(case="duty-1"))).status_code == 403
    assert not asking.bench.authorizations.stored


async def test_under_a_shared_case_only_the_agency_whose_case_it_is_asks(asking: Asking):
    shared = (SharedWith("intelligence", utc_text(START + DAYS)),)
    asking.bench.gate.put_case("case-5", shared_with=shared, assigned=("officer-1", "agent-1"))
    headers = asking.bench.gate.headers
    theirs = headers(case="case-5", sub="agent-1", agency="intelligence", purpose="live-monitoring")
    listed = await asking.bench.send("GET", "/v1/authorizations", who=theirs)
    assert listed.status_code == 200, "the share itself holds"
    answer = await asking.ask(who=theirs)
    assert (answer.status_code, slug(answer)) == (403, "authorization-of-another-agency")
    assert "police" in answer.json()["detail"]
    assert not asking.bench.authorizations.stored
    assert (await asking.ask(who=headers(case="case-5", purpose="missing-person"))).status_code == 201


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"camera_ids": None}, "request-invalid"),
        ({"area": [{"latitude": 0, "longitude": 0}] * 3}, "request-invalid"),
        ({"entry_ids": ["entry-1"]}, "request-invalid"),
        ({"probe_sha256": None}, "request-invalid"),
        ({"decision_number": None}, "request-invalid"),
        ({"is_urgent": True}, "request-invalid"),
        ({"objective": "Find my wife"}, "request-invalid"),
        ({"valid_to": utc_text(START)}, "validity-empty"),
        ({"valid_to": utc_text(START + timedelta(days=32))}, "authorization-too-long"),
    ],
)
async def test_what_is_no_single_scope_or_no_time_is_refused(asking: Asking, changes: dict, why: str):
    answer = await asking.ask(**changes)
    assert (answer.status_code, slug(answer)) == (422, why)
    assert not asking.bench.authorizations.stored


async def test_an_area_and_gallery_entries_are_told_as_they_were_asked_for(asking: Asking):
    corners = [
        {"latitude": 31.0, "longitude": 47.0},
        {"latitude": 31.1, "longitude": 47.0},
        {"latitude": 31, "longitude": 48},
    ]
    await asking.ask(camera_ids=None, area=corners, probe_sha256=None, entry_ids=["entry-1"])
    assert [(one.latitude, one.longitude) for one in asking.told.area] == [(31.0, 47.0), (31.1, 47.0), (31.0, 48.0)]
    assert (asking.told.camera_ids, asking.told.entry_ids) == ((), ("entry-1",))
