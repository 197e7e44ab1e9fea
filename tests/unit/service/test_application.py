"""A service's application sends nothing about its requests anywhere by itself."""

from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, Tracer, TracerProvider

from rasid.runtime.serve import Lifecycle
from rasid.runtime.settings import ServiceSettings
from rasid.service.application import make_app
from rasid.service.tools import make_tools


class Watching(TracerProvider):
    """What a distribution of OpenTelemetry would put into the process."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_tracer(self, instrumenting_module_name: str, *_args: object, **_more: object) -> Tracer:
        self.asked.append(instrumenting_module_name)
        return NoOpTracer()


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Watching:
    provider = Watching()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    return provider


async def live(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        await client.get("/live")


async def test_a_tracer_in_the_process_sees_the_requests_of_any_other_application(watching: Watching):
    app = FastAPI()

    @app.get("/live")
    async def is_live() -> dict[str, str]:
        return {}

    await live(app)
    assert watching.asked


async def test_and_none_of_a_service(watching: Watching):
    async def assemble(_app: FastAPI, _stack: AsyncExitStack) -> None:
        raise AssertionError("nothing is started here")

    tools = make_tools("example", ServiceSettings.model_construct(), Lifecycle())
    await live(make_app(tools, description="An example.", add_routes=lambda _: None, assemble=assemble))
    assert not watching.asked
