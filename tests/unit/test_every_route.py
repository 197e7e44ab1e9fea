"""Every route of every service is behind the gate, or stands on its service's short list with the reason."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry

import services
from rasid.identity.admission import Gated
from rasid.identity.gate import EXTENSION, GatedRoute
from rasid.identity.kinds import SUBJECT_DATA
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness, health_router
from rasid.runtime.watchdog import Watchdog
from tests.support.openapi import stale_public_routes, ungated_routes

# A service that is not there yet adds itself by being there.
SERVICES = sorted(one.name for one in iter_modules(services.__path__) if one.ispkg)
each_service = pytest.mark.parametrize("name", SERVICES)


def app_of(name: str) -> FastAPI:
    app = FastAPI()
    import_module(f"services.{name}.app").add_routes(app)
    app.include_router(health_router(Readiness(), Watchdog(SystemClock()), CollectorRegistry()))
    return app


def public_routes_of(name: str) -> Mapping[str, str]:
    """The list of the one file that has it; none: nothing is public but what always is."""
    folder = Path(str(import_module(f"services.{name}").__path__[0]))
    files = [path.stem for path in folder.glob("*.py") if "PUBLIC_ROUTES" in path.read_text(encoding="utf-8")]
    lists = [import_module(f"services.{name}.{file}").PUBLIC_ROUTES for file in files]
    assert len(lists) < 2, f"{name} has more than one list of public routes"
    return lists[0] if lists else {}


def gates_of(app: FastAPI) -> dict[str, tuple[Gated, dict[str, Any]]]:
    """`METHOD /path` of what is gated, with what it declares and its OpenAPI operation."""
    described = app.openapi()["paths"]
    found = {}
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, GatedRoute):
            for method in (context.methods or set()) - {"HEAD"}:
                operation = described[context.path][method.lower()]
                found[f"{method} {context.path}"] = (context.original_route.gated, operation)
    return found


def test_all_four_services_are_looked_at():
    assert {"ingest", "alerts", "search", "archive"} <= set(SERVICES)


@each_service
def test_every_route_is_behind_the_gate_or_public_with_the_reason(name: str):
    app, public = app_of(name), public_routes_of(name)
    assert ungated_routes(app, public) == []
    assert stale_public_routes(app, public) == []
    assert all(len(reason) > 10 for reason in public.values())


@each_service
def test_whatever_discloses_asks_for_a_case_and_a_purpose_and_says_so(name: str):
    for route, (gated, operation) in gates_of(app_of(name)).items():
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header" and one["required"]}
        asks = {"Rasid-Case", "Rasid-Purpose"} <= headers
        is_a_machine_s = gated.scope is not None
        assert asks == gated.purpose, route
        assert gated.purpose or gated.subject not in SUBJECT_DATA or is_a_machine_s, route
        assert operation[EXTENSION]["operation"] == gated.operation, route


@each_service
def test_every_gated_route_asks_for_a_token_and_says_how_it_refuses(name: str):
    for route, (_, operation) in gates_of(app_of(name)).items():
        assert {"token": []} in operation["security"], route
        assert {"400", "401", "403", "422", "429", "503"} <= operation["responses"].keys(), route


@each_service
def test_what_changes_something_is_not_declared_as_looking(name: str):
    looks = {"consult"}
    for route, (gated, _) in gates_of(app_of(name)).items():
        if route.startswith(("PUT ", "PATCH ", "DELETE ")):
            assert gated.operation not in looks, route
        if route.startswith("GET "):
            assert gated.operation in looks, route
