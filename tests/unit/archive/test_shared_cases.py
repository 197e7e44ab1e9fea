"""What a case that is shared with another agency opens of the evidence of the agency that shares it."""

from datetime import timedelta
from typing import Any

import pytest

from rasid.contract.fields import utc_text
from rasid.contract.tables import SharedWith
from rasid.testing.clock import START
from tests.support.clips import clip
from tests.unit.archive.service import ServiceBench

BODY = clip(50_000)


@pytest.fixture(autouse=True)
def _shared(bench: ServiceBench) -> None:
    """Police shares `shared` with intelligence, and `case-1` with nobody."""
    everybody = ("officer-1", "boss", "chief", "spy")
    shared = (SharedWith("intelligence", utc_text(START + timedelta(days=1))),)
    bench.gate.put_case("case-1", assigned=everybody, version=2)
    bench.gate.put_case("shared", assigned=everybody, shared_with=shared)


def spy(bench: ServiceBench) -> dict[str, str]:
    """Somebody of the other agency who is everything at once."""
    claims = {"sub": "spy", "agency": "intelligence", "case": "shared", "purpose": "counter-terrorism"}
    return bench.who("investigator", "supervisor", "senior-officer", **claims)


def officer(bench: ServiceBench) -> dict[str, str]:
    return bench.who("investigator", case="shared")


async def requests_of(bench: ServiceBench, evidence_id: str) -> dict[str, int]:
    """What the other agency is answered."""
    one = f"/v1/evidence/{evidence_id}"
    found = {}
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/links", None),
        ("POST", "/verify", None),
        ("GET", "/erasure", None),
        ("POST", "/holds", None),
        ("POST", "/erasure", {"reason": "court-order"}),
        ("POST", "/erasure/approval", {"digest": "0" * 64}),
        ("POST", "/erasure/refusal", {"digest": "0" * 64}),
    ):
        options: dict[str, Any] = {} if body is None else {"json": body}
        found[f"{method} {path}"] = (await bench.send(method, one + path, who=spy(bench), **options)).status_code
    return found


async def test_a_shared_case_opens_none_of_the_owner_s_other_evidence(bench):
    evidence_id = await bench.stored(BODY)
    assert set((await requests_of(bench, evidence_id)).values()) == {403}


async def test_a_shared_case_opens_its_own_evidence_to_look_at_and_no_more(bench):
    evidence_id = await bench.stored(BODY)
    held = await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=officer(bench))
    assert held.status_code == 200, held.text
    answers = await requests_of(bench, evidence_id)
    assert answers.pop("GET /erasure") in {404, 409}, "nobody asked for one"
    assert [path for path, status in answers.items() if status != 403] == ["GET ", "POST /links", "POST /verify"]


async def test_another_agency_does_not_decide_an_erasure_also_of_the_shared_case(bench):
    evidence_id = await bench.stored(BODY)
    await bench.send("POST", f"/v1/evidence/{evidence_id}/holds", who=officer(bench))
    boss = bench.who("supervisor", sub="boss", case="shared")
    asked = await bench.send("POST", f"/v1/evidence/{evidence_id}/erasure", json={"reason": "court-order"}, who=boss)
    body = {"digest": asked.json()["digest"]}
    for what in ("approval", "refusal"):
        where = f"/v1/evidence/{evidence_id}/erasure/{what}"
        refused = await bench.send("POST", where, json=body, who=spy(bench))
        assert (refused.status_code, refused.json()["reasons"]) == (403, ["A3.only-own-agency-decides"])
    chief = bench.who("senior-officer", sub="chief")
    assert (await bench.send("POST", where, json=body, who=chief)).status_code == 200
