"""The live stream over HTTP: gated, told apart from answers that end, and cut when nobody takes it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.alerts import live_api
from services.alerts.app import add_routes
from services.alerts.live_api import LiveResponse
from tests.support.eventually import eventually
from tests.unit.alerts.live_bench import Live, running

STREAM = "/v1/alerts/stream"


@pytest.fixture
async def live(tmp_path) -> AsyncIterator[Live]:
    async with running(Live(tmp_path)) as started:
        yield started


@pytest.fixture
async def http(live) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_routes(app)
    app.state.gate = live.gate.gate()
    app.state.live_hub = live.hub
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://alerts") as client:
        yield client


def listeners(live: Live) -> float | None:
    return live.gate.metrics.registry.get_sample_value("rasid_alerts_live_listeners")


async def test_a_stream_is_on_record_before_its_first_byte(live, http):
    connected = asyncio.create_task(http.get(STREAM, headers=live.gate.headers()))
    await eventually(lambda: listeners(live) == 1)
    await live.ring("alert-1")
    await eventually(lambda: live.records.written)
    live.hub.close()
    answer = await connected
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    assert answer.text.startswith("id: ")
    assert [record.stage for record in live.gate.records()] == ["intent"]
    assert listeners(live) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"case": None}, 403), ({"case": "case-9"}, 403), ({"roles": ("administrator",)}, 403)],
)
async def test_nobody_listens_without_a_token_a_case_and_a_role(live, http, headers, status):
    answer = await http.get(STREAM, headers=live.gate.headers(**headers) if headers else {})
    assert answer.status_code == status
    assert not listeners(live)


@pytest.mark.expects_errors("audit record")
async def test_nobody_listens_while_the_audit_log_is_away(live, http):
    live.gate.publisher.is_away = True
    assert (await http.get(STREAM, headers=live.gate.headers())).status_code == 503
    assert not listeners(live)


async def test_a_service_that_stops_takes_no_new_listeners(live, http):
    live.hub.close()
    answer = await http.get(STREAM, headers=live.gate.headers())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_someone_who_takes_nothing_any_more_is_left_alone(live, monkeypatch):
    monkeypatch.setattr(live_api, "FAREWELL_SECONDS", 0.01)
    stuck = asyncio.Event()

    async def send(message):
        if message["type"] == "http.response.body":
            stuck.set()
            await asyncio.Event().wait()

    async def receive():
        await asyncio.Event().wait()

    response = LiveResponse(live.hub, live.hub.join(live.use(), None))
    serving = asyncio.create_task(response({"type": "http"}, receive, send))
    await stuck.wait()
    live.gate.put_case("case-1", version=3, state="closed")
    await live.tick(1)
    await serving
    assert listeners(live) == 0


async def test_someone_who_goes_away_is_forgotten(live):
    gone = asyncio.Event()

    async def send(message):
        pass

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    response = LiveResponse(live.hub, live.hub.join(live.use(), None))
    serving = asyncio.create_task(response({"type": "http"}, receive, send))
    await eventually(lambda: listeners(live) == 1)
    gone.set()
    await serving
    assert listeners(live) == 0
