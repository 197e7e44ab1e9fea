"""Requests that schemathesis makes from each service's own OpenAPI document: the gate refuses, and no handler runs.

Nothing is behind the routes here but the gate, so a handler that is reached fails, and a service that is not there yet
is tried as soon as it is.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet

from rasid.identity.admission import Gated
from rasid.identity.gate import EXTENSION
from rasid.testing.identity import GateBench
from tests.support.asks import Ask, Service, open_cases
from tests.support.wrongs import FORGED, WRONG, Number, Tokens, send_wrong, wrong_with
from tests.unit.test_every_route import SERVICES, app_of, gates_of

# For each service; a night has more: RASID_MISUSE_REQUESTS=100000.
REQUESTS = int(os.environ.get("RASID_MISUSE_REQUESTS", "10000")) // 50
REFUSED = {400, 401, 403, 503}
# What a path parameter may make of an address: another one, that is not there.
ELSEWHERE = {404, 405}
# Seconds of work; a machine with much else to do takes its time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def behind_the_gate(name: str, folder: Path) -> Service:
    gate = GateBench(folder)
    open_cases(gate)
    app = app_of(name)
    app.state.gate = gate.gate()
    return Service(name, gate, app, (), lambda: None)


def wrong_for(gated: Gated, number: Number) -> dict[str, Any]:
    """What makes a request to such a route one that must be refused."""
    if gated.purpose:
        return wrong_with(number, [name for name in WRONG if name != "duty"])
    is_machines = gated.scope is not None
    # A person's token in good order, too, is wrong where machines give.
    return {"token": number.pick([*(kind for kind in FORGED if kind != "machine"), "good"] if is_machines else FORGED)}


def requests_of(app: FastAPI) -> st.SearchStrategy[Any]:
    """Any request that the document of `app` describes, to a route behind the gate."""
    # Bytes of a recording: schemathesis makes them for no type with a wildcard.
    document = json.loads(json.dumps(app.openapi()).replace('"video/*"', '"application/octet-stream"'))
    operations = [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]
    return st.one_of([one.as_strategy() for one in operations if EXTENSION in one.definition.raw])


def ask_of(case: Any) -> Ask:
    """The request without its three headers, which are ours to spoil."""
    query = "&".join(f"{name}={value}" for name, value in (case.query or {}).items() if str(value).isalnum())
    body = b"" if isinstance(case.body, NotSet) else case.body
    content = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    typed = [(b"content-type", case.media_type.encode())] if case.media_type else []
    target = case.formatted_path + (f"?{query}" if query else "")
    return Ask(f"{case.method} {case.path}", target, body=content, headers=typed)


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_is_asked_no_handler_is_reached(loop: asyncio.Runner, name: str, tmp_path: Path):
    service = behind_the_gate(name, tmp_path)
    gates, tokens = {route: gated for route, (gated, _) in gates_of(service.app).items()}, Tokens(service)
    assert gates
    sent = 0

    @settings(max_examples=REQUESTS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=requests_of(service.app), number=st.integers(0, 2**64))
    def refused(case: Any, number: int) -> None:
        nonlocal sent
        ask = ask_of(case)
        wrong = wrong_for(gates[ask.route], Number(number))
        service.gate.publisher.events.clear()
        answer = loop.run(send_wrong(service, tokens, ask, wrong))
        assert answer.status in REFUSED | ELSEWHERE, (ask, wrong, answer)
        assert not any(record.decision == "permit" for record in service.gate.records()), (ask, wrong)
        sent += 1

    refused()
    assert sent >= REQUESTS


def test_there_are_requests_for_every_gated_route_of_the_document():
    for name in SERVICES:
        app = app_of(name)
        described = {
            f"{method.upper()} {path}"
            for path, methods in app.openapi()["paths"].items()
            for method, operation in methods.items()
            if EXTENSION in operation
        }
        assert described == set(gates_of(app)), name
        assert len(list(iter_route_contexts(app.routes))) > len(described)
