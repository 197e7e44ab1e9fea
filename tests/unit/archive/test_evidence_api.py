"""Asking for recordings, listing, holding; and whose is whose."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from rasid.contract.event_ids import evidence_id as id_of
from rasid.contract.fields import utc_text
from services.archive.handlers import AlertTimes, EvidenceRequests
from tests.support.clips import clip
from tests.unit.archive.requests import alert_raised, requested
from tests.unit.archive.service import CAMERA, KEPT_SECONDS, ServiceBench

BODY = clip(50_000)


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def test_asking_twice_for_the_same_is_one_piece_of_evidence(bench):
    start = bench.clock.now() - timedelta(hours=1)
    window = {"from_at": utc_text(start), "to_at": utc_text(start + timedelta(seconds=30))}
    first, second = await bench.ask(**window), await bench.ask(**window)
    assert first == second == id_of("case-1", CAMERA, *window.values())
    assert bench.told() == ["evidence.requested"]
    assert bench.deeds(first) == ["requested"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"camera_id": "no-such"}, "camera-unknown"),
        ({"camera_id": "NO SUCH"}, "request-invalid"),
        ({"to_at": "2020-01-01T00:00:00Z"}, "request-invalid"),
        ({"from_at": "2026-02-01T00:00:00"}, "request-invalid"),
        ({"from_at": "2999-01-01T00:00:00Z", "to_at": "2999-01-01T00:00:01Z"}, "window-in-the-future"),
        ({"to_at": "2026-02-01T06:00:00.001Z"}, "window-too-long"),
        ({"from_at": "2001-01-01T00:00:00Z"}, "window-too-long"),
        ({"reason": "because I want to"}, "request-invalid"),
        ({"reason": "$where"}, "request-invalid"),
        ({"colour": "red"}, "request-invalid"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(bench, change, why):
    body = {
        "camera_id": CAMERA,
        "from_at": "2026-02-01T00:00:00Z",
        "to_at": "2026-02-01T00:00:30Z",
        "reason": "road-accident",
    }
    answer = await bench.send("POST", "/v1/evidence", json=body | change)
    assert (answer.status_code, slug(answer)) == (422, why), answer.text
    assert bench.store.stored == {}


async def test_the_longest_window_may_be_asked_for(bench):
    longest = {"from_at": "2026-02-01T00:00:00Z", "to_at": "2026-02-01T06:00:00Z"}
    assert await bench.ask(**longest)


async def test_a_request_on_the_bus_is_awaited_once_and_listed_for_those_who_fetch(bench):
    handle = EvidenceRequests(bench.store, kept_seconds=KEPT_SECONDS)
    event = requested("e-1", "alert-1")
    await handle([event, event])
    await handle([event])
    answer = await bench.send("GET", "/v1/evidence", params={"state": "awaited", "camera_id": CAMERA})
    (item,) = answer.json()["items"]
    assert (item["evidence_id"], item["alert_id"], item["state"]) == ("e-1", "alert-1", "awaited")
    assert bench.deeds("e-1") == ["requested"]


async def test_pages_go_on_where_they_ended(bench):
    ids = []
    for _ in range(5):
        ids.append(await bench.ask())
        bench.clock.shift(1)
    read, cursor = [], None
    while True:
        params: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await bench.send("GET", "/v1/evidence", params=params)).json()
        read += [item["evidence_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert read == ids[::-1]


@pytest.mark.parametrize(
    "params",
    [{"cursor": "zzz"}, {"limit": 0}, {"limit": 201}, {"state": "erased"}, {"camera_id": "{}"}, {"colour": "red"}],
)
async def test_a_filter_that_cannot_be_is_refused(bench, params):
    answer = await bench.send("GET", "/v1/evidence", params=params)
    assert answer.status_code in {400, 422}


async def test_evidence_of_another_agency_is_neither_listed_nor_shown(bench):
    await EvidenceRequests(bench.store, kept_seconds=KEPT_SECONDS)([requested("e-2", "alert-2", agency="intelligence")])
    assert (await bench.send("GET", "/v1/evidence")).json()["items"] == []
    for method, path in (
        ("GET", ""),
        ("PUT", "/clip"),
        ("POST", "/links"),
        ("POST", "/holds"),
        ("POST", "/verify"),
        ("POST", "/failure"),
        ("GET", "/certificate"),
    ):
        body = {"reason": "no_recording", "retriable": True} if path == "/failure" else None
        answer = await bench.send(method, f"/v1/evidence/e-2{path}", json=body)
        assert (answer.status_code, slug(answer)) == (403, "policy-denied"), path


async def test_a_shift_sees_and_sends_clips_of_alerts_of_the_last_day_and_no_others(bench):
    bench.gate.put_case("duty-1", kind="duty")
    shift = bench.who("operator", case="duty-1", purpose="live-monitoring")
    handle = EvidenceRequests(bench.store, kept_seconds=KEPT_SECONDS)
    await handle([requested("new", "alert-new"), requested("old", "alert-old"), requested("none", None)])
    times = AlertTimes(bench.store, clock=bench.clock)
    now = bench.clock.now()
    await times([alert_raised("alert-new", now - timedelta(hours=23))])
    await times([alert_raised("alert-old", now - timedelta(hours=24))])
    listed = (await bench.send("GET", "/v1/evidence", who=shift)).json()["items"]
    assert [item["evidence_id"] for item in listed] == ["new"]
    assert (await bench.put("new", BODY, who=shift)).status_code == 201
    assert (await bench.send("POST", "/v1/evidence/new/links", who=shift)).status_code == 201
    for other in ("old", "none"):
        answer = await bench.put(other, BODY, who=shift)
        assert "A2.duty-covers-clips-of-the-live-queue" in answer.json()["reasons"]
    assert (await bench.send("POST", "/v1/evidence/new/holds", who=shift)).status_code == 403
    bench.clock.shift(2 * 3600)
    late = bench.who("operator", case="duty-1", purpose="live-monitoring")
    assert (await bench.send("GET", "/v1/evidence/new", who=late)).status_code == 403


async def test_what_cannot_be_had_is_told_and_may_come_all_the_same(bench):
    evidence_id = await bench.ask()
    body = {"reason": "recorder_away", "retriable": True}
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/failure", json=body)
    assert (answer.status_code, answer.json()["state"]) == (200, "failed")
    assert (await bench.put(evidence_id, BODY)).status_code == 201
    stored = bench.evidence(evidence_id)
    assert (stored.state, stored.failure, stored.version) == ("stored", None, 2)
    assert bench.told() == ["evidence.requested", "evidence.failed", "evidence.stored"]
    assert (await bench.send("POST", f"/v1/evidence/{evidence_id}/failure", json=body)).status_code == 409


async def test_a_held_clip_outlives_its_time_and_is_gone_when_the_last_case_lets_go(bench):
    bench.gate.put_case("case-2")
    other = bench.who(case="case-2")
    evidence_id = await bench.stored(BODY)
    for who in (None, other, other):
        answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=who)
        assert answer.status_code == 200
    assert [hold["case_id"] for hold in answer.json()["holds"]] == ["case-1", "case-2"]
    (kept,) = bench.clips.objects.values()
    assert kept.is_held
    bench.clock.shift(KEPT_SECONDS + 1)
    await bench.sweep.once()
    mine, theirs = bench.who(), bench.who(case="case-2")
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}", who=mine)).status_code == 200
    foreign = await bench.send("DELETE", f"/v1/evidence/{evidence_id}/holds/case-2", who=mine)
    assert (foreign.status_code, slug(foreign)) == (403, "hold-of-another-case")
    first = await bench.send("DELETE", f"/v1/evidence/{evidence_id}/holds/case-1", who=mine)
    assert first.status_code == 200
    assert kept.is_held
    last = await bench.send("DELETE", f"/v1/evidence/{evidence_id}/holds/case-2", who=theirs)
    assert last.status_code == 200
    assert not kept.is_held
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}", who=mine)).status_code == 404
    told = [event for event in bench.store.events if event.type in {"evidence.held", "evidence.released"}]
    assert [event.data.holds for event in told] == [("case-1",), ("case-1", "case-2"), ("case-2",), ()]
    await bench.tidy()
    assert bench.clips.objects == {}


async def released(bench: ServiceBench, evidence_id: str, case_id: str, *roles: str, **who: Any) -> httpx.Response:
    """By somebody, as the hold of a closed case."""
    path = f"/v1/evidence/{evidence_id}/holds/{case_id}/release"
    headers = bench.who(*roles, **({"case": "case-2"} | who))
    return await bench.send("POST", path, json={"reason": "verdict-final"}, who=headers)


def end_case(bench: ServiceBench, case_id: str, end: str) -> None:
    if end == "erased":
        bench.gate.cases.apply(f"case:{case_id}", None)
    elif end == "closed":
        bench.gate.put_case(case_id, version=2, state="closed")
    else:
        bench.gate.put_case(case_id, version=2, closes_at=utc_text(bench.clock.now()))


async def held_by_case_1(bench: ServiceBench) -> str:
    bench.gate.put_case("case-2")
    evidence_id = await bench.stored(BODY)
    assert (await bench.send("POST", f"/v1/evidence/{evidence_id}/holds")).status_code == 200
    return evidence_id


@pytest.mark.parametrize("end", ["closed", "run out", "erased"])
async def test_what_a_case_that_is_over_holds_is_released_by_a_supervisor_under_another(bench, end):
    evidence_id = await held_by_case_1(bench)
    early = await released(bench, evidence_id, "case-1", "supervisor")
    assert (early.status_code, slug(early)) == (409, "case-open")
    end_case(bench, "case-1", end)
    own = await bench.send("DELETE", f"/v1/evidence/{evidence_id}/holds/case-1")
    assert own.status_code == 403
    done = await released(bench, evidence_id, "case-1", "supervisor")
    assert (done.status_code, done.json()["holds"]) == (200, []), done.text
    (kept,) = bench.clips.objects.values()
    assert not kept.is_held
    line = bench.evidence(evidence_id).custody[-1]
    assert (line.deed, line.by, line.case_id, line.note) == (
        *("released", "officer-1", "case-2"),
        "for case-1 (closed, verdict-final)",
    )
    assert bench.store.events[-1].data.holds == ()
    again = await released(bench, evidence_id, "case-1", "supervisor")
    assert again.status_code == 200
    assert bench.told().count("evidence.released") == 1


async def test_nobody_else_releases_what_a_closed_case_holds(bench):
    evidence_id = await held_by_case_1(bench)
    end_case(bench, "case-1", "closed")
    bench.gate.put_case("duty-1", kind="duty")
    for roles, who in ((("investigator",), {}), (("senior-officer",), {}), (("supervisor",), {"case": "duty-1"})):
        answer = await released(bench, evidence_id, "case-1", *roles, **who)
        assert (answer.status_code, slug(answer)) == (403, "policy-denied")
    under_itself = await released(bench, evidence_id, "case-1", "supervisor", case="case-1")
    assert (under_itself.status_code, slug(under_itself)) == (403, "case-closed")
    assert [hold.case_id for hold in bench.evidence(evidence_id).holds] == ["case-1"]
    no_reason = await bench.send(
        "POST", f"/v1/evidence/{evidence_id}/holds/case-1/release", json={}, who=bench.who("supervisor", case="case-2")
    )
    assert no_reason.status_code == 422


async def test_what_a_closed_case_of_another_agency_holds_is_not_released(bench):
    evidence_id = await held_by_case_1(bench)
    bench.gate.put_case("theirs", agency="intelligence", state="closed")
    answer = await released(bench, evidence_id, "theirs", "supervisor")
    assert (answer.status_code, slug(answer)) == (403, "case-foreign")
