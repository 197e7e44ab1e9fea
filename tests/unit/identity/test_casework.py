"""While casework is silent nobody knows which cases still hold, and nothing is disclosed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.envelope import Event, new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.identity.casework import Casework
from rasid.identity.purpose import CaseTable
from rasid.runtime.metrics import Metrics
from rasid.testing.clock import START, ManualClock
from rasid.testing.identity import GateBench
from tests.unit.identity.desk import Desk, client_of, make_app

ROUTE = "/v1/alerts"


@pytest.fixture
def bench(bench: GateBench) -> GateBench:
    """A gate that hears of casework only what a test lets it hear."""
    bench.cases = CaseTable(Casework(bench.clock, bench.metrics))
    bench.put_case("case-1")
    return bench


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(bench: GateBench, desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app(bench, desk)) as client:
        yield client


def heartbeat(bench: GateBench, *, ahead_seconds: float = 0) -> Event[CaseworkHeartbeatV1]:
    at = bench.clock.now() + timedelta(seconds=ahead_seconds)
    return new_event("beat", "/casework", at, CaseworkHeartbeatV1(at=utc_text(at), version=1))


def hear(bench: GateBench, *, ahead_seconds: float = 0) -> None:
    event = heartbeat(bench, ahead_seconds=ahead_seconds)
    bench.cases.apply(event.key, event)


async def test_thirty_seconds_after_its_last_heartbeat_every_disclosure_is_denied_says_so_and_is_recorded(
    bench: GateBench, client: httpx.AsyncClient, desk: Desk
):
    hear(bench)
    bench.clock.shift(29.9)
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200
    bench.clock.shift(0.1)
    answer = await client.get(ROUTE, headers=bench.headers())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:rasid:problem:casework-silent")
    assert "casework" in answer.json()["detail"]
    assert answer.headers["retry-after"]
    assert desk.handled == 1
    record = bench.records()[-1]
    assert (record.decision, record.reasons, record.case_id) == ("deny", ("casework-silent",), "case-1")
    hear(bench)
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200


async def test_three_seconds_after_its_last_heartbeat_faces_pause_and_the_rest_goes_on(
    bench: GateBench, client: httpx.AsyncClient
):
    hear(bench)
    bench.clock.shift(2.9)
    assert not bench.cases.casework.faces_pause
    refused = await client.get("/v1/faces", headers=bench.headers())
    assert refused.json()["type"] == "urn:rasid:problem:policy-denied", "no sentence allows it yet"
    bench.clock.shift(0.1)
    answer = await client.get("/v1/faces", headers=bench.headers())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:rasid:problem:faces-paused")
    assert answer.headers["retry-after"]
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200
    hear(bench)
    assert not bench.cases.casework.faces_pause


async def test_before_the_first_heartbeat_it_is_silent(bench: GateBench, client: httpx.AsyncClient):
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 403


async def test_a_heartbeat_that_the_topic_has_kept_since_long_ago_is_none(bench: GateBench, client: httpx.AsyncClient):
    hear(bench, ahead_seconds=-31)
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 403


def test_a_heartbeat_that_the_topic_has_kept_for_a_while_counts_from_when_it_was_sent(bench: GateBench):
    casework = bench.cases.casework
    hear(bench, ahead_seconds=-29)
    assert not casework.is_silent
    assert casework.faces_pause
    bench.clock.shift(0.9)
    assert not casework.is_silent
    bench.clock.shift(0.1)
    assert casework.is_silent
    hear(bench, ahead_seconds=-2)
    assert not casework.faces_pause
    hear(bench, ahead_seconds=-20)
    assert not casework.faces_pause, "one that comes late takes nothing back"
    bench.clock.shift(1)
    assert casework.faces_pause


def test_faces_bear_a_second_of_a_clock_that_is_ahead_and_no_more(bench: GateBench):
    hear(bench, ahead_seconds=1.1)
    assert not bench.cases.casework.is_silent
    assert bench.cases.casework.faces_pause
    hear(bench, ahead_seconds=1)
    assert not bench.cases.casework.faces_pause


async def test_a_clock_that_was_put_back_keeps_nothing_alive(bench: GateBench, client: httpx.AsyncClient):
    hear(bench, ahead_seconds=30)
    assert (await client.get(ROUTE, headers=bench.headers())).status_code == 200
    for _ in range(30):
        bench.clock.shift(1)
        hear(bench, ahead_seconds=31)
    answer = await client.get(ROUTE, headers=bench.headers())
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:rasid:problem:casework-silent")
    assert "clock" in answer.json()["detail"]


async def test_an_open_stream_ends(bench: GateBench, client: httpx.AsyncClient, desk: Desk):
    hear(bench)
    await client.get("/v1/stream", headers=bench.headers(roles=("operator",)))
    (use,) = desk.uses
    assert use.ended() is None
    bench.clock.shift(30)
    assert use.ended() == "casework"


async def test_what_shows_no_subject_data_goes_on(bench: GateBench, client: httpx.AsyncClient):
    sent = bench.headers(case=None, purpose=None, roles=("administrator",))
    assert (await client.put("/v1/cameras/cam-1", headers=sent)).status_code == 200


def test_an_unreadable_time_is_no_heartbeat():
    casework = Casework(ManualClock(), Metrics(CollectorRegistry()))
    casework.hear(CaseworkHeartbeatV1(at="yesterday", version=1))
    assert casework.is_silent
    casework.hear(CaseworkHeartbeatV1(at=utc_text(START), version=2))
    assert not casework.is_silent
