"""The HTTP application of a service, and the tasks that run beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

import rasid
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.health import health_router
from rasid.runtime.settings import ProcessSettings
from rasid.runtime.tasks import Tasks
from rasid.runtime.watchdog import show_life
from rasid.service.tools import Tools

Assemble = Callable[[FastAPI, AsyncExitStack], Awaitable[None]]
"""Connects and puts everything together; what is pushed on the stack ends in the opposite order."""

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own can be switched on by variables of the environment, and would send addresses and errors elsewhere."""


def make_app(
    tools: Tools[ProcessSettings], *, description: str, add_routes: Callable[[FastAPI], None], assemble: Assemble
) -> FastAPI:
    """The application; it is assembled, and connects to its engines, when its lifespan begins."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            tools.watchdog.start()
            stack.callback(tools.watchdog.stop)
            await assemble(app, stack)
            yield

    title = f"Rasid {tools.service}"
    app = FastAPI(
        title=title, description=description, version=rasid.__version__, lifespan=lifespan, telemetry=NO_TELEMETRY
    )
    add_routes(app)
    app.include_router(health_router(tools.readiness, tools.watchdog, tools.metrics.registry))
    return app


async def start_tasks(tools: Tools[ProcessSettings], verifier: TokenVerifier, stack: AsyncExitStack) -> Tasks:
    """What runs until the process ends; call it when everything is connected, so that it ends before that."""
    tasks = await start_life(tools, stack)
    tasks.start("token keys", verifier.run())
    return tasks


async def start_life(tools: Tools[ProcessSettings], stack: AsyncExitStack) -> Tasks:
    """As `start_tasks`, of a process that believes no tokens since nobody asks it for anything."""
    tasks = await stack.enter_async_context(Tasks(tools.lifecycle.fail))
    tasks.start("signs of life", show_life(tools.pulse("the event loop"), tools.clock))
    return tasks
