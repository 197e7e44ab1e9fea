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
from tests.unit.archive.service import CAMERA, KEPT_SECONDS

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
