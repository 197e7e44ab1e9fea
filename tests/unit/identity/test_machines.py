"""A machine gives what its scope allows, and stands on no person's route; a person stands on none of a machine's."""

from collections.abc import AsyncIterator

import httpx
import pytest

from rasid.errors import ConfigurationError
from rasid.identity import claims
from rasid.identity.gate import gated
from rasid.testing.identity import RECORDER, GateBench
from tests.unit.identity.desk import Desk, client_of, make_app

DELIVERS = "rasid:clips.deliver"
RECORDINGS = "/v1/recordings"


@pytest.fixture
async def client(bench: GateBench) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(bench, Desk())) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_machine_is_let_in_without_a_case_and_named_in_both_records(
    bench: GateBench, client: httpx.AsyncClient
):
    answer = await client.post(RECORDINGS, headers=bearer(bench.issuer.machine_token(DELIVERS)))
    assert (answer.status_code, answer.json()) == (200, {"by": RECORDER})
    intent, result = bench.records()
    for record in (intent, result):
        assert (record.actor.subject, record.actor.agency, record.actor.role) == (RECORDER, "police", "machine")
        assert record.reasons == ("E1.recorders-deliver-clips",)
        assert record.case_id is None


async def test_a_person_is_refused_where_machines_give_and_a_machine_everywhere_else(
    bench: GateBench, client: httpx.AsyncClient
):
    machine = {**bench.headers(), **bearer(bench.issuer.machine_token(DELIVERS))}
    answers = [
        await client.post(RECORDINGS, headers=bench.headers(roles=("supervisor",))),
        await client.get("/v1/alerts", headers=machine),
        await client.post("/v1/clips", headers=machine, json={"plate": "1"}),
        await client.put("/v1/cameras/c", headers=machine),
        await client.get("/v1/alerts", headers={**bench.headers(), **bearer("forged.forged.forged")}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1, "nobody learns why"
    assert bench.records() == []


async def test_a_machine_without_the_scope_is_told_which_and_recorded(
    bench: GateBench, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(claims.SCOPES, "rasid:other", "Something else")
    answer = await client.post(RECORDINGS, headers=bearer(bench.issuer.machine_token("rasid:other")))
    assert answer.status_code == 403
    assert DELIVERS in answer.json()["detail"]
    assert [(record.decision, record.reasons) for record in bench.records()] == [("deny", ("scope-missing",))]


async def test_a_machine_of_an_agency_that_does_not_work_with_the_system_gives_nothing(
    bench: GateBench, client: httpx.AsyncClient
):
    answer = await client.post(RECORDINGS, headers=bearer(bench.issuer.machine_token(DELIVERS, agency="oversight")))
    assert answer.status_code == 403
    assert bench.records()[0].decision == "deny"


@pytest.mark.parametrize(
    "declared",
    [
        {"operation": "consult", "scope": DELIVERS, "purpose": False},
        {"operation": "collect", "scope": DELIVERS, "purpose": True},
        {"operation": "collect", "scope": "rasid:everything", "purpose": False},
    ],
)
def test_a_route_shows_a_machine_nothing_and_asks_for_a_scope_that_exists(declared):
    with pytest.raises(ConfigurationError):
        gated(subject="clip", **declared)
