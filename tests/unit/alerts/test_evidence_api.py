"""Asking for a clip of an alert over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from rasid.contract.event_ids import evidence_id
from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from services.alerts.evidence_desk import MOST_CLIPS
from tests.unit.alerts.making import AROUND


def at(seconds: float) -> str:
    return utc_text(START + timedelta(seconds=seconds))


async def ask(bench: Any, alert_id: str = "alert-1", **changes: Any) -> Any:
    who = changes.pop("who", None)
    body = {"from_at": at(-60), "to_at": at(0), "reason": "who-was-with-it"} | changes
    return await bench.send("POST", f"/v1/alerts/{alert_id}/evidence", json=body, who=who)


async def test_a_window_is_asked_for_with_its_event_in_the_same_step(bench):
    bench.alert(around=AROUND)
    answer = await ask(bench)
    clip = answer.json()
    assert answer.status_code == 202
    assert clip["evidence_id"] == evidence_id("alert-1", "cam-1", at(-60), at(0))
    assert (clip["state"], clip["requested_by"], clip["camera_id"]) == ("requested", "officer-1", "cam-1")
    (event,) = bench.store.pending
    assert (event.type, event.data.evidence_id, event.data.by) == (
        "evidence.requested",
        clip["evidence_id"],
        "officer-1",
    )
    assert (event.data.from_at, event.data.to_at, event.data.agency) == (at(-60), at(0), "police")
    assert bench.woken == 1
    alert = (await bench.send("GET", "/v1/alerts/alert-1")).json()
    assert [found["reason"] for found in alert["evidence"]] == ["who-was-with-it", "alert_raised"]
    assert alert["version"] == 2


async def test_the_same_window_again_is_the_same_clip_and_is_not_asked_for_again(bench):
    bench.alert()
    first, again = await ask(bench), await ask(bench, reason="another")
    assert again.json() == first.json()
    assert len(bench.store.pending) == 1


async def test_asking_for_a_clip_keeps_nobody_from_taking_the_alert(bench):
    bench.alert()
    seen = (await bench.send("GET", "/v1/alerts/alert-1")).headers["etag"]
    await ask(bench)
    taken = await bench.send("POST", "/v1/alerts/alert-1/acknowledge", headers={"If-Match": seen})
    assert taken.status_code == 200
    assert len(taken.json()["evidence"]) == 1


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"to_at": at(-60)}, "window-empty"),
        ({"to_at": at(-61)}, "window-empty"),
        ({"from_at": at(-601)}, "window-too-long"),
        ({"from_at": at(-3700), "to_at": at(-3650)}, "window-too-far"),
        ({"from_at": at(3500), "to_at": at(3650)}, "window-too-far"),
        ({"camera_id": "cam-2"}, "camera-not-of-alert"),
    ],
)
async def test_a_window_that_is_not_the_alert_s_is_refused_with_the_reason(bench, changes, slug):
    bench.alert()
    answer = await ask(bench, **changes)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"urn:rasid:problem:{slug}"
    assert bench.store.pending == []


@pytest.mark.parametrize(
    "changes",
    [
        {"from_at": "2026-11-24T06:00:00"},
        {"from_at": "yesterday"},
        {"from_at": "0001-01-01T00:00:00+14:00"},
        {"to_at": "9999-12-31T23:59:59-14:00"},
        {"camera_id": "Cam 1"},
        {"reason": "because I want it"},
        {"reason": None},
        {"plate": "13A12345"},
    ],
)
async def test_a_body_that_is_none_names_the_field(bench, changes):
    bench.alert()
    answer = await ask(bench, **changes)
    assert answer.status_code == 422
    assert next(iter(changes)) in answer.text


async def test_an_alert_has_no_more_clips_than_it_can_carry(bench):
    bench.alert()
    answers = [await ask(bench, to_at=at(-59 + number)) for number in range(MOST_CLIPS + 1)]
    assert [answer.status_code for answer in answers] == [202] * MOST_CLIPS + [409]
    assert (await ask(bench, to_at=at(-59))).status_code == 202


async def test_an_alert_of_another_agency_or_none_is_not_there(bench):
    bench.alert(agency="intelligence")
    assert (await ask(bench)).status_code == 404
    assert (await ask(bench, "none")).status_code == 404


async def test_a_shift_asks_for_clips_of_alerts_of_the_last_24_hours_only(bench):
    bench.alert()
    bench.gate.put_case("duty-1", kind="duty")
    who = bench.gate.headers(case="duty-1")
    assert (await ask(bench, who=who)).status_code == 202
    bench.clock.shift(24 * 3600 + 1)
    refused = await ask(bench, to_at=at(-1), who=bench.gate.headers(case="duty-1"))
    assert refused.status_code == 403
    assert refused.json()["reasons"] == ["A2.duty-covers-clips-of-the-live-queue"]
    assert (await ask(bench, to_at=at(-1), who=bench.gate.headers())).status_code == 202


async def test_a_senior_officer_asks_for_nothing(bench):
    bench.alert()
    answer = await ask(bench, who=bench.gate.headers(roles=["senior-officer"]))
    assert answer.status_code == 403
