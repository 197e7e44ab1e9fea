"""Covert entries: two persons, an end, and nobody but the people of the case ever learns of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.testing.builders import case_state
from rasid.testing.clock import START
from services.alerts.entry import Entry
from tests.support.eventually import eventually
from tests.unit.alerts.live_bench import Live, running
from tests.unit.alerts.making import DAY, PLATE, authorization, covert, entry, read
from tests.unit.alerts.service import ENTRIES, ServiceBench
from tests.unit.alerts.test_handlers import Matching

PEOPLE = ("officer-1", "officer-2", "boss", "chief", "chief-2")
COVERT = {"covert": {"legal_basis": "cpc-87"}, "valid_to": utc_text(START + 10 * DAY)}


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


@pytest.fixture(autouse=True)
def _cases(bench: ServiceBench) -> None:
    for case_id, kind in (("case-1", "investigation"), ("case-2", "investigation"), ("shift", "duty")):
        bench.gate.put_case(case_id, kind=kind, assigned=PEOPLE, version=2)


def chief(bench: ServiceBench, case: str = "case-2", **claims: Any) -> dict[str, str]:
    """A senior officer, who works under a case of their own."""
    return bench.gate.headers(roles=["senior-officer"], case=case, **({"sub": "chief"} | claims))


async def asked(bench: ServiceBench, key: str = "key-1", **body: Any) -> dict[str, Any]:
    answer = await bench.add(key, **(COVERT | body))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(
    bench: ServiceBench, found: dict[str, Any], who: dict[str, str] | None = None, what: str = "approve"
) -> httpx.Response:
    path, body = f"/v1/covert-entries/{found['entry_id']}/{what}", {"digest": found["covert"]["digest"]}
    return await bench.send("POST", path, json=body, who=who or chief(bench))


async def test_it_looks_for_nothing_until_a_second_person_has_approved_it(bench):
    found = await asked(bench)
    (waiting,) = bench.watchlist.of(PLATE)
    assert (found["covert"]["state"], waiting.is_in_force(START)) == ("asked", False)
    listed = await bench.send("GET", "/v1/covert-entries", who=chief(bench))
    assert [item["covert"]["digest"] for item in listed.json()["items"]] == [found["covert"]["digest"]]
    answer = await decide(bench, found)
    assert (answer.status_code, answer.json()["covert"]["decided_by"]) == (200, "chief")
    (approved,) = bench.watchlist.of(PLATE)
    assert approved.is_in_force(START)
    assert not approved.is_in_force(START - timedelta(milliseconds=1)), "nothing from before the approval"
    assert (await bench.send("GET", "/v1/covert-entries", who=chief(bench))).json()["items"] == []
    kept = await bench.send("GET", "/v1/covert-entries", params={"approved": True}, who=chief(bench))
    assert [item["entry_id"] for item in kept.json()["items"]] == [found["entry_id"]]


async def test_who_asked_does_not_approve_under_another_role(bench):
    found = await asked(bench)
    for what in ("approve", "refuse"):
        answer = await decide(bench, found, chief(bench, sub="officer-1"), what)
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["A3.two-persons-for-covert"])
    assert not bench.watchlist.of(PLATE)[0].is_in_force(START)


@pytest.mark.parametrize("role", ["operator", "investigator", "supervisor", "administrator", "auditor"])
async def test_only_senior_officers_read_and_decide(bench, role):
    found = await asked(bench)
    who = bench.gate.headers(roles=[role], sub="boss", case="case-2")
    assert (await decide(bench, found, who)).status_code == 403
    for path in ("", f"/{found['entry_id']}"):
        answer = await bench.send("GET", f"/v1/covert-entries{path}", who=who)
        assert answer.status_code == 403
        assert PLATE not in answer.text


async def test_a_decision_is_made_once_in_time_and_on_what_was_read(bench):
    found = await asked(bench)
    wrong = await decide(bench, found | {"covert": {"digest": "0" * 64}})
    assert (wrong.status_code, slug(wrong)) == (409, "covert-entry-changed")
    assert (await decide(bench, found, what="refuse")).json()["covert"]["state"] == "refused"
    again = await decide(bench, found)
    assert again.status_code == 409
    late = await asked(bench, "key-2")
    bench.clock.shift(DAY.total_seconds())
    answer = await decide(bench, late)
    assert (answer.status_code, slug(answer)) == (409, "covert-entry-expired")
    assert not any(one.is_in_force(bench.clock.now()) for one in bench.watchlist.of(PLATE))


async def test_an_approval_is_replayed_in_vain(bench):
    found = await asked(bench)
    assert (await decide(bench, found)).status_code == 200
    assert (await bench.send("POST", f"/v1/covert-entries/{found['entry_id']}/end", who=chief(bench))).is_success
    for who in (chief(bench), chief(bench, sub="chief-2")):
        assert (await decide(bench, found, who)).status_code == 409
    assert bench.watchlist.of(PLATE)[0].has_ended(bench.clock.now())


@pytest.mark.parametrize("valid_to", [None, utc_text(START + 31 * DAY)])
async def test_it_ends_by_itself_and_soon(bench, valid_to):
    answer = await bench.add(covert=COVERT["covert"], valid_to=valid_to)
    assert (answer.status_code, slug(answer)) == (422, "covert-needs-an-end")


async def test_what_was_agreed_to_is_not_changed(bench):
    found = await asked(bench)
    path = f"{ENTRIES}/{found['entry_id']}"
    body = {"plate": "13 B 99999", "reason": "stolen-vehicle"}
    answer = await bench.send("PUT", path, json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, slug(answer)) == (409, "covert-entry-fixed")
    no_way_in = await bench.send("PUT", path, json=body | {"covert": None}, headers={"If-Match": '"1"'})
    assert no_way_in.status_code == 422


async def test_the_same_request_has_the_same_answer_also_once_it_is_approved(bench):
    found = await asked(bench)
    await decide(bench, found)
    assert await asked(bench) == found


async def test_it_is_there_only_under_its_case(bench):
    open_one = (await bench.add("key-2", plate="13 B 99999")).json()["entry_id"]
    found = await asked(bench)
    path = f"{ENTRIES}/{found['entry_id']}"
    for colleague in (
        bench.gate.headers(case="case-2", sub="officer-2"),
        bench.gate.headers(case="case-2", sub="boss", roles=["supervisor"]),
        bench.gate.headers(case="case-2"),
    ):
        listed = await bench.send("GET", ENTRIES, params={"ended": True}, who=colleague)
        assert [item["entry_id"] for item in listed.json()["items"]] == [open_one]
        for method in ("GET", "DELETE"):
            assert (await bench.send(method, path, who=colleague)).status_code == 404
    mine = await bench.send("GET", ENTRIES)
    assert {item["entry_id"] for item in mine.json()["items"]} == {open_one, found["entry_id"]}
    assert (await bench.send("DELETE", path)).status_code == 200


async def test_another_agency_does_not_see_it_although_the_case_is_shared(bench):
    found = await asked(bench)
    until = (SharedWith("intelligence", utc_text(START + DAY)),)
    bench.gate.put_case("case-1", assigned=(*PEOPLE, "agent"), shared_with=until, version=3)
    spy = {"agency": "intelligence", "sub": "agent", "purpose": "counter-terrorism"}
    listed = await bench.send("GET", ENTRIES, who=bench.gate.headers(**spy))
    assert listed.json()["items"] == []
    senior = bench.gate.headers(roles=["senior-officer"], **spy)
    assert (await bench.send("GET", "/v1/covert-entries", who=senior)).json()["items"] == []
    assert (await decide(bench, found, senior)).status_code == 404


async def test_the_traffic_agency_has_none(bench):
    bench.gate.put_case("lane", agency="traffic", kind="traffic_operation", assigned=("clerk",))
    who = bench.gate.headers(agency="traffic", sub="clerk", case="lane", purpose="traffic-enforcement")
    body = {"plate": "13 A 12345", "reason": "unpaid"} | COVERT
    answer = await bench.send("POST", ENTRIES, json=body, who=who, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["A3.traffic-has-no-covert-entries"])


async def test_metrics_do_not_count_it(bench):
    await bench.add("key-2", plate="13 B 99999")
    await decide(bench, await asked(bench))
    assert (len(bench.watchlist), bench.watchlist.open_count) == (2, 1)


async def test_an_authorization_that_is_named_is_of_the_case_and_not_over(bench):
    for event in (
        authorization("auth-1"),
        authorization("auth-2", case_id="case-2"),
        authorization("auth-3", state="refused"),
        authorization("auth-4", valid_to=utc_text(START)),
    ):
        bench.authorizations.apply(event.key, event)
    for number, expected in (("1", 201), ("2", 422), ("3", 422), ("4", 422), ("5", 422)):
        named = {"legal_basis": "cpc-87", "authorization_id": f"auth-{number}"}
        answer = await bench.add(f"key-{number}", **(COVERT | {"covert": named}))
        assert answer.status_code == expected, answer.text


async def test_its_alerts_are_there_only_under_its_case(bench):
    alert = bench.alert()
    bench.store.stored["alert-1"] = replace(alert, is_covert=True)
    shift = bench.gate.headers(case="shift", purpose="live-monitoring", roles=["operator"], sub="officer-2")
    for who in (shift, bench.gate.headers(case="case-2"), chief(bench)):
        assert (await bench.send("GET", "/v1/alerts", who=who)).json()["items"] == []
        assert (await bench.send("GET", "/v1/alerts/alert-1", who=who)).status_code == 404
    window = {"from_at": utc_text(START), "to_at": utc_text(START + DAY / 1440), "reason": "who"}
    for path, body in (("acknowledge", {}), ("evidence", window)):
        other = bench.gate.headers(case="case-2")
        options = {"json": body, "headers": {"If-Match": '"1"'}}
        assert (await bench.send("POST", f"/v1/alerts/alert-1/{path}", who=other, **options)).status_code == 404
    assert [item["is_covert"] for item in (await bench.send("GET", "/v1/alerts")).json()["items"]] == [True]
    assert (await bench.send("GET", "/v1/alerts/alert-1")).status_code == 200
    clip = await bench.send("POST", "/v1/alerts/alert-1/evidence", json=window)
    assert (clip.status_code, slug(clip)) == (409, "covert-alert")
    taken = await bench.send("POST", "/v1/alerts/alert-1/acknowledge", headers={"If-Match": '"1"'})
    assert taken.status_code == 200


def matching(one: Entry) -> Matching:
    found = Matching(one)
    event = case_state("case-1")
    found.cases.apply(event.key, event)
    return found


async def test_it_rings_for_its_case_asks_for_no_clip_and_is_not_counted():
    found = matching(covert(entry(valid_to=START + DAY)))
    await found.handle(read())
    (rang,) = found.published("alert.raised")
    assert rang.data.is_covert
    assert found.published("evidence.requested") == []
    assert found.counted("raised") is None


async def test_it_does_not_ring_before_it_is_approved():
    found = matching(covert(entry(valid_to=START + DAY), by=None))
    await found.handle(read())
    assert found.published("alert.raised") == []


async def test_it_does_not_ring_when_its_case_is_closed_or_unknown():
    for event in (case_state("case-1", state="closed", version=2), case_state("case-9")):
        found = Matching(covert(entry(valid_to=START + DAY)))
        found.cases.apply(event.key, event)
        await found.handle(read())
        assert found.published("alert.raised") == []


@pytest.mark.parametrize(
    ("matter", "rings"),
    [
        ({}, True),
        ({"state": "requested"}, False),
        ({"state": "refused"}, False),
        ({"state": "revoked"}, False),
        ({"state": "expired"}, False),
        ({"valid_from": utc_text(START + DAY / 24)}, False),
        ({"valid_to": utc_text(START)}, False),
        ({"valid_to": "never"}, False),
        ({"valid_from": "never"}, False),
        ({"case_id": "case-2"}, False),
    ],
)
async def test_it_rings_only_while_its_authorization_stands(matter, rings):
    found = matching(covert(entry(valid_to=START + DAY), authorization_id="auth-1"))
    await found.handle(read(track="0"))
    assert found.published("alert.raised") == [], "nobody has told of an authorization"
    event = authorization("auth-1", **matter)
    found.authorizations.apply(event.key, event)
    await found.handle(read(track="1"))
    assert len(found.published("alert.raised")) == int(rings)
    found.authorizations.apply(event.key, None)
    await found.handle(read(track="2", seen=1000, received=1001))
    assert len(found.published("alert.raised")) == int(rings)


@pytest.fixture
async def live(tmp_path) -> AsyncIterator[Live]:
    folder = tmp_path / "live"
    folder.mkdir()
    async with running(Live(folder)) as started:
        started.gate.put_case("shift", kind="duty", assigned=("officer-1", "officer-2"))
        yield started


async def test_the_live_stream_brings_it_to_the_people_of_its_case_and_nobody_else(live):
    mine, shift = await live.connect(), await live.connect(subject="officer-2", case="shift")
    spy = await live.connect(subject="agent", agency="intelligence")
    await live.ring("alert-1", is_covert=True)
    await live.ring("alert-2")
    await eventually(lambda: len(mine.events) == 2 and len(shift.events) == 1)
    assert "alert-2" in shift.events[0].data
    assert spy.events == []
    assert live.records.written == [("alert-1", ("officer-1",)), ("alert-2", ("officer-1", "officer-2"))]


async def test_who_resumes_misses_no_covert_alert_of_their_case_and_gets_none_of_others(live):
    mine, shift = await live.connect(), await live.connect(subject="officer-2", case="shift")
    await eventually(lambda: mine.text and shift.text)
    for one in (mine, shift):
        await one.stop()
    await live.ring("alert-1", is_covert=True)
    await live.ring("alert-2")
    await eventually(lambda: live.hub._window.end == 2)
    again = await live.connect(mine.last_id)
    shift_again = await live.connect(shift.last_id, subject="officer-2", case="shift")
    await eventually(lambda: len(again.events) == 2 and len(shift_again.events) == 1)
    assert "alert-2" in shift_again.events[0].data
