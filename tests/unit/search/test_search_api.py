"""Search over HTTP: what is found, what is shown, what goes on record."""

from datetime import timedelta

import pytest
from msgspec import structs

from rasid.contract.detections import Candidate, Plate, TimeQuality, Vehicle
from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from tests.unit.search.making import PLATE, read, vehicle


def at(seconds: float) -> str:
    return utc_text(START + timedelta(seconds=seconds))


async def test_a_passage_shows_what_the_camera_said(bench):
    plate = Plate(
        raw="13 A 12345",
        text=PLATE,
        script="latin",
        country="IQ",
        confidence=0.9,
        candidates=(Candidate("13A12346", 0.4),),
    )
    quality = TimeQuality(source="camera_zone", zone="Asia/Baghdad", skew_seconds=0.5, suspicious=True)
    event = read(time_quality=quality, vehicle=Vehicle(color="white"), site_id="site-1")
    await bench.see(structs.replace(event, data=structs.replace(event.data, plate=plate)))
    answer = await bench.search(plate=PLATE)
    (item,) = answer.json()["items"]
    assert (item["plate"]["raw"], item["plate"]["text"], item["plate"]["confidence"]) == ("13 A 12345", PLATE, 0.9)
    assert item["plate"]["candidates"] == [{"text": "13A12346", "confidence": 0.4}]
    assert item["vehicle"]["color"] == "white"
    assert item["time_quality"] == {
        "source": "camera_zone",
        "zone": "Asia/Baghdad",
        "skew_seconds": 0.5,
        "suspicious": True,
    }
    assert (item["camera_id"], item["site_id"]) == ("cam-1", "site-1")
    assert item["captured_at"] == "2026-03-01T08:00:00Z"
    one = await bench.send("GET", f"/v1/passages/{item['passage_id']}")
    assert one.json() == item
    assert one.headers["cache-control"] == "no-store"


async def test_every_text_that_was_read_of_a_vehicle_finds_it_and_a_candidate_does_not(bench):
    early = read("13A1234", seen=0, revision=0)
    late = read(PLATE, seen=1, revision=1)
    await bench.see(early, late)
    for text in ("13A1234", PLATE, "13A12*"):
        answer = await bench.search(plate=text)
        (item,) = answer.json()["items"]
        assert item["plate"]["text"] == PLATE
        assert set(item["detection_ids"]) == {early.id, late.id}


async def test_a_vehicle_without_a_plate_is_found_by_time_and_place_and_gets_its_plate_when_it_is_read(bench):
    seen = vehicle(seen=0, revision=0)
    await bench.see(seen)
    window = {"from_at": at(-10), "to_at": at(10)}
    assert (await bench.search(**window)).json()["items"][0]["plate"] is None
    await bench.see(read(seen=1, revision=1))
    (item,) = (await bench.search(**window)).json()["items"]
    assert item["plate"]["text"] == PLATE


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"plate": PLATE}, ["b", "a"]),
        ({"plate": PLATE, "from_at": at(5)}, ["b"]),
        ({"plate": PLATE, "to_at": at(5)}, ["a"]),
        ({"plate": PLATE, "to_at": "2026-03-01T11:00:05+03:00"}, ["a"]),
        ({"plate": PLATE, "cameras": ["cam-1"]}, ["a"]),
        ({"plate": PLATE, "cameras": ["cam-1", "cam-2"]}, ["b", "a"]),
        ({"plate": PLATE, "sites": ["site-2"]}, ["b"]),
        ({"plate": PLATE, "sectors": ["north"]}, ["a"]),
        ({"plate": PLATE, "sectors": ["north"], "sites": ["site-2"]}, []),
        ({"from_at": at(-5), "to_at": at(100)}, ["c", "b", "a"]),
        ({"from_at": at(-5), "to_at": at(100), "sectors": ["south"]}, ["c", "b"]),
        ({"from_at": at(-5), "to_at": at(100), "plate": "*1234?"}, ["c", "b", "a"]),
        ({"plate": "13", "match": "prefix"}, ["b", "a"]),
        ({"plate": "99Z*"}, []),
        ({"plate": "13A12349"}, []),
    ],
)
async def test_what_is_given_narrows(bench, query, expected):
    reads = {
        "a": read(seen=0, track="a", camera_id="cam-1", site_id="site-1"),
        "b": read(seen=10, track="b", camera_id="cam-2", site_id="site-2"),
        "c": read("14B12345", seen=20, track="c", camera_id="cam-2", site_id="site-2"),
    }
    await bench.see(*reads.values())
    names = {event.id: name for name, event in reads.items()}
    assert [names[one] for one in await bench.ids(**query)] == expected


async def test_pages_are_stable_while_reads_arrive(bench):
    reads = [read(seen=number // 2, track=str(number)) for number in range(9)]
    await bench.see(*reads)
    found, cursor = [], None
    while True:
        page = (await bench.search(plate=PLATE, limit=2, **({"cursor": cursor} if cursor else {}))).json()
        found += [item["detection_ids"][0] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await bench.see(read(seen=100 + len(found), track=f"new-{len(found)}"))
    assert len(found) == 9
    assert set(found) == {event.id for event in reads}


async def test_a_cursor_holds_for_its_query_and_its_person_only(bench):
    await bench.see(*(read(seen=number, track=str(number)) for number in range(4)))
    cursor = (await bench.search(plate=PLATE, limit=2)).json()["next_cursor"]
    bench.gate.put_case("case-1", version=2, assigned=("officer-1", "officer-2"))
    assert (await bench.search(plate=PLATE, limit=1, cursor=cursor)).status_code == 200
    for foreign in (
        await bench.search(plate="13A*", limit=2, cursor=cursor),
        await bench.search(plate=PLATE, cameras=["cam-1"], limit=2, cursor=cursor),
        await bench.search(plate=PLATE, cursor=cursor[:-2] + "AA"),
        await bench.search(plate=PLATE, limit=2, cursor=cursor, who=bench.gate.headers(sub="officer-2")),
    ):
        assert foreign.status_code == 400
        assert foreign.json()["type"] in {"urn:rasid:problem:cursor-foreign", "urn:rasid:problem:cursor-unreadable"}
    assert (await bench.search(plate=PLATE, cursor="nonsense")).json()["type"].endswith("cursor-unreadable")


async def test_a_broad_pattern_goes_through_its_window_and_may_come_in_short_pages(bench, monkeypatch):
    monkeypatch.setattr("services.search.search_desk.MOST_PLATES", 3)
    monkeypatch.setattr("services.search.search_desk.SCAN_ROWS", 4)
    monkeypatch.setattr("services.search.search_desk.SCANS", 1)
    reads = [read(f"13A{number:05d}", seen=number, track=str(number)) for number in range(20)]
    others = [read(f"99Z{number:05d}", seen=number + 0.5, track=f"x{number}") for number in range(20)]
    await bench.see(*reads, *others)
    refused = await bench.search(plate="13A*")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "body.plate"
    found, cursor = [], None
    while True:
        query = {"plate": "13A*", "from_at": at(-1), "to_at": at(99)} | ({"cursor": cursor} if cursor else {})
        page = (await bench.search(**query)).json()
        found += [item["detection_ids"][0] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [event.id for event in reversed(reads)]


async def test_plates_asked_for_and_shown_go_on_record_and_no_plate_in_clear(bench):
    await bench.see(read(seen=0), read("14B12345", seen=1, track="2"))
    await bench.search(from_at=at(-5), to_at=at(5))
    await bench.search(plate="13A99999")
    results = [record for record in bench.gate.records() if record.stage == "result"]
    assert [(len(record.subjects), record.result_count) for record in results] == [(2, 2), (1, 0)]
    assert results[0].operation == "consult"
    assert "12345" not in str(bench.gate.records())


async def test_one_plate_is_looked_up_so_often_and_no_more_whoever_asks_and_however_it_is_written(bench):
    bench.app.state.gate = bench.gate.gate(rates=bench.gate.rates(person_per_minute=1000, subject_per_hour=3))
    bench.gate.put_case("case-1", version=2, assigned=("officer-1", "officer-2"))
    statuses = [
        (await bench.search(plate=plate, who=bench.gate.headers(sub=who))).status_code
        for plate, who in ((PLATE, "officer-1"), ("13 A 12345", "officer-2"), ("13a-12345", "officer-1"))
    ]
    assert statuses == [200, 200, 200]
    fourth = await bench.search(plate=PLATE, who=bench.gate.headers(sub="officer-2"))
    assert (fourth.status_code, fourth.json()["type"]) == (429, "urn:rasid:problem:too-many-by-subject")
    assert len(bench.store.queries) == 3
    assert (await bench.search(plate="13A99999")).status_code == 200


async def test_without_case_or_purpose_or_under_a_shift_nothing_is_found(bench):
    bench.gate.put_case("duty-1", kind="duty")
    for headers in (
        bench.gate.headers(case=None),
        bench.gate.headers(purpose=None),
        bench.gate.headers(case="duty-1"),
        bench.gate.headers(roles=("administrator",)),
        bench.gate.headers(roles=("operator",)),
    ):
        assert (await bench.search(plate=PLATE, who=headers)).status_code == 403
    assert bench.store.queries == []


async def test_what_has_expired_is_not_there_from_that_moment_on(bench):
    await bench.see(read(seen=0, received=0))
    (item,) = (await bench.search(plate=PLATE)).json()["items"]
    where = f"/v1/passages/{item['passage_id']}"
    bench.clock.shift(bench.retention.total_seconds() - 0.001)
    # The case goes on, and so does the token.
    who = bench.gate.headers()
    assert (await bench.send("GET", where, who=who)).status_code == 200
    bench.clock.shift(0.001)
    assert (await bench.send("GET", where, who=bench.gate.headers())).status_code == 404
    assert (await bench.search(plate=PLATE, who=bench.gate.headers())).json()["items"] == []
    assert (await bench.search(plate="13A*", who=bench.gate.headers())).json()["items"] == []


@pytest.mark.expects_errors("unavailable")
async def test_a_database_that_is_away_is_said(bench):
    bench.store.is_away = True
    answer = await bench.search(plate=PLATE)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rasid:problem:unavailable")


async def test_half_a_registry_refuses_no_camera(bench):
    bench.registry.is_complete = False
    early = await bench.search(plate=PLATE, cameras=["cam-1"])
    assert (early.status_code, early.json()["type"]) == (503, "urn:rasid:problem:registry-unread")
    assert early.headers["retry-after"]
    bench.registry.complete()
    assert (await bench.search(plate=PLATE, cameras=["cam-1"])).status_code == 200
