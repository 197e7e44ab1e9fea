"""Every mistake is told with the field it is in, and nothing of it reaches the store."""

import itertools
from datetime import timedelta

import pytest

from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from tests.unit.search.making import PLATE, read
from tests.unit.search.service import serving

FROM, TO = "2026-03-01T07:00:00Z", "2026-03-01T09:00:00Z"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "body.from_at"),
        ({"cameras": ["cam-1"]}, "body.to_at"),
        ({"from_at": FROM}, "body.to_at"),
        ({"plate": ""}, "body.plate"),
        ({"plate": "-- --"}, "body.plate"),
        ({"plate": "\0\0"}, "body.plate"),
        ({"plate": "*"}, "body.plate"),
        ({"plate": "?"}, "body.plate"),
        ({"plate": "1" * 65}, "body.plate"),
        ({"plate": {"$ne": None}}, "body.plate"),
        ({"plate": ["13A"]}, "body.plate"),
        ({"plate": 13}, "body.plate"),
        ({"plate": PLATE, "match": "regex"}, "body.match"),
        ({"plate": "13*", "match": "exact"}, "body.plate"),
        ({"from_at": FROM, "to_at": TO, "match": "exact"}, "body.match"),
        ({"plate": PLATE, "from_at": TO, "to_at": FROM}, "body.to_at"),
        ({"plate": PLATE, "from_at": FROM, "to_at": FROM}, "body.to_at"),
        ({"plate": PLATE, "from_at": "2026-03-01T07:00:00"}, "body.from_at"),
        ({"plate": PLATE, "from_at": "yesterday"}, "body.from_at"),
        ({"plate": PLATE, "from_at": {"$gt": ""}}, "body.from_at"),
        ({"plate": PLATE, "from_at": "0001-01-01T00:00:00+14:00"}, "body.from_at"),
        ({"plate": PLATE, "to_at": "9999-12-31T23:59:59-12:00"}, "body.to_at"),
        ({"plate": PLATE, "to_at": "2200-01-01T00:00:00Z"}, "body.to_at"),
        ({"from_at": "2026-01-01T00:00:00Z", "to_at": "2026-03-01T00:00:00Z"}, "body.to_at"),
        ({"plate": PLATE, "cameras": []}, "body.cameras"),
        ({"plate": PLATE, "cameras": "cam-1"}, "body.cameras"),
        ({"plate": PLATE, "cameras": {"$in": ["cam-1"]}}, "body.cameras"),
        ({"plate": PLATE, "cameras": ["cam-1", "cam-9"]}, "body.cameras.1"),
        ({"plate": PLATE, "cameras": ["$where"]}, "body.cameras.0"),
        ({"plate": PLATE, "cameras": ["cam-1\0"]}, "body.cameras.0"),
        ({"plate": PLATE, "cameras": [{"$gt": ""}]}, "body.cameras.0"),
        ({"plate": PLATE, "cameras": [f"cam-{number}" for number in range(10_000)]}, "body.cameras"),
        ({"plate": PLATE, "sites": ["site-9"]}, "body.sites.0"),
        ({"plate": PLATE, "sites": ["site-1' || '1'=='1"]}, "body.sites.0"),
        ({"plate": PLATE, "sectors": ["west"]}, "body.sectors.0"),
        ({"plate": PLATE, "sectors": ["north\0"]}, "body.sectors.0"),
        ({"plate": PLATE, "sectors": [{"$regex": ".*"}]}, "body.sectors.0"),
        ({"plate": PLATE, "sectors": ["x" * 65]}, "body.sectors.0"),
        ({"plate": PLATE, "limit": 0}, "body.limit"),
        ({"plate": PLATE, "limit": 201}, "body.limit"),
        ({"plate": PLATE, "limit": "50"}, "body.limit"),
        ({"plate": PLATE, "limit": 2**63}, "body.limit"),
        ({"plate": PLATE, "cursor": "x" * 301}, "body.cursor"),
        ({"plate": PLATE, "$where": "1"}, "body.?"),
        ({"plate": PLATE, "camera": "cam-1"}, "body.camera"),
    ],
)
async def test_a_query_that_cannot_be_meant_names_its_field(bench, query, field):
    answer = await bench.search(**query)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:rasid:problem:request-invalid"), problem
    assert field in [error["field"] for error in problem["errors"]], problem
    assert all(error["wrong"] for error in problem["errors"])
    assert bench.store.queries == []


async def test_all_mistakes_are_told_at_once(bench):
    answer = await bench.search(plate="*", from_at=TO, to_at=FROM, cameras=["cam-9"], sectors=["west"])
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"body.plate", "body.to_at", "body.cameras.0", "body.sectors.0"}


# Each filter left out, as it can be, and as it cannot: with the fields that a refusal then names.
EACH_FILTER = (
    (({}, ()), ({"plate": PLATE}, ()), ({"plate": "13*"}, ()), ({"plate": "*"}, ("body.plate",))),
    (({}, ()), ({"match": "exact"}, ())),
    (
        ({}, ()),
        ({"from_at": FROM, "to_at": TO}, ()),
        ({"from_at": TO, "to_at": FROM}, ("body.to_at",)),
        ({"from_at": FROM}, ()),
    ),
    (({}, ()), ({"cameras": ["cam-1"]}, ()), ({"cameras": ["cam-1", "cam-9"]}, ("body.cameras.1",))),
    (({"sites": ["site-1"]}, ()), ({"sites": ["site-9"]}, ("body.sites.0",))),
    (({}, ()), ({"sectors": ["west"]}, ("body.sectors.0",))),
)


def wrong_together(query: dict[str, object]) -> set[str]:
    """What only the combination makes wrong."""
    if "plate" not in query:
        missing = {f"body.{name}" for name in ("from_at", "to_at") if name not in query}
        return missing | ({"body.match"} if "match" in query else set())
    return {"body.plate"} if query["plate"] == "13*" and "match" in query else set()


async def test_every_combination_of_filters_is_taken_or_names_every_field_that_is_wrong(bench):
    answered = []
    for chosen in itertools.product(*EACH_FILTER):
        query = {name: value for part, _ in chosen for name, value in part.items()}
        wrong = {field for _, fields in chosen for field in fields} | wrong_together(query)
        answer = await bench.search(**query)
        assert answer.status_code == (422 if wrong else 200), (query, answer.text)
        assert {error["field"] for error in answer.json().get("errors", ())} == wrong, query
        answered.append(answer.status_code)
    assert (set(answered), len(answered)) == ({200, 422}, 384)


INJECTIONS = (
    *('{"$ne": null}', "$where: 1", "'; db.passages.drop(); //", "' OR '1'='1", "../../etc/passwd", "<script>", "%00"),
    *("${jndi:ldap://x}", "{{7*7}}", "a\r\nSet-Cookie: x", "\u202e13A", "\U0001f697"),
)


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("field", ["match", "from_at", "to_at", "cameras", "sites", "sectors", "cursor"])
async def test_what_is_smuggled_into_any_string_is_refused_by_the_name_of_its_field(bench, field, text):
    answer = await bench.search(plate=PLATE, **{field: [text] if field.endswith("s") else text})
    problem = answer.json()
    if field == "cursor":
        assert (answer.status_code, problem["type"]) == (400, "urn:rasid:problem:cursor-unreadable")
        assert "`cursor`" in problem["detail"]
    else:
        assert answer.status_code == 422
        assert all(error["field"].startswith(f"body.{field}") for error in problem["errors"])
    assert bench.store.queries == []


@pytest.mark.parametrize("text", INJECTIONS)
async def test_what_is_smuggled_into_a_plate_is_looked_for_as_a_plate_or_refused(bench, text):
    answer = await bench.search(plate=text)
    if answer.status_code == 422:
        assert {error["field"] for error in answer.json()["errors"]} == {"body.plate"}
    else:
        assert answer.status_code == 200
        assert all(plate.isalnum() for query in bench.store.queries for plate in query.plates)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"plate": "\xff"}', b'{"plate": "\\ud800"}', b"[" * 9999]
)
async def test_what_is_no_query_at_all_is_refused(bench, body):
    answer = await bench.send("POST", "/v1/passages/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("passage_id", ["none", "%00", "$where", "{'$ne':null}", "..%2f..", "x" * 65])
async def test_an_id_that_is_none_finds_nothing(bench, passage_id):
    answer = await bench.send("GET", f"/v1/passages/{passage_id}")
    assert answer.status_code in {404, 422}


async def test_what_looks_like_an_operator_is_a_plate_like_any_other(bench):
    assert (await bench.search(plate="$where")).json()["items"] == []
    assert (await bench.search(plate="$ne*")).json()["items"] == []
    assert [list(query.plates) for query in bench.store.queries] == [["WHERE"]]


async def test_a_window_that_nobody_may_look_into_alone_is_refused_with_the_reason(tmp_path):
    day = timedelta(days=1)
    async with serving(tmp_path, retention=180 * day) as bench:
        await bench.see(read(seen=0))
        bench.clock.shift((89 * day).total_seconds())
        assert len(await bench.ids(plate=PLATE, who=bench.gate.headers())) == 1
        bench.clock.shift((2 * day).total_seconds())
        who = bench.gate.headers()
        assert await bench.ids(plate=PLATE, who=who) == []
        old = await bench.search(plate=PLATE, from_at=utc_text(START), who=who)
        assert (old.status_code, old.json()["type"]) == (403, "urn:rasid:problem:second-person-needed")
        (passage,) = bench.store.passages
        one = await bench.send("GET", f"/v1/passages/{passage}", who=who)
        assert one.json()["type"] == "urn:rasid:problem:second-person-needed"
        gone = await bench.search(plate=PLATE, to_at=utc_text(START - 90 * day), who=who)
        assert (gone.status_code, gone.json()["type"]) == (403, "urn:rasid:problem:beyond-retention")
        assert {record.decision for record in bench.gate.records() if record.stage == "result"} == {"permit", "deny"}
