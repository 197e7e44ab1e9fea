"""Whatever is wrong with a request: nothing that it asks for comes out, nothing changes, the refusal is on record.

Each request would be answered in full if it were in order; one to three things about it are not.
"""

import asyncio
import math
import os
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.identity.gate import GatedRoute
from tests.support.asks import PLATE, Ask, Service
from tests.support.misused import misused
from tests.support.raw_asgi import RawAnswer, RawHeaders, send_raw
from tests.support.wrongs import WRONG, Number, Tokens, check_refused, headers_of, wrong_with

# As many as `make test` has time for; a night has more: RASID_MISUSE_REQUESTS=100000.
REQUESTS = int(os.environ.get("RASID_MISUSE_REQUESTS", "10000"))
TOGETHER = 25
# Seconds of work; a machine with much else to do takes its time.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def services(loop: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Service]]:
    opened = misused(tmp_path_factory.mktemp("misused"))
    yield loop.run(opened.__aenter__())
    loop.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def signers(services: list[Service]) -> dict[str, Tokens]:
    return {service.name: Tokens(service) for service in services}


def in_order(service: Service, ask: Ask, **claims: Any) -> RawHeaders:
    """The headers with which it is answered."""
    token = service.gate.issuer.token(roles=[ask.role], **claims)
    return headers_of([f"Bearer {token}"], [("Rasid-Case", "case-1")], [("Rasid-Purpose", "stolen-vehicle")])


def test_every_route_that_needs_a_case_is_tried(services: list[Service]):
    for service in services:
        gated = {
            f"{method} {context.path}"
            for context in iter_route_contexts(service.app.routes)
            if isinstance(context.original_route, GatedRoute) and context.original_route.gated.purpose
            for method in (context.methods or set()) - {"HEAD"}
        }
        assert gated == {ask.route for ask in service.asks}, service.name


def test_each_is_answered_when_everything_is_in_order(loop: asyncio.Runner, tmp_path):
    async def answers() -> dict[str, RawAnswer]:
        found = {}
        async with misused(tmp_path) as services:
            for service in services:
                for ask in service.asks:
                    if ask.answers:
                        whole = [*ask.fixed, *in_order(service, ask)]
                        found[ask.route] = await send_raw(service.app, ask.method, ask.target, whole, ask.content)
        return found

    answered = loop.run(answers())
    assert {route: answer.body for route, answer in answered.items() if not 200 <= answer.status < 300} == {}
    assert sum(PLATE in answer.text for answer in answered.values()) > 5


def test_nothing_comes_out_and_nothing_changes(
    loop: asyncio.Runner, services: list[Service], signers: dict[str, Tokens]
):
    sent = 0

    @settings(max_examples=math.ceil(REQUESTS / TOGETHER), deadline=None)
    @given(numbers=st.lists(st.integers(0, 2**64), min_size=TOGETHER, max_size=TOGETHER))
    def refused(numbers: list[int]) -> None:
        nonlocal sent
        for number in map(Number, numbers):
            wrong = wrong_with(number)
            service = number.pick(services)
            ask = number.pick([ask for ask in service.asks if "duty" not in wrong or not ask.duty])
            loop.run(check_refused(service, signers[service.name], ask, wrong))
            sent += 1

    refused()
    assert sent >= REQUESTS


@pytest.mark.parametrize("name", WRONG)
def test_each_thing_alone_is_enough_on_every_route(
    loop: asyncio.Runner, services: list[Service], signers: dict[str, Tokens], name: str
):
    for service in services:
        for ask in service.asks:
            for value in WRONG[name] if not (name == "duty" and ask.duty) else ():
                loop.run(check_refused(service, signers[service.name], ask, {name: value}))
