"""Machines deliver what is awaited, as themselves, and are shown nothing; no token opens the other kind's door."""

import hashlib
from typing import Any

import httpx
import pytest

from rasid.identity import claims
from rasid.testing.identity import RECORDER
from services.archive.digests import digest_field
from tests.support.clips import clip
from tests.unit.archive.service import ServiceBench

BODY = clip(50_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
SCOPE = "rasid:clips.deliver"


def machine(bench: ServiceBench, *scopes: str, **changes: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {bench.gate.issuer.machine_token(*(scopes or (SCOPE,)), **changes)}"}


async def deliver(bench: ServiceBench, evidence_id: str, body: Any = BODY, **options: Any) -> httpx.Response:
    who = options.pop("who", None) or machine(bench)
    return await bench.send("PUT", f"/v1/recordings/{evidence_id}", content=body, who=who, **options)


async def test_a_machine_delivers_without_a_case_and_is_shown_what_it_sent_and_no_more(bench):
    evidence_id = await bench.ask()
    answer = await deliver(bench, evidence_id, headers={"Repr-Digest": digest_field(SHA256)})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"evidence_id": evidence_id, "sha256": SHA256, "size_bytes": len(BODY)}
    stored = bench.evidence(evidence_id)
    assert stored.clip is not None
    assert (stored.state, stored.clip.received_from) == ("stored", RECORDER)
    assert [(line.deed, line.by, line.case_id) for line in stored.custody[1:]] == [
        ("received", RECORDER, None),
        ("stored", RECORDER, None),
    ]
    (told,) = [event for event in bench.store.events if event.type == "evidence.stored"]
    assert told.data.by == RECORDER
    assert (await deliver(bench, evidence_id)).status_code == 200


async def test_the_audit_log_names_the_machine_before_and_after(bench):
    evidence_id = await bench.ask()
    before = len(bench.gate.records())
    await deliver(bench, evidence_id)
    intent, result = bench.gate.records()[before:]
    assert {record.actor.subject for record in (intent, result)} == {RECORDER}
    assert (intent.actor.role, intent.operation, intent.decision) == ("machine", "collect", "permit")
    assert intent.reasons == ("E1.recorders-deliver-clips",)
    assert (intent.stage, result.stage, result.result_count) == ("intent", "result", 0)


@pytest.mark.parametrize("role", ["investigator", "supervisor", "senior-officer", "administrator"])
async def test_no_person_delivers_where_machines_do(bench, role):
    evidence_id = await bench.ask()
    answer = await deliver(bench, evidence_id, who=bench.who(role))
    failed = await bench.send(
        "POST", f"/v1/recordings/{evidence_id}/failure", json={"reason": "no-recording"}, who=bench.who(role)
    )
    assert (answer.status_code, failed.status_code) == (401, 401)
    assert bench.evidence(evidence_id).state == "awaited"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/evidence"),
        ("POST", "/v1/evidence"),
        ("GET", "/v1/evidence/{id}"),
        ("PUT", "/v1/evidence/{id}/clip"),
        ("POST", "/v1/evidence/{id}/links"),
        ("POST", "/v1/evidence/{id}/failure"),
        ("POST", "/v1/evidence/{id}/holds"),
        ("POST", "/v1/evidence/{id}/erasure"),
        ("GET", "/v1/evidence/{id}/certificate"),
        ("GET", "/v1/erasures"),
    ],
)
async def test_a_machine_stands_before_every_persons_door_also_with_a_case(bench, method, path):
    evidence_id = await bench.stored(BODY)
    who = bench.who() | machine(bench)
    answer = await bench.send(method, path.format(id=evidence_id), who=who)
    assert answer.status_code == 401
    assert evidence_id not in answer.text


async def test_a_machine_of_another_agency_delivers_nothing(bench):
    evidence_id = await bench.ask()
    answer = await deliver(bench, evidence_id, who=machine(bench, agency="traffic"))
    assert answer.status_code == 403
    assert bench.evidence(evidence_id).state == "awaited"
    assert bench.gate.records()[-1].decision == "deny"


async def test_a_machine_that_may_do_something_else_hears_what_it_lacks(bench, monkeypatch):
    monkeypatch.setitem(claims.SCOPES, "rasid:other", "Something else")
    evidence_id = await bench.ask()
    answer = await deliver(bench, evidence_id, who=machine(bench, "rasid:other"))
    assert (answer.status_code, SCOPE in answer.text) == (403, True)


async def test_what_nobody_asked_for_is_not_taken(bench):
    assert (await deliver(bench, "unknown")).status_code == 404


async def test_what_a_machine_sends_is_looked_at_as_closely_as_what_people_send(bench):
    evidence_id = await bench.ask()
    playlist = await deliver(bench, evidence_id, b"#EXTM3U\n#EXTINF:10,\nhttp://inside/secret.ts\n")
    cut = await deliver(bench, evidence_id, BODY[:-1], headers={"Repr-Digest": digest_field(SHA256)})
    assert (playlist.status_code, cut.status_code) == (422, 422)
    assert bench.evidence(evidence_id).state == "awaited"
    assert bench.clips.objects == {}
    assert bench.leftovers() == []


async def test_a_machine_says_that_a_recording_cannot_be_had(bench):
    evidence_id = await bench.ask()
    answer = await bench.send(
        "POST",
        f"/v1/recordings/{evidence_id}/failure",
        json={"reason": "recorder-away", "retriable": True},
        who=machine(bench),
    )
    assert (answer.status_code, answer.content) == (204, b"")
    failed = bench.evidence(evidence_id)
    assert failed.failure is not None
    assert (failed.state, failed.failure.reason, failed.custody[-1].by) == ("failed", "recorder-away", RECORDER)
    assert (await deliver(bench, evidence_id)).status_code == 201
