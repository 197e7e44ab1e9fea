"""SIGKILL between what casework decides and what it tells: no decision is lost, none is told twice."""

import contextlib
import secrets
from typing import Any

import httpx
import pytest

from rasid.contract.topics import CASES
from tests.fault.conftest import dying_at
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import Town
from tools.demo.connecting import http_client

PUBLISH = "rasid.stream.producer:KafkaProducer.publish_message:after"
CLEAR = "rasid.storage.outbox:MongoOutbox.clear"
STORE = "services.casework.store:MongoCases"

pytestmark = pytest.mark.timeout(180)


async def told(town: Town, case_id: str) -> list[Any]:
    """Every different event that tells a version of the case, in order."""
    rows = await ledger.events(town.platform.engines.kafka.address, CASES.name, "case.state")
    mine = {event.id: event.data for event in rows if event.data.case_id == case_id}
    return sorted(mine.values(), key=lambda state: state.version)


async def may_search(town: Town, case_id: str) -> bool:
    body = {"plate": "13 A 00001"}
    async with http_client(town.platform.search.address, headers=town.headers(case_id=case_id), timeout=20) as client:
        return (await client.post("/v1/passages/search", json=body)).is_success


@pytest.mark.parametrize(
    ("point", "type_name"),
    [(f"{STORE}.add:after", "*"), (PUBLISH, "case.state"), (f"{CLEAR}:before", "*"), (f"{CLEAR}:after", "*")],
)
async def test_a_case_that_is_opened_as_casework_dies_is_told_once(town: Town, point: str, type_name: str):
    case_id = f"case-{secrets.token_hex(4)}"
    body = {"case_id": case_id, "kind": "investigation", "assigned": [town.officer_name]}
    once = {"Idempotency-Key": secrets.token_hex(8)}
    async with dying_at(town.platform.casework, point, type_name), town.supervisor() as supervisor:
        with contextlib.suppress(httpx.TransportError):
            await supervisor.client.post("/v1/cases", json=body, headers=once)
    async with town.supervisor() as supervisor:
        again = await supervisor.client.post("/v1/cases", json=body, headers=once)
        assert again.status_code == 201, again.text
    await eventually(lambda: may_search(town, case_id), 30, "the case is used")
    assert [state.version for state in await told(town, case_id)] == [again.json()["version"]]


@pytest.mark.parametrize(
    ("point", "type_name"),
    [(f"{STORE}.save:after", "*"), (PUBLISH, "case.state"), (f"{CLEAR}:after", "*")],
)
async def test_a_case_that_is_closed_as_casework_dies_is_closed_for_everybody(town: Town, point: str, type_name: str):
    await eventually(lambda: may_search(town, town.case_id), 30, "the case is used")
    async with dying_at(town.platform.casework, point, type_name), town.supervisor() as supervisor:
        with contextlib.suppress(httpx.TransportError, AssertionError):
            await supervisor.step(town.case_id, "close", reason="solved")

    async def is_over() -> bool:
        return not await may_search(town, town.case_id)

    await eventually(is_over, 30, "nobody uses it any more")
    assert [state.state for state in await told(town, town.case_id)] == ["open", "closed"]
    async with town.supervisor() as supervisor:
        case = (await supervisor.client.get(f"/v1/cases/{town.case_id}")).json()
    assert [line["deed"] for line in case["history"]].count("closed") == 1
