"""Alerts over HTTP: look up, and take."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from rasid.testing.clock import START
from services.alerts.settling import Ledger, Memory, Progress, settle
from tests.unit.alerts.making import matched, read


async def acknowledge(bench, version='"1"', alert_id="alert-1", **options):
    headers = {} if version is None else {"If-Match": version}
    return await bench.send("POST", f"/v1/alerts/{alert_id}/acknowledge", headers=headers, **options)


async def seen_again(bench, alert_id="alert-1", count=2):
    hit = matched(read(seen=5, camera_id="cam-9")).hit()
    await bench.store.advance(Progress(alert_id, count, _sighting(hit, alert_id)))


def _sighting(hit, alert_id):
    return settle(Ledger(ledger_id="x"), hit, Memory())[0].sightings[0]


async def test_an_alert_shows_the_read_beside_the_entry(bench):
    bench.alert(images=())
    answer = await bench.send("GET", "/v1/alerts/alert-1")
    alert = answer.json()
    assert answer.status_code == 200
    assert alert["plate"] == {"read": "13A12345", "entry": "13A12345"}
    assert (alert["state"], alert["count"], alert["version"]) == ("new", 1, 1)
    assert alert["match"] == {"mode": "exact", "score": 1.0, "explanation": []}
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_or_expired_alert_is_not_there(bench):
    assert (await bench.send("GET", "/v1/alerts/none")).status_code == 404
    bench.alert()
    bench.clock.shift(timedelta(days=21).total_seconds() + 1)
    assert (await bench.send("GET", "/v1/alerts/alert-1")).status_code == 404
    assert (await bench.send("GET", "/v1/alerts")).json()["items"] == []


async def test_an_agency_sees_only_alerts_of_its_own_entries(bench):
    bench.alert(agency="intelligence")
    assert (await bench.send("GET", "/v1/alerts/alert-1")).status_code == 404
    assert (await bench.send("GET", "/v1/alerts")).json()["items"] == []
    assert (await acknowledge(bench)).status_code == 404


async def test_alerts_are_listed_newest_first_in_pages(bench):
    for number in range(5):
        bench.alert(f"alert-{number}", seen=number // 2)
    found, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await bench.send("GET", "/v1/alerts", params=query)).json()
        found += [item["alert_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ["alert-4", "alert-3", "alert-2", "alert-1", "alert-0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"camera_id": "cam-1"}, ["one"]),
        ({"priority": "high"}, ["two", "one"]),
        ({"priority": "low"}, []),
        ({"state": "acknowledged"}, ["two"]),
        ({"entry_id": "entry-1", "state": "new"}, ["one"]),
        ({"since": "2026-03-01T08:00:05Z"}, ["two"]),
        ({"until": "2026-03-01T08:00:05+00:00"}, ["one"]),
        ({"since": "2026-03-01T08:00:05Z", "until": "2026-03-01T08:00:06Z"}, []),
    ],
)
async def test_alerts_are_filtered(bench, query, expected):
    bench.alert("one", seen=0, camera_id="cam-1")
    second = bench.alert("two", seen=10, camera_id="cam-2")
    bench.store.stored["two"] = replace(second, state="acknowledged")
    page = (await bench.send("GET", "/v1/alerts", params=query)).json()
    assert [item["alert_id"] for item in page["items"]] == expected


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"cursor": "nonsense"}, 400),
        ({"limit": "0"}, 422),
        ({"limit": "201"}, 422),
        ({"since": "yesterday"}, 422),
        ({"since": "2026-03-01T08:00:00"}, 422),
        ({"state": "gone"}, 422),
        ({"camera": "cam-1"}, 422),
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused(bench, query, status):
    assert (await bench.send("GET", "/v1/alerts", params=query)).status_code == status


async def test_taking_an_alert_tells_the_bus_once(bench):
    bench.alert()
    bench.clock.shift(3)
    answer = await acknowledge(bench, json={"comment": "Patrol 4"})
    taken = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (taken["state"], taken["version"]) == ("acknowledged", 2)
    assert taken["acknowledged"] == {"by": "officer-1", "at": "2026-03-01T08:00:03Z", "comment": "Patrol 4"}
    (event,) = bench.store.pending
    assert (event.type, event.data.by, event.data.agency, event.data.version) == (
        *("alert.acknowledged", "officer-1", "police"),
        2,
    )
    assert "Patrol" not in str(event)
    assert bench.woken == 1


async def test_taking_it_again_gives_the_same_answer_and_no_event(bench):
    bench.alert()
    first = await acknowledge(bench)
    for version in ('"1"', '"2"', "*"):
        again = await acknowledge(bench, version)
        assert (again.status_code, again.json()) == (200, first.json())
    assert len(bench.store.pending) == 1


async def test_an_alert_is_not_taken_blindly_or_twice(bench):
    bench.gate.put_case("case-1", version=2, assigned=("officer-1", "officer-2"))
    colleague = bench.gate.headers(sub="officer-2")
    bench.alert()
    assert (await acknowledge(bench, None)).status_code == 428
    assert (await acknowledge(bench, '"9"')).status_code == 412
    assert (await acknowledge(bench)).status_code == 200
    assert (await acknowledge(bench, '"1"', who=colleague)).status_code == 412
    taken = await acknowledge(bench, '"2"', who=colleague)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:rasid:problem:alert-taken")
    assert len(bench.store.pending) == 1


async def test_that_the_target_was_seen_again_does_not_keep_anyone_from_taking_the_alert(bench):
    bench.alert()
    await seen_again(bench)
    answer = await acknowledge(bench, '"1"')
    assert (answer.status_code, answer.json()["count"], answer.json()["version"]) == (200, 2, 3)


async def test_a_sighting_between_reading_and_storing_is_not_lost(bench):
    bench.alert()
    save_step, raced = bench.store.save_step, []

    async def race(alert, event):
        if not raced:
            raced.append(await seen_again(bench))
        return await save_step(alert, event)

    bench.store.save_step = race
    answer = await acknowledge(bench)
    assert (answer.status_code, answer.json()["count"], answer.json()["version"]) == (200, 2, 3)
    assert [event.data.version for event in bench.store.pending] == [3]


@pytest.mark.expects_errors("unavailable")
async def test_a_database_that_is_away_is_said(bench):
    bench.store.is_away = True
    answer = await bench.send("GET", "/v1/alerts")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rasid:problem:unavailable")


@pytest.mark.parametrize("body", [{"comment": ""}, {"comment": "x" * 2001}, {"note": "x"}, []])
async def test_what_is_said_when_taking_an_alert_is_bounded(bench, body):
    bench.alert()
    assert (await acknowledge(bench, json=body)).status_code == 422


async def test_every_alert_shown_is_in_the_audit_log(bench):
    bench.alert()
    await bench.send("GET", "/v1/alerts")
    record = bench.gate.records()[-1]
    pseudonym = bench.gate.pseudonyms.plate("13A12345", START)
    assert (record.stage, record.route, record.result_count) == ("result", "GET /v1/alerts", 1)
    assert record.subjects == (pseudonym,)
