"""Holds are set by one person and released by two: who may, what exactly, once, in time."""

from typing import Any

import httpx
import pytest

from rasid.contract.fields import utc_text
from tests.support.clips import clip
from tests.unit.archive.service import KEPT_SECONDS, RELEASE_SECONDS, ServiceBench

BODY = clip(50_000)
OFFICER, BOSS, CHIEF = ("investigator", "officer-1"), ("supervisor", "boss"), ("senior-officer", "chief")
PEOPLE = tuple(subject for _, subject in (OFFICER, BOSS, CHIEF))


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


@pytest.fixture(autouse=True)
def _cases(bench: ServiceBench) -> None:
    for case_id in ("case-1", "case-2"):
        bench.gate.put_case(case_id, assigned=PEOPLE, version=2)


async def send(
    bench: ServiceBench, evidence_id: str, step: str, person: tuple[str, str], body: Any = None, **who: Any
) -> httpx.Response:
    """A step with the release of what `of` holds, by a person, under `case`."""
    role, subject = person
    of = who.pop("of", "case-1")
    headers = bench.who(role, **({"sub": subject, "case": "case-1"} | who))
    path = f"/v1/evidence/{evidence_id}/holds/{of}/release{step}"
    return await bench.send("GET" if body is None else "POST", path, json=body, who=headers)


async def asked(bench: ServiceBench, evidence_id: str, person: tuple[str, str] = OFFICER, **who: Any) -> dict[str, Any]:
    answer = await send(bench, evidence_id, "", person, {"reason": "verdict-final"}, **who)
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()
    return request


async def decided(
    bench: ServiceBench, evidence_id: str, digest: str, person: tuple[str, str] = CHIEF, **who: Any
) -> httpx.Response:
    step = who.pop("step", "/approval")
    return await send(bench, evidence_id, step, person, {"digest": digest}, **who)


async def held(bench: ServiceBench, *cases: str) -> str:
    evidence_id = await bench.stored(BODY)
    for case_id in cases or ("case-1",):
        answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=bench.who(case=case_id))
        assert answer.status_code == 200, answer.text
    return evidence_id


def holders(bench: ServiceBench, evidence_id: str) -> list[str]:
    return [hold.case_id for hold in bench.evidence(evidence_id).holds]


async def test_a_held_clip_outlives_its_time_and_is_gone_when_the_last_case_lets_go(bench):
    evidence_id = await held(bench, "case-1", "case-2", "case-2")
    assert holders(bench, evidence_id) == ["case-1", "case-2"]
    (kept,) = bench.clips.objects.values()
    assert kept.is_held
    bench.clock.shift(KEPT_SECONDS + 1)
    await bench.sweep.once()
    for case_id in ("case-1", "case-2"):
        assert kept.is_held
        request = await asked(bench, evidence_id, of=case_id, case=case_id)
        answer = await decided(bench, evidence_id, request["digest"], of=case_id, case=case_id)
        assert answer.status_code == 200, answer.text
    assert not kept.is_held
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}", who=bench.who())).status_code == 404
    told = [event for event in bench.store.events if event.type in {"evidence.held", "evidence.released"}]
    assert [event.data.holds for event in told] == [("case-1",), ("case-1", "case-2"), ("case-2",), ()]
    assert [event.data.by for event in told] == ["officer-1", "officer-1", "chief", "chief"]
    await bench.tidy()
    assert bench.clips.objects == {}


async def test_one_asks_another_approves_and_the_custody_names_both(bench):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id)
    assert (request["state"], request["asked_by"], request["held_by"]) == ("asked", "officer-1", ["case-1"])
    assert holders(bench, evidence_id) == ["case-1"], "nothing is let go by one person"
    listed = await bench.send("GET", "/v1/releases", who=bench.who("supervisor", sub="boss"))
    assert [(item["evidence_id"], item["digest"]) for item in listed.json()["items"]] == [
        (evidence_id, request["digest"])
    ]
    assert (await decided(bench, evidence_id, request["digest"], BOSS)).json()["holds"] == []
    assert [(line.deed, line.by, line.note) for line in bench.evidence(evidence_id).custody[-2:]] == [
        ("release_asked", "officer-1", "for case-1 (verdict-final)"),
        ("released", "boss", "for case-1 (verdict-final)"),
    ]
    listed = await bench.send("GET", "/v1/releases", who=bench.who("supervisor", sub="boss"))
    assert listed.json()["items"] == []


async def test_who_asked_does_not_approve_under_whichever_role(bench):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id, BOSS)
    for role in ("supervisor", "senior-officer"):
        for step in ("/approval", "/refusal"):
            answer = await decided(bench, evidence_id, request["digest"], (role, "boss"), step=step)
            assert (answer.status_code, answer.json()["reasons"]) == (403, ["A7.two-persons-release"])
    assert holders(bench, evidence_id) == ["case-1"]


@pytest.mark.parametrize("role", ["operator", "investigator", "administrator", "auditor"])
async def test_only_supervisors_and_senior_officers_decide(bench, role):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id)
    assert (await decided(bench, evidence_id, request["digest"], (role, "chief"))).status_code == 403
    assert holders(bench, evidence_id) == ["case-1"]


async def test_an_approval_is_used_once_and_does_not_end_a_later_hold(bench):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id)
    assert (await decided(bench, evidence_id, request["digest"])).status_code == 200
    again = await decided(bench, evidence_id, request["digest"])
    assert (again.status_code, slug(again)) == (404, "hold-unknown")
    assert (await bench.send("POST", f"/v1/evidence/{evidence_id}/holds")).status_code == 200
    replayed = await decided(bench, evidence_id, request["digest"])
    assert (replayed.status_code, slug(replayed)) == (404, "release-unknown")
    assert holders(bench, evidence_id) == ["case-1"]


async def test_what_is_refused_stays_held_and_can_be_asked_for_again(bench):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id)
    twice = await send(bench, evidence_id, "", BOSS, {"reason": "verdict-final"})
    assert (twice.status_code, slug(twice)) == (409, "release-asked")
    refused = await decided(bench, evidence_id, request["digest"], step="/refusal")
    assert (refused.status_code, refused.json()["state"], refused.json()["decided_by"]) == (200, "refused", "chief")
    late = await decided(bench, evidence_id, request["digest"])
    assert (late.status_code, slug(late)) == (409, "release-decided")
    assert (await send(bench, evidence_id, "", OFFICER)).json()["state"] == "refused"
    assert holders(bench, evidence_id) == ["case-1"]
    assert bench.deeds(evidence_id)[-1] == "release_refused"
    await asked(bench, evidence_id)


async def test_a_decision_is_about_what_was_read_and_in_time(bench):
    evidence_id = await held(bench)
    request = await asked(bench, evidence_id)
    wrong = await decided(bench, evidence_id, "0" * 64)
    assert (wrong.status_code, slug(wrong)) == (409, "release-changed")
    assert (await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=bench.who(case="case-2"))).is_success
    changed = await decided(bench, evidence_id, request["digest"])
    assert (changed.status_code, slug(changed)) == (409, "release-changed")
    bench.clock.shift(RELEASE_SECONDS)
    request = await asked(bench, evidence_id)
    bench.clock.shift(RELEASE_SECONDS)
    late = await decided(bench, evidence_id, request["digest"])
    assert (late.status_code, slug(late)) == (409, "release-expired")
    assert holders(bench, evidence_id) == ["case-1", "case-2"]


def end_case(bench: ServiceBench, case_id: str, end: str) -> None:
    if end == "erased":
        bench.gate.cases.apply(f"case:{case_id}", None)
    elif end == "closed":
        bench.gate.put_case(case_id, assigned=PEOPLE, version=3, state="closed")
    else:
        bench.gate.put_case(case_id, assigned=PEOPLE, version=3, closes_at=utc_text(bench.clock.now()))


@pytest.mark.parametrize("end", ["closed", "run out", "erased"])
async def test_what_a_case_that_is_over_holds_is_released_under_another(bench, end):
    evidence_id = await held(bench)
    early = await send(bench, evidence_id, "", BOSS, {"reason": "verdict-final"}, case="case-2")
    assert (early.status_code, slug(early)) == (409, "case-open")
    end_case(bench, "case-1", end)
    under_itself = await send(bench, evidence_id, "", BOSS, {"reason": "verdict-final"})
    assert under_itself.status_code == 403
    request = await asked(bench, evidence_id, BOSS, case="case-2")
    assert request["case_id"] == "case-2"
    answer = await decided(bench, evidence_id, request["digest"], case="case-2")
    assert (answer.status_code, answer.json()["holds"]) == (200, []), answer.text
    (kept,) = bench.clips.objects.values()
    assert not kept.is_held
    assert bench.told().count("evidence.released") == 1


async def test_a_shift_and_another_agency_release_nothing(bench):
    evidence_id = await held(bench)
    bench.gate.put_case("duty-1", kind="duty", assigned=PEOPLE)
    request = await asked(bench, evidence_id)
    assert (await decided(bench, evidence_id, request["digest"], case="duty-1")).status_code == 403
    spy = {"agency": "intelligence", "case": "theirs", "purpose": "counter-terrorism"}
    bench.gate.put_case("theirs", agency="intelligence", assigned=PEOPLE)
    for step, body in (("", {"reason": "x"}), ("/approval", {"digest": request["digest"]})):
        answer = await send(bench, evidence_id, step, CHIEF, body, **spy)
        assert (answer.status_code, slug(answer)) == (403, "policy-denied")
    listed = await bench.send("GET", "/v1/releases", who=bench.who("supervisor", sub="boss", **spy))
    assert listed.json()["items"] == []
    assert holders(bench, evidence_id) == ["case-1"]


async def test_what_a_closed_case_of_another_agency_holds_is_not_asked_for(bench):
    evidence_id = await held(bench)
    bench.gate.put_case("theirs", agency="intelligence", state="closed")
    answer = await send(bench, evidence_id, "", BOSS, {"reason": "verdict-final"}, of="theirs")
    assert (answer.status_code, slug(answer)) == (403, "case-foreign")


async def test_what_is_not_held_or_not_asked_for_is_not_there(bench):
    evidence_id = await held(bench)
    nothing_asked = await send(bench, evidence_id, "", OFFICER)
    assert (nothing_asked.status_code, slug(nothing_asked)) == (404, "release-unknown")
    end_case(bench, "case-2", "closed")
    not_held = await send(bench, evidence_id, "", OFFICER, {"reason": "verdict-final"}, of="case-2")
    assert (not_held.status_code, slug(not_held)) == (404, "hold-unknown")
    no_reason = await send(bench, evidence_id, "", OFFICER, {})
    assert no_reason.status_code == 422


async def test_an_erasure_that_was_asked_for_is_another_one_after_a_release(bench):
    evidence_id = await held(bench)
    erasure = await bench.send(
        "POST",
        f"/v1/evidence/{evidence_id}/erasure",
        json={"reason": "court-order"},
        who=bench.who("supervisor", sub="boss"),
    )
    request = await asked(bench, evidence_id)
    assert (await decided(bench, evidence_id, request["digest"])).status_code == 200
    body = {"digest": erasure.json()["digest"]}
    path = f"/v1/evidence/{evidence_id}/erasure/approval"
    late = await bench.send("POST", path, json=body, who=bench.who("senior-officer", sub="chief"))
    assert (late.status_code, slug(late)) == (409, "erasure-changed")
