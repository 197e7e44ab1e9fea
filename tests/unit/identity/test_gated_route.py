"""Declaring a route: forgetting the gate is not possible, and OpenAPI says what to send."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Form, Request, WebSocket
from fastapi.staticfiles import StaticFiles
from structlog.testing import capture_logs

from rasid.errors import ConfigurationError
from rasid.identity.gate import GatedRoute, gated
from rasid.testing.identity import GateBench
from tests.support.openapi import stale_public_routes, ungated_routes
from tests.unit.identity.desk import CONSULT, Desk, Use, client_of, make_app


async def nothing() -> None:
    """A handler."""


@pytest.mark.parametrize("extra", [None, {}, {"x-other": 1}, {"parameters": []}])
def test_a_route_that_does_not_say_what_it_discloses_fails_when_it_is_declared(extra: dict[str, Any] | None):
    router = APIRouter(route_class=GatedRoute)
    with pytest.raises(ConfigurationError, match="/alerts stands on a gated router"):
        router.get("/alerts", openapi_extra=extra)(nothing)


@pytest.mark.parametrize(
    "declared",
    [
        {"operation": "read", "subject": "alert", "purpose": True},
        {"operation": "consult", "subject": "alarm", "purpose": True},
        {"operation": "consult", "subject": "alert", "purpose": False},
        {"operation": "consult", "subject": "face", "purpose": False},
    ],
)
def test_a_declaration_the_policy_does_not_know_or_without_a_purpose_fails(declared: dict[str, Any]):
    with pytest.raises(ConfigurationError):
        gated(**declared)


def test_openapi_says_what_to_send_and_what_may_come_back(bench: GateBench):
    document = make_app(bench, Desk()).openapi()
    consult = document["paths"]["/v1/alerts"]["get"]
    headers = {one["name"]: one for one in consult["parameters"] if one["in"] == "header"}
    assert set(headers) == {"Rasid-Case", "Rasid-Purpose"}
    assert all(one["required"] and one["description"] for one in headers.values())
    assert consult["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {"200", "400", "401", "403", "422", "503"} <= set(consult["responses"])
    assert "HTTPValidationError" not in str(document)
    assert consult["x-rasid-gate"]["subject"] == "alert"
    change = document["paths"]["/v1/cameras/{camera_id}"]["put"]
    assert [one["name"] for one in change["parameters"]] == ["camera_id"]
    assert change["security"] == [{"token": []}]


async def test_the_record_names_the_route_with_the_prefixes_it_was_included_by(bench: GateBench):
    inner = APIRouter(prefix="/alerts", route_class=GatedRoute)

    @inner.get("/{alert_id}", openapi_extra=CONSULT)
    async def read(alert_id: str, use: Use) -> str:
        use.shown(count=1)
        return alert_id

    outer = APIRouter(prefix="/v2")
    outer.include_router(inner)
    app = FastAPI()
    app.include_router(outer, prefix="/api")
    bench.install(app)
    async with client_of(app) as client:
        answer = await client.get("/api/v2/alerts/a-1", headers=bench.headers())
    assert answer.status_code == 200
    assert {record.route for record in bench.records()} == {"GET /api/v2/alerts/{alert_id}"}
    assert ungated_routes(app) == []


def test_every_way_to_add_a_route_outside_the_gate_is_found(bench: GateBench, tmp_path: Any):
    app = make_app(bench, Desk())
    assert ungated_routes(app) == []
    plain = APIRouter(prefix="/plain")
    plain.get("/one")(nothing)
    app.include_router(plain, prefix="/v1")
    app.add_api_route("/two", nothing, methods=["POST", "PUT"])
    app.add_route("/three", nothing)
    app.mount("/files", StaticFiles(directory=tmp_path))
    app.get("/hidden", include_in_schema=False)(nothing)

    @app.websocket("/socket")
    async def socket(connection: WebSocket) -> None:
        await connection.accept()

    assert ungated_routes(app) == [
        "APIWEBSOCKETROUTE /socket",
        "GET /hidden",
        "GET /three",
        "GET /v1/plain/one",
        "MOUNT /files",
        "POST /two",
        "PUT /two",
    ]
    allowed = {"GET /hidden": "a page without data", "POST /two": "cameras have their own credential"}
    assert "GET /hidden" not in ungated_routes(app, allowed)


def test_a_public_list_that_no_longer_fits_is_found(bench: GateBench):
    app = make_app(bench, Desk())
    app.get("/open")(nothing)
    public = {"GET /open": " ", "GET /gone": "was there once", "GET /v1/alerts": "is gated by now"}
    assert stale_public_routes(app, public) == ["GET /open", "GET /gone", "GET /v1/alerts"]
    assert stale_public_routes(app, {"GET /open": "a page without data"}) == []


async def test_a_handler_reads_forms_and_raw_bodies_as_it_would_without_the_gate(bench: GateBench):
    router = APIRouter(route_class=GatedRoute)
    registry = gated(operation="alter", subject="registry", purpose=False, max_body_bytes=64)

    @router.post("/form", openapi_extra=registry)
    async def form(name: Annotated[str, Form()], use: Use) -> str:
        use.shown(count=1)
        return name

    @router.post("/raw", openapi_extra=registry)
    async def raw(request: Request, use: Use) -> str:
        use.shown(count=1)
        return b"".join([chunk async for chunk in request.stream()]).decode()

    app = FastAPI()
    app.include_router(router)
    bench.install(app)
    sent = bench.headers(case=None, purpose=None, roles=("administrator",))
    async with client_of(app) as client:
        assert (await client.post("/form", data={"name": "gate"}, headers=sent)).json() == "gate"
        assert (await client.post("/raw", content=b"a,b", headers=sent)).json() == "a,b"
        assert (await client.post("/raw", content=b"x" * 64, headers=sent)).status_code == 200
        assert (await client.post("/raw", content=b"x" * 65, headers=sent)).status_code == 413
        assert (await client.post("/raw", content=_chunked(), headers=sent)).status_code == 413


async def _chunked() -> Any:
    for _ in range(20):
        yield b"x" * 10


async def test_a_disclosure_outside_the_gate_is_a_fault(bench: GateBench):
    app = FastAPI()

    @app.get("/open")
    async def open_route(use: Use) -> str:
        return use.caller.subject

    bench.install(app)
    async with client_of(app) as client:
        with capture_logs():
            answer: httpx.Response = await client.get("/open", headers=bench.headers())
    assert answer.status_code == 500


async def test_a_body_that_streams_is_read_by_its_handler_and_only_after_the_caller_was_let_in(bench: GateBench):
    router = APIRouter(prefix="/v1", route_class=GatedRoute)
    steps: list[str] = []

    @router.put("/clip", openapi_extra=gated(operation="collect", subject="clip", purpose=True, body_streams=True))
    async def put(request: Request, use: Use) -> int:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
        use.shown(count=1)
        return size

    async def chunks() -> AsyncIterator[bytes]:
        steps.append(",".join(record.stage for record in bench.records()))
        for _ in range(3):
            yield bytes(1_000_000)

    app = bench.install(FastAPI())
    app.include_router(router)
    async with client_of(app) as client:
        taken = await client.put("/v1/clip", content=chunks(), headers=bench.headers())
        assert (taken.status_code, taken.json()) == (200, 3_000_000)
        assert steps == ["intent"]
        refused = await client.put("/v1/clip", content=chunks(), headers=bench.headers(roles=("auditor",)))
        anyone = await client.put("/v1/clip", content=chunks())
    assert (refused.status_code, anyone.status_code) == (403, 401)
    assert len(steps) == 1
    assert [record.stage for record in bench.records()] == ["intent", "result", "result"]
