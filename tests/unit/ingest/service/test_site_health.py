"""What a site's power and link controller reports: by its own credential, about its own site, once."""

from datetime import timedelta

import httpx
import pytest

from rasid.contract.topics import DEVICE_HEALTH
from tests.unit.ingest.service.test_registry import SITE

PATH = "/v1/sites/bridge/health"
REPORT = {"power_source": "battery", "battery_percent": 71.5, "link": "degraded"}


@pytest.fixture
async def password(ingest):
    await ingest.ask("PUT", "/v1/sites/bridge", json=SITE)
    await ingest.ask("PUT", "/v1/sites/market", json=SITE)
    return (await ingest.ask("POST", "/v1/sites/bridge/credential")).json()["password"]


async def report(ingest, password, body=REPORT, *, user="bridge", path=PATH, auth=httpx.DigestAuth, **options):
    content = {"json": body} if isinstance(body, dict) else {"content": body}
    async with ingest.client(auth=auth(user, password)) as client:
        return await client.post(path, **content, **options)


@pytest.mark.parametrize("auth", [httpx.DigestAuth, httpx.BasicAuth])
async def test_a_report_is_an_event_of_the_site(ingest, password, auth):
    answer = await report(ingest, password, auth=auth)
    assert answer.status_code == 200
    [event] = [one for one in ingest.bus.events if one.type == "site.health"]
    assert answer.json() == {"accepted": [event.id], "refused": [], "warnings": []}
    data = event.data
    assert (event.key, event.subject) == ("bridge", "bridge")
    assert (data.power_source, data.battery_percent, data.link) == ("battery", 71.5, "degraded")
    assert data.captured_at == data.received_at
    assert data.vendor_time is None


async def test_the_same_report_of_a_minute_is_one_event_and_later_it_is_another(ingest, password):
    first, again = [(await report(ingest, password)).json()["accepted"] for _ in range(2)]
    other = (await report(ingest, password, REPORT | {"battery_percent": 70})).json()["accepted"]
    await ingest.clock.advance(60)
    later = (await report(ingest, password)).json()["accepted"]
    assert first == again
    assert len({*first, *other, *later}) == 3


async def test_a_time_of_the_controllers_own_dates_the_report_and_is_doubted_as_a_cameras(ingest, password):
    now = ingest.clock.now()
    answer = await report(ingest, password, REPORT | {"at": (now - timedelta(seconds=20)).isoformat()})
    assert answer.json()["warnings"] == []
    wrong = await report(ingest, password, REPORT | {"at": (now + timedelta(days=400)).isoformat()})
    assert wrong.json()["warnings"] == ["time_in_future"]
    first, second = [one.data for one in ingest.bus.events if one.type == "site.health"]
    assert first.captured_at < first.received_at
    assert second.vendor_time.endswith("+00:00")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "says nothing"),
        ({"at": "2026-03-01T08:00:00Z"}, "says nothing"),
        ({"battery_percent": 101}, "battery_percent"),
        ({"battery_percent": "full"}, "battery_percent"),
        ({"power_source": "steam"}, "power_source"),
        ({"link": "up", "at": "2026-03-01T08:00:00"}, "at"),
        ({"link": "up", "colour": "red"}, "colour"),
        (b"", "JSON"),
        (b'{"battery_percent": NaN}', "battery_percent"),
        (b"<html>", "JSON"),
    ],
)
async def test_what_is_no_report_is_refused_with_what_to_mend(ingest, password, body, words):
    answer = await report(ingest, password, body)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert [one for one in ingest.bus.events if one.type == "site.health"] == []


async def test_a_controller_speaks_for_its_own_site_only(ingest, password):
    assert (await report(ingest, "wrong")).status_code == 401
    assert (await report(ingest, password, path="/v1/sites/market/health")).status_code == 403
    assert (await report(ingest, password, path="/v1/sites/nowhere/health")).status_code == 403
    assert ingest.metric("rasid_ingest_camera_refusals_total", reason="other_camera") == 2
    async with ingest.client() as client:
        answer = await client.post(PATH, json=REPORT)
    assert answer.status_code == 401
    assert "Digest" in answer.headers["www-authenticate"]


async def test_an_administrator_sees_who_was_refused(ingest, password):
    await report(ingest, "wrong", auth=httpx.BasicAuth)
    await report(ingest, "wrong", auth=httpx.BasicAuth)
    async with ingest.client(auth=httpx.BasicAuth("cam-9", "x")) as client:
        await client.post("/v1/cameras/cam-9/events", content=b"x")
    found = (await ingest.ask("GET", "/v1/refused-senders")).json()
    assert [(one["claimed"], one["reason"], one["count"]) for one in found["items"]] == [
        ("cam-9", "unknown_camera", 1),
        ("bridge", "bad_credential", 2),
    ]
    assert (found["process"], found["since"]) == ("ingest-1:8801", "2026-03-01T08:00:00Z")
    async with ingest.client() as client:
        assert (await client.get("/v1/refused-senders", headers=ingest.bench.headers())).status_code == 403


async def test_a_cameras_credential_opens_no_site_and_a_sites_no_camera(ingest, password):
    async with ingest.client(auth=httpx.BasicAuth("bridge", password)) as client:
        assert (await client.post("/v1/cameras/bridge/events", content=b"x")).status_code == 401
    async with ingest.camera("cam-1", httpx.BasicAuth) as client:
        assert (await client.post("/v1/sites/cam-1/health", json=REPORT)).status_code == 401


async def test_a_new_credential_is_noted_and_a_revoked_one_ends_at_once(ingest, password):
    assert (await report(ingest, password)).status_code == 200
    assert (await ingest.ask("DELETE", "/v1/sites/bridge/credential")).status_code == 204
    assert (await report(ingest, password)).status_code == 401
    assert (await ingest.ask("POST", "/v1/sites/nowhere/credential")).status_code == 404


async def test_without_a_broker_or_a_registry_the_answer_is_an_honest_503(ingest, password):
    ingest.bus.is_away = True
    refused = await report(ingest, password, auth=httpx.BasicAuth)
    ingest.bus.is_away = False
    ingest.store.controllers.is_loaded = False
    starting = await report(ingest, password, auth=httpx.BasicAuth)
    assert (refused.status_code, starting.status_code) == (503, 503)
    assert refused.headers["retry-after"]
    assert starting.headers["retry-after"]


async def test_a_report_that_is_too_large_is_refused(ingest, password):
    assert (await report(ingest, password, b" " * 70_000)).status_code == 413


def test_the_event_is_on_the_topic_of_health():
    assert "ingest" in DEVICE_HEALTH.producers
