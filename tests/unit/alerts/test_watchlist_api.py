"""Watchlist entries over HTTP."""

from datetime import timedelta

import pytest

from tests.unit.alerts.service import ENTRIES


async def test_an_entry_is_made_with_the_plate_as_given_and_normalized(bench):
    answer = await bench.add(plate="١٣ ا ١٢٣٤٥", country="IQ", priority="high")
    made = answer.json()
    assert answer.status_code == 201
    assert (made["plate"], made["plate_normalized"]) == ("١٣ ا ١٢٣٤٥", "13A12345")
    assert (made["agency"], made["case_id"], made["created_by"]) == ("police", "case-1", "officer-1")
    assert (made["kind"], made["priority"], made["version"]) == ("plate", "high", 1)
    assert made["valid_from"] == "2026-03-01T08:00:00Z"
    assert made["valid_to"] is None
    assert answer.headers["etag"] == '"1"'
    assert (await bench.send("GET", answer.headers["location"])).json() == made


async def test_an_entry_is_compared_with_reads_from_its_answer_on(bench):
    await bench.add()
    assert [entry.terms.plate_raw for entry in bench.watchlist.of("13A12345")] == ["13 A 12345"]


async def test_the_same_key_and_body_give_the_same_answer(bench):
    first = await bench.add()
    await bench.send("DELETE", first.headers["location"])
    bench.clock.shift(5)
    again = await bench.add()
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    assert len(bench.store.entries_by_id) == 1


@pytest.mark.parametrize("other", [{"plate": "99 B 1"}, {"priority": "low"}, {"path": ENTRIES.replace("stolen", "b")}])
async def test_the_same_key_for_another_request_is_refused(bench, other):
    await bench.add()
    answer = await bench.add(**other)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:rasid:problem:idempotency-key-used"


async def test_two_people_may_use_the_same_key(bench):
    bench.gate.put_case("case-1", version=2, assigned=("officer-1", "officer-2"))
    await bench.add()
    colleague = bench.gate.headers(sub="officer-2")
    body = {"plate": "13 A 12345", "reason": "stolen-vehicle"}
    answer = await bench.send("POST", ENTRIES, json=body, headers={"Idempotency-Key": "key-1"}, who=colleague)
    assert answer.status_code == 201
    assert len(bench.store.entries_by_id) == 2


@pytest.mark.parametrize("plate", ["--", "  ", "\u200f\u0640", "." * 64])
async def test_a_plate_that_normalizes_to_nothing_is_refused_saying_so(bench, plate):
    answer = await bench.add(plate=plate)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:rasid:problem:plate-empty"
    assert bench.store.entries_by_id == {}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"plate": 13}, "body.plate"),
        ({"plate": "A" * 65}, "body.plate"),
        ({"reason": "Because I say so"}, "body.reason"),
        ({"priority": "urgent"}, "body.priority"),
        ({"country": "Iraq"}, "body.country"),
        ({"valid_from": "2026-03-01T08:00:00"}, "body.valid_from"),
        ({"note": "free text"}, "body.note"),
        ({"valid_from": "2026-03-02T00:00:00Z", "valid_to": "2026-03-01T00:00:00Z"}, "body"),
    ],
)
async def test_a_wrong_field_is_named(bench, wrong, field):
    answer = await bench.add(**wrong)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_without_an_idempotency_key_nothing_is_made(bench):
    answer = await bench.send("POST", ENTRIES, json={"plate": "13A1", "reason": "stolen-vehicle"})
    assert answer.status_code == 422
    assert "header.Idempotency-Key" in answer.json()["detail"]


async def test_an_end_before_now_is_refused(bench):
    answer = await bench.add(valid_to="2026-01-01T00:00:00Z")
    assert answer.json()["type"] == "urn:rasid:problem:validity-empty"


async def test_a_change_needs_the_version_that_was_seen(bench):
    where = (await bench.add()).headers["location"]
    body = {"plate": "13 A 12345", "reason": "recovered", "priority": "low"}
    assert (await bench.send("PUT", where, json=body)).status_code == 428
    changed = await bench.send("PUT", where, json=body, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["reason"], changed.json()["valid_from"]) == ("recovered", "2026-03-01T08:00:00Z")
    assert (await bench.send("PUT", where, json=body, headers={"If-Match": '"1"'})).status_code == 412
    assert (await bench.send("PUT", where, json=body, headers={"If-Match": "1"})).status_code == 400


async def test_a_changed_plate_is_what_reads_are_compared_with(bench):
    where = (await bench.add()).headers["location"]
    body = {"plate": "99 B 77", "reason": "stolen-vehicle"}
    await bench.send("PUT", where, json=body, headers={"If-Match": '"1"'})
    assert bench.watchlist.of("13A12345") == ()
    assert len(bench.watchlist.of("99B77")) == 1


async def test_an_entry_ends_and_stays_readable_with_its_history(bench):
    where = (await bench.add()).headers["location"]
    bench.clock.shift(60)
    ended = await bench.send("DELETE", where)
    assert (ended.status_code, ended.json()["valid_to"], ended.json()["version"]) == (200, "2026-03-01T08:01:00Z", 2)
    assert (await bench.send("DELETE", where)).json() == ended.json()
    assert (await bench.send("GET", where)).json() == ended.json()
    (entry,) = bench.store.entries_by_id.values()
    assert [(former.version, former.terms.valid_to, former.by) for former in entry.history] == [(1, None, "officer-1")]
    body = {"plate": "13 A 12345", "reason": "stolen-vehicle"}
    assert (await bench.send("PUT", where, json=body, headers={"If-Match": '"2"'})).status_code == 409


async def test_an_end_can_be_tied_to_the_version_that_was_seen(bench):
    where = (await bench.add()).headers["location"]
    assert (await bench.send("DELETE", where, headers={"If-Match": '"7"'})).status_code == 412
    assert (await bench.send("DELETE", where, headers={"If-Match": '"1"'})).status_code == 200


async def test_a_list_is_read_in_pages_without_what_has_ended(bench):
    made = [(await bench.add(f"key-{number}", plate=f"13 A {number}")).json() for number in range(5)]
    bench.clock.shift(1)
    await bench.send("DELETE", f"{ENTRIES}/{made[0]['entry_id']}")
    bench.clock.shift(1)

    async def pages(**query: str) -> list[str]:
        found, cursor = [], None
        while True:
            asked = query | {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await bench.send("GET", ENTRIES, params=asked)).json()
            assert len(page["items"]) <= 2
            found += [item["entry_id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    ids = sorted(item["entry_id"] for item in made)
    assert await pages(ended="true") == ids
    assert await pages() == [entry_id for entry_id in ids if entry_id != made[0]["entry_id"]]


async def test_another_agency_sees_nothing_of_an_entry(bench):
    where = (await bench.add()).headers["location"]
    bench.gate.put_case("case-2", agency="intelligence", assigned=("agent-1",))
    who = bench.gate.headers(case="case-2", purpose="organized-crime", sub="agent-1", agency="intelligence")
    assert (await bench.send("GET", where, who=who)).status_code == 404
    assert (await bench.send("GET", ENTRIES, who=who)).json()["items"] == []
    assert (await bench.send("DELETE", where, who=who)).status_code == 404


async def test_a_duty_case_does_not_open_the_watchlist(bench):
    bench.gate.put_case("duty", kind="duty")
    assert (await bench.send("GET", ENTRIES, who=bench.gate.headers(case="duty"))).status_code == 403


async def test_what_is_shown_and_asked_for_is_in_the_audit_log_as_pseudonyms(bench):
    where = (await bench.add()).headers["location"]
    await bench.send("PUT", where, json={"plate": "99 B 77", "reason": "x"}, headers={"If-Match": '"1"'})
    at = bench.clock.now()
    both = sorted(bench.gate.pseudonyms.plate(plate, at) for plate in ("13A12345", "99B77"))
    results = [record for record in bench.gate.records() if record.stage == "result"]
    assert [list(record.subjects) for record in results] == [[bench.gate.pseudonyms.plate("13A12345", at)], both]
    assert [record.operation for record in results] == ["alter", "alter"]


@pytest.mark.expects_errors("audit record")
async def test_nothing_is_shown_when_the_audit_log_is_away(bench):
    where = (await bench.add()).headers["location"]
    bench.gate.publisher.is_away = True
    answer = await bench.send("GET", where)
    assert answer.status_code == 503
    assert "12345" not in answer.text


async def test_ended_entries_leave_the_memory_only_when_no_read_from_before_can_come(bench):
    where = (await bench.add()).headers["location"]
    await bench.send("DELETE", where)
    assert len(bench.watchlist.of("13A12345")) == 1
    bench.clock.shift(timedelta(hours=1).total_seconds())
    bench.watchlist.refreshed()
    assert len(bench.watchlist) == 0
