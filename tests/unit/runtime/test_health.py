"""The three routes that tell how a process is."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from rasid.runtime.health import Readiness, health_router
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Watchdog
from rasid.testing.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watchdog(clock: ManualClock) -> Watchdog:
    return Watchdog(clock)


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


@pytest.fixture
async def client(readiness: Readiness, watchdog: Watchdog, metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(health_router(readiness, watchdog, metrics.registry))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_process_is_alive_until_a_part_of_it_is_stuck(client, watchdog: Watchdog, clock: ManualClock):
    watchdog.pulse("loop", 60)
    answer = await client.get("/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True, "stuck": []})
    clock.shift(61)
    answer = await client.get("/live")
    assert (answer.status_code, answer.json()) == (503, {"live": False, "stuck": ["loop"]})


async def test_a_process_is_ready_when_no_part_waits(client, readiness: Readiness):
    assert (await client.get("/ready")).status_code == 200
    readiness.not_ready("cases", "reads rasid.cases.v1")
    answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "waiting": {"cases": "reads rasid.cases.v1"}, "degraded": {}}
    readiness.ready("cases")
    assert (await client.get("/ready")).status_code == 200


async def test_a_part_that_does_less_does_not_take_the_process_out(client, readiness: Readiness):
    readiness.not_ready("registry", "not loaded")
    readiness.degrade("registry", "the database is away")
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "waiting": {}, "degraded": {"registry": "the database is away"}}
    readiness.not_ready("registry", "lost")
    assert (await client.get("/ready")).json()["degraded"] == {}
    readiness.ready("registry")
    assert (await client.get("/ready")).json() == {"ready": True, "waiting": {}, "degraded": {}}


async def test_a_part_that_was_never_in_trouble_may_say_that_it_is_ready(client, readiness: Readiness):
    readiness.ready("anything")
    assert (await client.get("/ready")).status_code == 200


async def test_the_figures_are_in_prometheus_own_format(client, metrics: Metrics):
    metrics.dead_letters.labels("rasid.detections.v1", "data_invalid").inc()
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'rasid_dead_letters_total{reason="data_invalid",topic="rasid.detections.v1"} 1.0' in answer.text
