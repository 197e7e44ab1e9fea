"""What cameras post does not go through FastAPI, and is answered as if it did."""

import httpx
import pytest

from services.ingest.app import served
from tests.unit.ingest.service.bench import PASSWORD
from tests.unit.ingest.service.payloads import anpr

PATH = "/v1/cameras/cam-1/events"
PROVED = ("cam-1", PASSWORD)


async def answered(app, path, **request):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        return await client.request(request.pop("method", "POST"), path, **{"auth": PROVED, **request})


async def asked_either_way(ingest, path, **request):
    """What is answered as the service is served, and then by FastAPI alone."""
    return await answered(served(ingest.app), path, **request), await answered(ingest.app, path, **request)


@pytest.mark.parametrize(
    ("path", "request_", "status"),
    [
        (PATH, {"content": anpr()}, 200),
        (f"{PATH}?channel=1", {"content": anpr()}, 200),
        ("/v1/cameras/cam%2D1/events", {"content": anpr()}, 200),
        (PATH, {"content": b"nonsense"}, 422),
        (PATH, {"content": b"x" * (64 * 1024 + 1)}, 413),
        ("/v1/cameras/cam-2/events", {"content": anpr()}, 403),
        ("/v1/cameras/nobody/events", {"content": anpr(), "auth": ("nobody", "guess")}, 401),
        (PATH, {"content": anpr(), "auth": ("cam-1", "guess")}, 401),
        ("/v1/cameras//events", {"content": anpr()}, 404),
        ("/v1/cameras/cam-1/eventsx", {"content": anpr()}, 404),
        (f"{PATH}/", {"content": anpr()}, 307),
        (PATH, {"method": "GET"}, 405),
        (PATH, {"method": "HEAD"}, 405),
        (PATH, {"method": "PUT", "content": anpr()}, 405),
    ],
)
async def test_a_post_is_answered_as_fastapi_would(ingest, path, request_, status):
    one, other = await asked_either_way(ingest, path, **request_)
    assert one.status_code == other.status_code == status
    assert one.headers == other.headers
    assert one.content == other.content


async def test_nothing_is_promised_either_way_while_the_broker_is_away(ingest):
    ingest.bus.is_away = True
    one, other = await asked_either_way(ingest, PATH, content=anpr())
    assert one.status_code == other.status_code == 503
    assert one.headers == other.headers
    assert one.content == other.content


@pytest.mark.expects_errors("an unexpected error")
async def test_a_fault_is_logged_with_the_route_it_was_on(ingest, monkeypatch, caplog):
    def fail(*_):
        raise KeyError("13A77777")

    monkeypatch.setattr("services.ingest.admission.Admission.admit", fail)
    answer = await answered(served(ingest.app), PATH, content=anpr())
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:rasid:problem:unexpected"
    assert "/v1/cameras/{camera_id}/events" in caplog.text
    assert "13A77777" not in caplog.text
