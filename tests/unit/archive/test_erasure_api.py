"""Erasure by two persons: who may, what exactly, once, in time; and the certificate of what is gone."""

import hashlib
import json
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from tests.support.clips import clip
from tests.unit.archive.service import DAY, KEPT_SECONDS, ServiceBench

BODY = clip(50_000)


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def supervisor(bench: ServiceBench) -> dict[str, str]:
    return bench.who("supervisor", sub="boss")


def chief(bench: ServiceBench) -> dict[str, str]:
    return bench.who("senior-officer", sub="chief")


@pytest.fixture(autouse=True)
def _people(bench: ServiceBench) -> None:
    bench.gate.put_case("case-1", assigned=("officer-1", "boss", "chief"), version=2)


async def asked(bench: ServiceBench, evidence_id: str) -> dict[str, Any]:
    answer = await bench.send(
        "POST", f"/v1/evidence/{evidence_id}/erasure", json={"reason": "court-order"}, who=supervisor(bench)
    )
    assert answer.status_code == 201, answer.text
    request: dict[str, Any] = answer.json()
    return request


async def decide(
    bench: ServiceBench, evidence_id: str, digest: str, *, as_who: Any = None, what: str = "approval"
) -> httpx.Response:
    who = as_who or chief(bench)
    return await bench.send("POST", f"/v1/evidence/{evidence_id}/erasure/{what}", json={"digest": digest}, who=who)


async def test_two_persons_erase_a_held_and_locked_clip_and_a_certificate_says_so(bench):
    evidence_id = await bench.stored(BODY)
    await bench.send("POST", f"/v1/evidence/{evidence_id}/holds")
    request = await asked(bench, evidence_id)
    assert (request["state"], request["held_by"], request["asked_by"]) == ("asked", ["case-1"], "boss")
    listed = await bench.send("GET", "/v1/erasures", who=chief(bench))
    assert [item["evidence_id"] for item in listed.json()["items"]] == [evidence_id]
    assert len(bench.clips.objects) == 1
    answer = await decide(bench, evidence_id, request["digest"])
    assert (answer.status_code, answer.json()["state"], answer.json()["evidence_state"]) == (200, "approved", "erasing")
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}")).status_code == 404
    assert len(bench.clips.objects) == 1, "this process has no credential that could"
    await bench.rounds.once()
    assert bench.clips.objects == {}
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}")).status_code == 404
    assert bench.told()[-1] == "evidence.erased"
    certificate = (await bench.send("GET", f"/v1/evidence/{evidence_id}/certificate")).json()["certificate"]
    content = await checked(bench, certificate)
    assert content["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert (content["why"], content["reason"]) == ("approved", "court-order")
    assert (content["asked_by"], content["approved_by"]) == ("boss", "chief")
    assert content["request_sha256"] == request["digest"]
    assert bench.deeds(evidence_id)[-3:] == ["erasure_asked", "erasure_approved", "erased"]


async def checked(bench: ServiceBench, certificate: str) -> dict[str, Any]:
    """The content, once the signature is checked with the public keys, which need no token."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app), base_url="http://archive") as anyone:
        keys = (await anyone.get("/v1/certificates/keys")).json()
    assert all("d" not in key for key in keys["keys"])
    content = jws.deserialize_compact(certificate, KeySet.import_key_set(keys), algorithms=["Ed25519"])
    found: dict[str, Any] = json.loads(content.payload)
    return found


async def test_who_asked_does_not_decide(bench):
    evidence_id = await bench.stored(BODY)
    request = await asked(bench, evidence_id)
    both = bench.who("supervisor", "senior-officer", sub="boss")
    answer = await decide(bench, evidence_id, request["digest"], as_who=both)
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["E4.two-persons-erase"])
    assert len(bench.clips.objects) == 1


@pytest.mark.parametrize("role", ["operator", "investigator", "supervisor", "auditor"])
async def test_only_senior_officers_decide(bench, role):
    evidence_id = await bench.stored(BODY)
    request = await asked(bench, evidence_id)
    other = bench.who(role, sub="chief")
    assert (await decide(bench, evidence_id, request["digest"], as_who=other)).status_code == 403


@pytest.mark.parametrize("role", ["operator", "investigator", "senior-officer"])
async def test_only_supervisors_ask(bench, role):
    evidence_id = await bench.stored(BODY)
    body = {"reason": "court-order"}
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/erasure", json=body, who=bench.who(role))
    assert answer.status_code == 403


async def test_a_request_is_decided_once(bench):
    evidence_id = await bench.stored(BODY)
    request = await asked(bench, evidence_id)
    refused = await decide(bench, evidence_id, request["digest"], what="refusal")
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    again = await decide(bench, evidence_id, request["digest"])
    assert (again.status_code, slug(again)) == (409, "erasure-decided")
    assert len(bench.clips.objects) == 1
    anew = await asked(bench, evidence_id)
    assert anew["digest"] == request["digest"] or anew["state"] == "asked"


async def test_a_request_that_is_open_is_not_asked_again(bench):
    evidence_id = await bench.stored(BODY)
    await asked(bench, evidence_id)
    again = await bench.send(
        "POST", f"/v1/evidence/{evidence_id}/erasure", json={"reason": "other"}, who=supervisor(bench)
    )
    assert (again.status_code, slug(again)) == (409, "erasure-asked")


async def test_a_request_runs_out(bench):
    evidence_id = await bench.stored(BODY)
    request = await asked(bench, evidence_id)
    bench.clock.shift(DAY)
    late = await decide(bench, evidence_id, request["digest"])
    assert (late.status_code, slug(late)) == (409, "erasure-expired")
    assert (await bench.send("GET", "/v1/erasures", who=chief(bench))).json()["items"] == []
    assert (await asked(bench, evidence_id))["state"] == "asked"


async def test_a_decision_is_about_exactly_what_was_asked(bench):
    evidence_id = await bench.stored(BODY)
    request = await asked(bench, evidence_id)
    other = await decide(bench, evidence_id, "0" * 64)
    assert (other.status_code, slug(other)) == (409, "erasure-changed")
    await bench.send("POST", f"/v1/evidence/{evidence_id}/holds")
    held_since = await decide(bench, evidence_id, request["digest"])
    assert (held_since.status_code, slug(held_since)) == (409, "erasure-changed")
    assert len(bench.clips.objects) == 1


async def test_what_is_there_has_no_certificate_and_what_nobody_asked_for_no_request(bench):
    evidence_id = await bench.stored(BODY)
    answer = await bench.send("GET", f"/v1/evidence/{evidence_id}/certificate")
    assert (answer.status_code, slug(answer)) == (404, "certificate-unknown")
    answer = await bench.send("GET", f"/v1/evidence/{evidence_id}/erasure", who=chief(bench))
    assert (answer.status_code, slug(answer)) == (404, "erasure-unknown")


async def test_an_expired_clip_is_gone_at_once_and_its_bytes_with_the_next_round(bench):
    evidence_id = await bench.stored(BODY)
    bench.clock.shift(KEPT_SECONDS)
    assert (await bench.send("GET", f"/v1/evidence/{evidence_id}")).status_code == 404
    assert (await bench.send("GET", "/v1/evidence")).json()["items"] == []
    bench.clock.shift(1)
    await bench.tidy()
    assert bench.clips.objects == {}
    content = await checked(bench, bench.evidence(evidence_id).certificate or "")
    assert (content["why"], "asked_by" in content) == ("expired", False)
    assert bench.deeds(evidence_id)[-2:] == ["expired", "erased"]
    assert bench.gate.metrics.erasures.labels(reason="expired")._value.get() == 1
