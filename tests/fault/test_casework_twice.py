"""Two processes of casework: each decision is told once whoever dies, and what runs out ends once."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from rasid.contract.fields import parse_utc, utc_text
from rasid.contract.topics import CASES
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import AGENCY, Town
from tools.demo.connecting import http_client
from tools.demo.office import Supervisor
from tools.demo.services import Casework

pytestmark = pytest.mark.timeout(180)
# A revocation has 5 s; a machine that does other things at the same time is given some more.
SEEN_SECONDS = 10
# Services are silent after 30 s without a heartbeat. While the dead process's lease lasts none is due.
LONGEST_GAP = timedelta(seconds=10)


@asynccontextmanager
async def two(town: Town) -> AsyncIterator[tuple[Casework, Casework]]:
    """The platform's casework and another beside it; afterwards there is the platform's alone."""
    first = town.platform.casework
    second = Casework(town.platform.data / "second", town.platform.environment("casework"))
    await second.start()
    try:
        yield first, second
    finally:
        await second.stop()
        await first.stop()
        await first.start()


@asynccontextmanager
async def supervisor(town: Town, casework: Casework) -> AsyncIterator[Supervisor]:
    person = Supervisor(casework.address, town.platform.token(f"boss-{secrets.token_hex(3)}", AGENCY, ["supervisor"]))
    try:
        yield person
    finally:
        await person.close()


async def told(town: Town, type_name: str, name: str, value: str) -> list[str]:
    """The states that were told of something, each version once, in order."""
    rows = await ledger.events(town.platform.engines.kafka.address, CASES.name, type_name)
    mine = {event.id: event.data for event in rows if getattr(event.data, name) == value}
    versions = sorted(mine.values(), key=lambda state: state.version)
    assert len({state.version for state in versions}) == len(versions), "a version was told in two ways"
    return [state.state for state in versions]


async def may_search(town: Town, case_id: str) -> bool:
    body = {"plate": "13 A 00001"}
    async with http_client(town.platform.search.address, headers=town.headers(case_id=case_id), timeout=20) as client:
        return (await client.post("/v1/passages/search", json=body)).is_success


@pytest.mark.parametrize("dead", [0, 1], ids=["the first", "the second"])
@pytest.mark.parametrize("how", ["killed", "paused"])
async def test_what_one_decides_is_told_although_the_other_is_gone(town: Town, dead: int, how: str):
    case_id = f"case-{secrets.token_hex(4)}"
    async with two(town) as processes:
        gone, left = processes[dead], processes[1 - dead]
        async with supervisor(town, gone) as person:
            await person.open(case_id, "investigation", [town.officer_name])
        await eventually(lambda: may_search(town, case_id), 30, "the case is used")
        began = town.platform.clock.now()
        if how == "killed":
            await gone.kill()
        else:
            gone.pause()
        async with supervisor(town, left) as person:
            await person.step(case_id, "close", reason="solved")

        async def is_over() -> bool:
            return not await may_search(town, case_id)

        await eventually(is_over, SEEN_SECONDS, "nobody uses it any more")
        if how == "paused":
            gone.resume()
        assert await may_search(town, town.case_id), "one that is alive is enough"
        assert await told(town, "case.state", "case_id", case_id) == ["open", "closed"]
        beats = await heartbeats(town)
    after = [beat for beat in beats if beat >= began - timedelta(seconds=2)]
    assert max(later - earlier for earlier, later in pairwise(after)) < LONGEST_GAP


async def heartbeats(town: Town) -> list[Any]:
    rows = await ledger.events(town.platform.engines.kafka.address, CASES.name, "casework.heartbeat")
    return sorted(parse_utc(row.data.at) for row in rows)


async def test_what_runs_out_is_ended_once_and_a_share_stops_although_both_look(town: Town):
    case_id = f"case-{secrets.token_hex(4)}"
    terms = {
        "objective": "find-missing-person",
        "legal_basis": "ccp-art-74",
        "authority": "judge-2",
        "decision_number": "2026/311",
        "camera_ids": ["cam-1"],
        "probe_sha256": secrets.token_hex(32),
    }
    async with two(town) as (first, second):
        ends = utc_text(town.platform.clock.now() + timedelta(seconds=8))
        async with supervisor(town, second) as person:
            await person.open(case_id, "investigation", [town.officer_name], closes_at=ends)
        async with http_client(second.address, headers=town.headers(), timeout=20) as client:

            async def asked() -> str | None:
                body, once = terms | {"valid_to": ends}, {"Idempotency-Key": case_id}
                answer = await client.post("/v1/authorizations", json=body, headers=once)
                return str(answer.json()["authorization_id"]) if answer.status_code == 201 else None

            authorization_id = str(await eventually(asked, 7, "the second knows the case of the first"))

        async def are_over() -> bool:
            cases = await told(town, "case.state", "case_id", case_id)
            authorizations = await told(town, "authorization.state", "authorization_id", authorization_id)
            return (cases, authorizations) == (["open", "closed"], ["requested", "expired"])

        await eventually(are_over, 30, "both are told to be over")
        for casework in (first, second):
            async with supervisor(town, casework) as person:
                history = (await person.client.get(f"/v1/cases/{case_id}")).json()["history"]
            assert [line["deed"] for line in history].count("closed") == 1
    assert await are_over(), "nothing was told twice"
