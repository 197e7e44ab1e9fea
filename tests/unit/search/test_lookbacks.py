"""What is older than 90 days: asked for by one, consented to by a senior officer, then searched, and only that."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from rasid.contract.detections import Image
from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.testing.clock import START
from services.search import search_desk
from tests.unit.search.making import DAY, PLATE, read
from tests.unit.search.service import SearchBench, serving

KEPT = 200 * DAY
LOOKBACKS = "/v1/lookbacks"
OLD = timedelta(days=-120).total_seconds()
JPEG = b"\xff\xd8\xff picture"
SHA256 = hashlib.sha256(JPEG).hexdigest()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SearchBench]:
    """Passages are kept for 200 days; one of `PLATE` and one of another plate are 120 days old."""
    async with serving(tmp_path, KEPT) as bench:
        bench.gate.put_case("case-1", assigned=("officer-1", "officer-2", "chief"), version=2)
        bench.gate.put_case("case-2", assigned=("officer-1", "officer-2", "chief"))
        image = Image(kind="plate", sha256=SHA256, media_type="image/jpeg", size_bytes=4, uri=f"picture:{SHA256}")
        await bench.see(read(seen=OLD, track="old", images=(image,)), read("99B77", seen=OLD, track="other"))
        await bench.see(read(seen=OLD + 60, track="later"))
        yield bench


def query(**changes: Any) -> dict[str, Any]:
    return {"plate": PLATE, "from_at": utc_text(START - 150 * DAY)} | changes


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def chief(bench: SearchBench, *roles: str, **claims: Any) -> dict[str, str]:
    return bench.gate.headers(roles=roles or ("senior-officer",), **({"sub": "chief"} | claims))


async def asked(bench: SearchBench, **changes: Any) -> dict[str, Any]:
    answer = await bench.send("POST", LOOKBACKS, json=query(**changes) | {"reason": "cold-case"})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def decide(bench: SearchBench, made: dict[str, Any], what: str = "approval", **options: Any) -> httpx.Response:
    body = {"digest": options.pop("digest", made["digest"])}
    who = options.pop("who", None) or chief(bench)
    return await bench.send("POST", f"{LOOKBACKS}/{made['lookback_id']}/{what}", json=body, who=who)


async def consented(bench: SearchBench, **changes: Any) -> str:
    made = await asked(bench, **changes)
    assert (await decide(bench, made)).json()["state"] == "approved"
    return str(made["lookback_id"])


async def test_two_persons_look_back_and_the_records_name_the_plate_s_pseudonym_alone(bench):
    alone = await bench.search(**query())
    assert (alone.status_code, slug(alone)) == (403, "second-person-needed")
    assert LOOKBACKS in alone.json()["detail"]
    made = await asked(bench)
    assert (made["state"], made["asked_by"], made["plate"], made["case_id"]) == ("asked", "officer-1", PLATE, "case-1")
    waiting = await bench.send("GET", LOOKBACKS, who=chief(bench))
    assert [one["lookback_id"] for one in waiting.json()["items"]] == [made["lookback_id"]]
    approved = await decide(bench, made)
    assert (approved.status_code, approved.json()["state"], approved.json()["decided_by"]) == (200, "approved", "chief")
    assert (await bench.send("GET", LOOKBACKS, who=chief(bench))).json()["items"] == []
    found = await bench.search(**query(lookback=made["lookback_id"]))
    assert [item["plate"]["text"] for item in found.json()["items"]] == [PLATE, PLATE]
    assert all(PLATE not in repr(record) for record in bench.gate.records())


@pytest.mark.expects_errors("unavailable")
async def test_who_was_shown_nothing_looks_again_while_it_lasts_and_each_time_is_on_record(bench):
    lookback = await consented(bench)
    bench.store.is_away = True
    assert (await bench.search(**query(lookback=lookback))).status_code == 503
    bench.store.is_away = False
    before = len(bench.gate.records())
    first, second = [await bench.search(**query(lookback=lookback)) for _ in range(2)]
    assert first.json() == second.json()
    assert len(first.json()["items"]) == 2
    assert len(bench.gate.records()) == before + 4
    assert slug(await bench.search(**query(lookback=lookback), who=bench.gate.headers(sub="officer-2"))) == (
        "lookback-not-in-use"
    )
    bench.clock.shift(DAY.total_seconds())
    assert slug(await bench.search(**query(lookback=lookback))) == "lookback-not-in-use"


async def test_a_pattern_is_looked_back_for_up_to_a_moment_so_that_it_can_be_shown(bench, monkeypatch):
    refused = await bench.send("POST", LOOKBACKS, json=query(plate="13A*") | {"reason": "cold-case"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.to_at")
    monkeypatch.setattr(search_desk, "MOST_PLATES", 0)
    wide = {"plate": "13A*", "to_at": utc_text(START)}
    found = await bench.search(**query(**wide, lookback=await consented(bench, **wide)))
    assert len(found.json()["items"]) == 2


async def test_its_further_pages_passages_and_pictures_belong_to_it(bench):
    lookback = await consented(bench)
    first = (await bench.search(**query(lookback=lookback, limit=1))).json()
    second = await bench.search(**query(lookback=lookback, limit=1, cursor=first["next_cursor"]))
    assert second.status_code == 200, second.text
    (old,) = second.json()["items"]
    where = f"/v1/passages/{old['passage_id']}"
    assert slug(await bench.send("GET", where)) == "second-person-needed"
    assert (await bench.send("GET", where, params={"lookback": lookback})).json() == old
    picture = await bench.send("GET", f"{where}/pictures/{SHA256}", params={"lookback": lookback})
    assert picture.json()["sha256"] == SHA256
    (other,) = [one for one in bench.store.passages.values() if "99B77" in one.plates]
    refused = await bench.send("GET", f"/v1/passages/{other.passage_id}", params={"lookback": lookback})
    assert (refused.status_code, slug(refused)) == (403, "lookback-other")
    without = await bench.search(**query(limit=1, cursor=first["next_cursor"]))
    assert slug(without) == "second-person-needed"


@pytest.mark.parametrize(
    "changes", [{"plate": "99B77"}, {"plate": "13A*"}, {"from_at": utc_text(START - 160 * DAY)}, {"cameras": ["cam-1"]}]
)
async def test_a_consent_is_to_one_search_to_its_last_word(bench, changes):
    lookback = await consented(bench)
    answer = await bench.search(**query(**changes, lookback=lookback))
    assert (answer.status_code, slug(answer)) == (422, "lookback-other")
    assert (await bench.search(**query(lookback=lookback))).status_code == 200, "it was not used up"


async def test_who_asked_does_not_consent_also_under_another_role(bench):
    made = await asked(bench)
    for roles in (("senior-officer",), ("investigator", "senior-officer")):
        answer = await decide(bench, made, who=bench.gate.headers(roles=roles))
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["A4.who-asked-does-not-consent"])
    assert slug(await bench.search(**query(lookback=made["lookback_id"]))) == "policy-denied"


@pytest.mark.parametrize("role", ["operator", "investigator", "supervisor", "administrator", "auditor"])
async def test_only_a_senior_officer_consents(bench, role):
    made = await asked(bench)
    assert (await decide(bench, made, who=chief(bench, role))).status_code == 403


async def test_without_a_consent_that_counts_nothing_is_shown(bench):
    made = await asked(bench)
    for state in ("asked", "refused"):
        answer = await bench.search(**query(lookback=made["lookback_id"]))
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["A4.second-person"]), state
        await decide(bench, made, "refusal")
    assert slug(await bench.search(**query(lookback="no-such"))) == "lookback-unknown"
    again = await asked(bench)
    assert again["digest"] != made["digest"] or again["state"] == "asked"


async def test_a_decision_names_what_was_read_and_is_made_once(bench):
    made = await asked(bench)
    assert slug(await decide(bench, made, digest="0" * 64)) == "lookback-changed"
    assert (await decide(bench, made)).status_code == 200
    for what in ("approval", "refusal"):
        assert slug(await decide(bench, made, what)) == "lookback-decided"
    waits = await bench.send("POST", LOOKBACKS, json=query(plate="99B77") | {"reason": "cold-case"})
    assert waits.status_code == 201
    twice = await bench.send("POST", LOOKBACKS, json=query(plate="99B77") | {"reason": "other"})
    assert (twice.status_code, slug(twice)) == (409, "lookback-asked")


async def test_another_person_and_another_case_cannot_use_it(bench):
    lookback = await consented(bench)
    colleague = bench.gate.headers(sub="officer-2")
    assert slug(await bench.search(**query(lookback=lookback), who=colleague)) == "lookback-not-approved"
    elsewhere = bench.gate.headers(case="case-2")
    assert slug(await bench.search(**query(lookback=lookback), who=elsewhere)) == "lookback-of-another-case"
    assert (await bench.search(**query(lookback=lookback))).status_code == 200
    (old, *_) = [one for one in bench.store.passages.values() if PLATE in one.plates]
    where = f"/v1/passages/{old.passage_id}"
    for who in (colleague, elsewhere):
        assert (await bench.send("GET", where, params={"lookback": lookback}, who=who)).status_code == 403


async def test_another_agency_neither_sees_nor_decides_nor_uses_it(bench):
    made = await asked(bench)
    bench.gate.put_case("theirs", agency="intelligence", assigned=("spy",))
    claims = {"case": "theirs", "purpose": "counter-terrorism", "agency": "intelligence", "sub": "spy"}
    spy = bench.gate.headers(roles=("senior-officer",), **claims)
    assert (await bench.send("GET", LOOKBACKS, who=spy)).json()["items"] == []
    await _nothing_of_it_for(bench, made, spy)


async def _nothing_of_it_for(bench: SearchBench, made: dict[str, Any], spy: dict[str, str]) -> None:
    assert slug(await bench.send("GET", f"{LOOKBACKS}/{made['lookback_id']}", who=spy)) == "lookback-unknown"
    for what in ("approval", "refusal"):
        assert slug(await decide(bench, made, what, who=spy)) == "lookback-unknown"
    assert slug(await bench.search(**query(lookback=made["lookback_id"]), who=spy)) == "lookback-unknown"


@pytest.mark.parametrize("shared", ["case-1", "another"])
async def test_a_shared_case_opens_no_looking_back_to_another_agency(bench, shared):
    made = await asked(bench)
    grant = SharedWith("intelligence", utc_text(START + DAY))
    bench.gate.put_case(shared, assigned=("officer-1", "chief", "spy"), shared_with=(grant,), version=3)
    claims = {"case": shared, "purpose": "counter-terrorism", "agency": "intelligence", "sub": "spy"}
    await _nothing_of_it_for(bench, made, bench.gate.headers(roles=("senior-officer",), **claims))
    assert (await decide(bench, made)).json()["state"] == "approved", "it still waited for its own agency"


async def test_a_consent_by_somebody_of_another_agency_does_not_count_however_it_came_there(bench):
    lookback = await consented(bench)
    bench.lookbacks.stored[lookback] = replace(bench.lookbacks.stored[lookback], decided_agency="intelligence")
    answer = await bench.search(**query(lookback=lookback))
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["A4.second-person"])


async def test_it_runs_out(bench):
    late, used = await asked(bench), await consented(bench, plate="99B77")
    assert (await bench.search(**query(plate="99B77", lookback=used))).status_code == 200
    bench.clock.shift(DAY.total_seconds())
    assert slug(await decide(bench, late)) == "lookback-expired"
    (other,) = [one for one in bench.store.passages.values() if "99B77" in one.plates]
    gone = await bench.send("GET", f"/v1/passages/{other.passage_id}", params={"lookback": used})
    assert slug(gone) == "lookback-not-in-use"
    bench.clock.shift(8 * DAY.total_seconds())
    assert slug(await bench.send("GET", f"{LOOKBACKS}/{used}")) == "lookback-unknown"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"from_at": utc_text(START - 89 * DAY)}, "no-consent-needed"),
        ({"from_at": None}, "no-consent-needed"),
        ({"to_at": utc_text(START - 201 * DAY), "from_at": utc_text(START - 300 * DAY)}, "beyond-retention"),
        ({"plate": "--"}, "request-invalid"),
        ({"reason": "because I want to"}, "request-invalid"),
        ({"limit": 3}, "request-invalid"),
    ],
)
async def test_what_needs_no_consent_or_can_have_none_is_refused(bench, changes, why):
    answer = await bench.send("POST", LOOKBACKS, json=query() | {"reason": "cold-case"} | changes)
    assert slug(answer) == why
    assert bench.lookbacks.stored == {}


async def test_under_a_shift_nobody_looks_back(bench):
    bench.gate.put_case("duty", kind="duty")
    shift = bench.gate.headers(case="duty", purpose="live-monitoring")
    body = query() | {"reason": "cold-case"}
    assert (await bench.send("POST", LOOKBACKS, json=body, who=shift)).status_code == 403


@pytest.mark.parametrize("role", ["investigator", "supervisor"])
async def test_who_does_not_decide_reads_what_is_asked_for_their_own_case_and_no_other(bench, role):
    made = await asked(bench)
    where = f"{LOOKBACKS}/{made['lookback_id']}"
    for case, expected in (("case-1", [made["lookback_id"]]), ("case-2", [])):
        who = bench.gate.headers(roles=(role,), sub="officer-2", case=case)
        listed = await bench.send("GET", LOOKBACKS, who=who)
        assert [one["lookback_id"] for one in listed.json()["items"]] == expected
        assert (await bench.send("GET", where, who=who)).status_code == (200 if expected else 403)
    elsewhere = chief(bench, case="case-2")
    listed = await bench.send("GET", LOOKBACKS, who=elsewhere)
    assert [one["lookback_id"] for one in listed.json()["items"]] == [made["lookback_id"]]
    assert (await bench.send("GET", where, who=elsewhere)).status_code == 200


async def test_what_waits_comes_in_pages_newest_first(bench):
    made = []
    for number in range(3):
        made.append((await asked(bench, plate=f"13A1000{number}"))["lookback_id"])
        bench.clock.shift(1)
    who = chief(bench)
    first = (await bench.send("GET", LOOKBACKS, params={"limit": 2}, who=who)).json()
    rest = (await bench.send("GET", LOOKBACKS, params={"cursor": first["next_cursor"]}, who=who)).json()
    assert [one["lookback_id"] for one in [*first["items"], *rest["items"]]] == made[::-1]
    assert rest["next_cursor"] is None
