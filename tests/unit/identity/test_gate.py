"""The audit gate: nothing is shown before the broker has the record of who asked, and why."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from msgspec import Struct
from structlog.testing import capture_logs

from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.testing.identity import POLICY, GateBench
from tests.support.eventually import eventually
from tests.unit.identity.desk import SECRET, Desk, client_of, make_app

ROUTE = "/v1/alerts"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(bench: GateBench, desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(bench, desk)) as client:
        yield client


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["status"] == answer.status_code
    return body["type"].removeprefix("urn:rasid:problem:")


def counted(bench: GateBench, decision: str) -> float:
    return bench.metrics.registry.get_sample_value("rasid_disclosures_total", {"decision": decision}) or 0.0


class Failing:
    """A publisher that is away for some of the records; it says what had happened when each arrived."""

    def __init__(self, bench: GateBench, stages: set[str]) -> None:
        self.bench = bench
        self.stages = stages

    async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
        if event.data.stage in self.stages:
            raise Unavailable("the broker", "the test took it away")
        await self.bench.publisher.publish(event, deadline_seconds=deadline_seconds)


async def test_an_answer_has_an_intent_and_a_result(bench: GateBench, client: httpx.AsyncClient):
    answer = await client.get(ROUTE, headers=bench.headers())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    intent, result = bench.records()
    assert (intent.stage, result.stage) == ("intent", "result")
    assert intent.audit_id == result.audit_id
    for record in (intent, result):
        assert record.decision == "permit"
        assert record.reasons == ("A1.staff-see-alerts",)
        assert record.operation == "consult"
        assert record.route == "GET /v1/alerts"
        assert (record.case_id, record.purpose) == ("case-1", "stolen-vehicle")
        assert record.policy_version == POLICY.version
        assert record.actor.subject == "officer-1"
        assert (record.actor.agency, record.actor.role) == ("police", "investigator")
        assert record.actor.amr == ("pwd", "otp", "mfa")
        assert record.source_address == "127.0.0.1"
    assert intent.result_sha256 is None
    assert result.result_sha256 == sha256(answer.content).hexdigest()
    assert result.result_count == 2
    assert result.recipients == ("officer-1",)
    assert len(result.subjects) == 2
    assert counted(bench, "permit") == 1


async def test_the_two_records_are_two_events_and_writing_one_again_is_the_same(
    bench: GateBench, client: httpx.AsyncClient
):
    await client.get(ROUTE, headers=bench.headers())
    first, second = bench.publisher.events
    assert first.id != second.id
    assert first.source == "/test"
    assert first.key == "police"


async def test_no_record_holds_a_plate_in_clear(bench: GateBench, client: httpx.AsyncClient):
    await client.get(f"/v1/plates/{SECRET}?also={SECRET}", headers=bench.headers())
    await client.post("/v1/entries", json={"plate": SECRET}, headers=bench.headers())
    assert bench.records()[0].route == "GET /v1/plates/{plate}"
    for record in bench.records():
        assert SECRET not in repr(record)
    assert bench.records()[1].subjects == (bench.pseudonyms.plate(SECRET, bench.clock.now()),)


async def test_the_query_digest_tells_requests_apart_and_not_their_order(bench: GateBench, client: httpx.AsyncClient):
    for query in ("limit=1&other=2", "other=2&limit=1", "limit=2&other=1"):
        await client.get(f"{ROUTE}?{query}", headers=bench.headers())
    await client.post("/v1/entries", json={"plate": "A"}, headers=bench.headers())
    await client.post("/v1/entries", json={"plate": "B"}, headers=bench.headers())
    digests = [record.query_sha256 for record in bench.records() if record.stage == "intent"]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


async def test_the_handler_runs_only_after_the_intent_is_acknowledged(bench: GateBench, desk: Desk):
    asked, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def publish(self, event: Event[Struct], *, deadline_seconds: float | None = None) -> None:
            asked.set()
            await go.wait()
            await bench.publisher.publish(event, deadline_seconds=deadline_seconds)

    async with client_of(make_app(bench, desk, Slow())) as client:
        answer = asyncio.create_task(client.get(ROUTE, headers=bench.headers()))
        await asked.wait()
        await asyncio.sleep(0)
        assert desk.handled == 0
        go.set()
        assert (await answer).status_code == 200
    assert desk.handled == 1


@pytest.mark.parametrize("stage", ["intent", "result"])
async def test_without_the_broker_there_is_503_and_not_a_byte_of_it(bench: GateBench, desk: Desk, stage: str):
    async with client_of(make_app(bench, desk, Failing(bench, {stage}))) as client:
        with capture_logs() as logs:
            answer = await client.get(ROUTE, headers=bench.headers())
    assert answer.status_code == 503
    assert slug(answer) == "audit-unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert SECRET not in answer.text
    assert SECRET not in str(answer.headers)
    assert desk.handled == (0 if stage == "intent" else 1)
    assert len(logs) == 1
    assert counted(bench, "unavailable") == 1
    assert counted(bench, "permit") == 0


@pytest.mark.expects_errors("audit record")
@pytest.mark.parametrize("path", ["/v1/entries", "/v1/clips"])
async def test_a_change_that_may_have_been_made_says_so(bench: GateBench, desk: Desk, path: str):
    async with client_of(make_app(bench, desk, Failing(bench, {"result"}))) as client:
        answer = await client.post(path, json={"plate": SECRET}, headers=bench.headers())
    assert answer.status_code == 503
    assert "Idempotency-Key" in answer.json()["detail"]
    assert desk.entries == [SECRET]
    async with client_of(make_app(bench, desk, Failing(bench, {"intent"}))) as client:
        answer = await client.post(path, json={"plate": "NEW"}, headers=bench.headers())
    assert "nothing was shown or changed" in answer.json()["detail"]
    assert desk.entries == [SECRET]


async def test_a_refusal_is_recorded_before_it_is_answered(bench: GateBench, client: httpx.AsyncClient):
    answer = await client.get(ROUTE, headers=bench.headers(case=None))
    assert (answer.status_code, slug(answer)) == (403, "case-missing")
    (record,) = bench.records()
    assert (record.stage, record.decision) == ("result", "deny")
    assert record.reasons == ("case-missing",)
    assert record.actor.subject == "officer-1"
    assert record.result_count == 0
    assert counted(bench, "deny") == 1


@pytest.mark.expects_errors("audit record")
async def test_a_refusal_that_cannot_be_recorded_is_503(bench: GateBench, desk: Desk):
    async with client_of(make_app(bench, desk, Failing(bench, {"result"}))) as client:
        answer = await client.get(ROUTE, headers=bench.headers(case=None))
    assert (answer.status_code, slug(answer)) == (503, "audit-unavailable")
    assert counted(bench, "unavailable") == 1


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no purpose": ({"purpose": None}, "purpose-missing"),
    "an unknown purpose": ({"purpose": "curiosity"}, "purpose-unknown"),
    "another agency's purpose": ({"purpose": "counter-terrorism"}, "purpose-unknown"),
    "an unknown case": ({"case": "case-9"}, "case-unknown"),
    "a foreign case": ({"case": "foreign"}, "case-foreign"),
    "a closed case": ({"case": "closed"}, "case-closed"),
    "an expired case": ({"case": "expired"}, "case-expired"),
    "a case one is not assigned to": ({"sub": "officer-2"}, "case-not-assigned"),
    "an administrator": ({"roles": ("administrator", "investigator")}, "policy-denied"),
    "a role nobody knows": ({"roles": ("king",)}, "policy-denied"),
}


@pytest.mark.parametrize("what", REFUSALS)
async def test_each_refusal_says_what_is_wrong_and_is_recorded(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk, what: str
):
    bench.put_case("foreign", agency="intelligence")
    bench.put_case("closed", state="closed")
    bench.put_case("expired", closes_at="2026-03-01T07:59:59.000Z")
    sent, expected = REFUSALS[what]
    answer = await client.get(ROUTE, headers=bench.headers(**sent))
    assert (answer.status_code, slug(answer)) == (403, expected)
    assert len(answer.json()["detail"]) > 20
    (record,) = bench.records()
    assert record.decision == "deny"
    assert record.reasons[0] == expected
    assert desk.handled == 0


async def test_a_policy_refusal_names_its_rules(bench: GateBench, client: httpx.AsyncClient):
    bench.put_case("shift", kind="duty")
    answer = await client.get(f"/v1/plates/{SECRET}", headers=bench.headers(case="shift", purpose="live-monitoring"))
    assert answer.status_code == 403
    assert answer.json()["reasons"] == ["A2.duty-covers-the-live-queue"]
    assert "duty case covers the live queue" in answer.json()["detail"]
    (record,) = bench.records()
    assert record.reasons == ("policy-denied", "A2.duty-covers-the-live-queue")


async def test_a_missing_or_refused_token_is_401_counted_and_not_recorded(bench: GateBench, client: httpx.AsyncClient):
    good = bench.headers()
    for sent, expected in (
        ({}, "token-missing"),
        ({"Authorization": "Basic b2s6b2s="}, "token-missing"),
        ({"Authorization": "Bearer"}, "token-missing"),
        ({"Authorization": good["Authorization"].removeprefix("Bearer ")}, "token-missing"),
        ({"Authorization": "Bearer nonsense"}, "token-refused"),
        ({"Authorization": good["Authorization"] + "x"}, "token-refused"),
    ):
        answer = await client.get(ROUTE, headers={**good, "Authorization": "", **sent})
        assert (answer.status_code, slug(answer)) == (401, expected)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert set(answer.json()) == {"type", "title", "status", "detail"}
    assert bench.records() == []
    refusals = bench.metrics.registry.get_sample_value
    assert refusals("rasid_token_refusals_total", {"cause": "missing"}) == 4
    assert refusals("rasid_token_refusals_total", {"cause": "bad_signature"}) == 1


async def test_a_token_in_the_address_is_not_read(bench: GateBench, client: httpx.AsyncClient):
    sent = bench.headers()
    token = sent.pop("Authorization").removeprefix("Bearer ")
    answer = await client.get(f"{ROUTE}?access_token={token}", headers=sent)
    assert (answer.status_code, slug(answer)) == (401, "token-missing")


@pytest.mark.parametrize("name", ["Authorization", "Rasid-Case", "Rasid-Purpose"])
@pytest.mark.parametrize("second", ["the same", "another"])
async def test_a_header_twice_is_refused(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk, name: str, second: str
):
    good = bench.headers()
    value = good[name] if second == "the same" else "other"
    for spelling in (name, name.lower(), name.upper()):
        answer = await client.get(ROUTE, headers=[*good.items(), (spelling, value)])
        assert (answer.status_code, slug(answer)) == (400, "header-twice")
    assert desk.handled == 0
    recorded = [] if name == "Authorization" else [("header-twice",)] * 3
    assert [record.reasons for record in bench.records()] == recorded


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
async def test_header_names_are_read_in_any_case(bench: GateBench, client: httpx.AsyncClient, spell: Any):
    sent = {spell(name): value for name, value in bench.headers().items()}
    assert (await client.get(ROUTE, headers=sent)).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "case-1,case-1",
        "case-1, case-2",
        " case-1",
        "case-1 ",
        "case-1\t",
        "CASE-1",
        "",
        "-",
        "case 1",
        "a" * 65,
        "case-1\xa0",
    ],
)
@pytest.mark.parametrize("name", ["Rasid-Case", "Rasid-Purpose"])
async def test_a_header_that_is_not_one_identifier_is_refused_and_not_repeated(
    bench: GateBench, client: httpx.AsyncClient, name: str, value: str
):
    sent = [(key, item) for key, item in bench.headers().items() if key != name]
    answer = await client.get(ROUTE, headers=[*sent, (name.encode(), value.encode("latin-1"))])
    assert (answer.status_code, slug(answer)) == (400, "header-malformed")
    (record,) = bench.records()
    assert (record.case_id, record.purpose) == (None, None)
    assert record.reasons == ("header-malformed",)


async def test_an_answer_whose_handler_did_not_say_what_it_shows_is_not_released(
    bench: GateBench, client: httpx.AsyncClient
):
    with capture_logs() as logs:
        answer = await client.get("/v1/alerts/forgotten", headers=bench.headers())
    assert (answer.status_code, slug(answer)) == (500, "unexpected")
    assert SECRET not in answer.text
    assert len(logs) == 1
    assert [record.stage for record in bench.records()] == ["intent", "result"]
    assert bench.records()[1].reasons[-1] == "answer-500"


async def test_a_stream_that_was_not_declared_is_not_released(bench: GateBench, client: httpx.AsyncClient, desk: Desk):
    with capture_logs():
        answer = await client.get("/v1/alerts/hidden-stream", headers=bench.headers())
    assert answer.status_code == 500
    assert desk.streamed == []


async def test_an_empty_answer_still_says_what_was_asked_for(bench: GateBench, client: httpx.AsyncClient):
    answer = await client.get("/v1/alerts/none", headers=bench.headers())
    assert answer.json() == []
    result = bench.records()[1]
    assert result.result_count == 0
    assert result.subjects == (bench.pseudonyms.plate(SECRET, bench.clock.now()),)


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        ("/v1/alerts/absent", 404, "alert-unknown"),
        ("/v1/alerts/teapot", 418, "http-418"),
        ("/v1/alerts/away", 503, "unavailable"),
        ("/v1/alerts/broken", 500, "unexpected"),
        ("/v1/alerts?limit=many", 422, "request-invalid"),
    ],
)
async def test_an_error_of_the_handler_closes_the_record(
    bench: GateBench, client: httpx.AsyncClient, path: str, status: int, expected: str
):
    with capture_logs() as logs:
        answer = await client.get(path, headers=bench.headers())
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert SECRET not in answer.text
    assert SECRET not in str(logs)
    assert len(logs) == (1 if status >= 500 else 0)
    intent, result = bench.records()
    assert (intent.stage, result.stage) == ("intent", "result")
    assert result.reasons[-1] == f"answer-{status}"
    assert result.result_count == 0
    assert result.result_sha256 is None


async def test_an_error_tells_nothing_before_its_record_is_acknowledged_either(bench: GateBench, desk: Desk):
    async with client_of(make_app(bench, desk, Failing(bench, {"result"}))) as client:
        with capture_logs():
            absent = await client.get("/v1/alerts/absent", headers=bench.headers())
            broken = await client.get("/v1/alerts/broken", headers=bench.headers())
    assert (absent.status_code, slug(absent)) == (503, "audit-unavailable")
    assert (broken.status_code, slug(broken)) == (500, "unexpected")


async def test_what_belongs_to_another_agency_is_refused_by_its_owner(bench: GateBench, client: httpx.AsyncClient):
    answer = await client.get("/v1/alerts/foreign", headers=bench.headers())
    assert (answer.status_code, slug(answer)) == (403, "policy-denied")
    assert answer.json()["reasons"] == ["A3.own-agency-or-of-the-shared-case"]
    assert [record.decision for record in bench.records()] == ["permit", "deny"]
    assert counted(bench, "deny") == 1


async def test_what_is_of_a_shared_case_is_allowed(bench: GateBench, client: httpx.AsyncClient):
    grant = {"agency": "police", "until": "2026-03-01T09:00:00.000Z"}
    bench.put_case("shared", agency="intelligence", shared_with=(_shared(grant),))
    with capture_logs():
        answer = await client.get("/v1/alerts/foreign", headers=bench.headers(case="shared"))
    assert answer.status_code == 500  # the handler went on, and forgot to say what it shows


def _shared(grant: dict[str, str]) -> Any:
    from rasid.contract.tables import SharedWith  # noqa: PLC0415 - the one use

    return SharedWith(**grant)


async def test_a_stream_has_its_intent_before_the_first_byte_and_no_result(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk
):
    answer = await client.get("/v1/stream", headers=bench.headers(roles=("operator",)))
    assert answer.content == b"data: one\n\ndata: two\n\n"
    assert answer.headers["cache-control"] == "no-store"
    (intent,) = bench.records()
    assert (intent.stage, intent.reasons) == ("intent", ("A1.staff-see-alerts",))
    bench.publisher.is_away = True
    desk.streamed.clear()
    with capture_logs():
        answer = await client.get("/v1/stream", headers=bench.headers(roles=("operator",)))
    assert answer.status_code == 503
    assert desk.streamed == []


async def test_a_live_alert_names_who_gets_it_and_is_recorded_before_it_goes_out(bench: GateBench):
    gate = bench.gate()
    body = json.dumps({"plate": SECRET}).encode()
    await gate.live(
        "alert-1",
        ["officer-2", "officer-1", "officer-2"],
        [SECRET],
        route="GET /v1/alerts/stream",
        agency="police",
        body=body,
    )
    (record,) = bench.records()
    assert (record.stage, record.operation, record.decision) == ("chunk", "disclose", "permit")
    assert record.recipients == ("officer-1", "officer-2")
    assert record.result_sha256 == sha256(body).hexdigest()
    assert record.subjects == (bench.pseudonyms.plate(SECRET, bench.clock.now()),)
    assert record.reasons == ("A1.live", "alert:alert-1")
    bench.publisher.is_away = True
    with pytest.raises(Unavailable):
        await gate.live("alert-1", ["officer-1"], [SECRET], route="r", agency="police", body=body)


async def test_an_open_stream_ends_with_its_token_or_its_case(bench: GateBench, client: httpx.AsyncClient, desk: Desk):
    expires = int(bench.clock.now().timestamp()) + 600
    sent = bench.headers(roles=("operator",), exp=expires)
    await client.get("/v1/stream", headers=sent)
    (use,) = desk.uses
    assert use.ended() is None
    bench.put_case("case-1", assigned=("officer-2",), version=2)
    assert use.ended() == "case"
    bench.put_case("case-1", version=3)
    assert use.ended() is None
    bench.put_case("case-1", state="closed", version=4)
    assert use.ended() == "case"
    bench.clock.shift(630)
    assert use.ended() == "token"


async def test_a_route_without_subject_data_needs_no_case(bench: GateBench, client: httpx.AsyncClient):
    sent = bench.headers(case=None, purpose=None, roles=("administrator",))
    answer = await client.put("/v1/cameras/cam-1", headers=sent)
    assert answer.status_code == 200
    assert [record.stage for record in bench.records()] == ["intent", "result"]
    denied = await client.put("/v1/cameras/cam-1", headers=bench.headers(case=None, purpose=None))
    assert (denied.status_code, slug(denied)) == (403, "policy-denied")
    assert denied.json()["reasons"] == ["default-deny"]


async def test_a_body_beyond_the_limit_is_refused_before_anything_is_done(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk
):
    body = json.dumps({"plate": "x" * 2_000_000})
    answer = await client.post(
        "/v1/entries", content=body, headers={**bench.headers(), "Content-Type": "application/json"}
    )
    assert (answer.status_code, slug(answer)) == (413, "body-too-large")
    assert desk.entries == []


async def test_requests_at_the_same_time_keep_their_records_apart(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk
):
    desk.proceed.clear()
    bench.put_case("case-2", assigned=("officer-2",))
    both = [
        asyncio.create_task(client.get(ROUTE, headers=bench.headers())),
        asyncio.create_task(client.get(ROUTE, headers=bench.headers(case="case-2", sub="officer-2"))),
    ]
    await eventually(lambda: desk.handled == 2)
    desk.proceed.set()
    for answer in await asyncio.gather(*both):
        assert answer.status_code == 200
    by_use: dict[str, set[Any]] = {}
    for record in bench.records():
        by_use.setdefault(record.audit_id, set()).add((record.actor.subject, record.case_id))
    assert sorted(by_use.values(), key=str) == [{("officer-1", "case-1")}, {("officer-2", "case-2")}]


async def test_a_gated_route_of_an_app_without_a_gate_discloses_nothing(bench: GateBench, desk: Desk):
    app = make_app(bench, desk)
    del app.state.gate
    async with client_of(app) as client:
        with capture_logs():
            answer = await client.get(ROUTE, headers=bench.headers())
    assert answer.status_code == 500
    assert desk.handled == 0


async def test_while_the_cases_are_still_being_read_nobody_is_refused_and_nothing_is_shown(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk
):
    bench.cases.is_complete = False
    for case in ("case-1", "not-read-yet"):
        answer = await client.get(ROUTE, headers=bench.headers(case=case))
        assert (answer.status_code, slug(answer)) == (503, "cases-unread")
        assert int(answer.headers["retry-after"]) > 0
    assert (desk.handled, bench.records()) == (0, [])
    bench.cases.complete()
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200
