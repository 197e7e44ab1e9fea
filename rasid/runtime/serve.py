"""Runs a service's HTTP application until it is told to stop, and stops it in order.

Order of a stop: streams are told first (they would otherwise hold their connections until the time limit), open
requests finish, then the application's lifespan takes the consumers and stores down.
"""

import asyncio
import contextlib
import gc
import math
import signal
import sys
from collections.abc import Callable, Iterator
from socket import socket

import uvicorn
from starlette.types import ASGIApp

from rasid.errors import ConfigurationError
from rasid.runtime import log
from rasid.runtime.answers import WholeAnswers
from rasid.runtime.settings import ProcessSettings

EXIT_FAILED = 1
EXIT_CONFIGURATION = 78
KEEP_ALIVE_SECONDS = 75
BACKLOG = 2048
# A request, and the batches a consumer has in hand, are tens of thousands of objects that go without the collector's
# help: it need not look through them while they live.
YOUNG_OBJECTS = 50_000


class Lifecycle:
    """How the parts of a process tell one another that it ends."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.exit_code = 0
        self._server: uvicorn.Server | None = None

    def attach(self, server: uvicorn.Server) -> None:
        """The server that a failing part stops; one that failed before there was a server stops it at once."""
        self._server = server
        server.should_exit = self.exit_code != 0

    def fail(self) -> None:
        """A part failed: stop in order, and end with an error."""
        self._end(EXIT_FAILED)

    def refuse(self, error: ConfigurationError) -> None:
        """The process cannot run as it is configured: say how to mend it, and stop in order."""
        self._end(refuse(error))

    def _end(self, exit_code: int) -> None:
        self.exit_code = self.exit_code or exit_code
        if self._server is not None:
            self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, lifecycle: Lifecycle) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        _settle()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._lifecycle.stopping.set()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, without raising the signal again afterwards: an orderly stop is a success."""
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(service: str, settings: ProcessSettings, create_app: Callable[[Lifecycle], ASGIApp]) -> int:
    """Serve until SIGINT, SIGTERM or the failure of a part; returns the exit code of the process."""
    log.configure(settings.log_level, service)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(settings, create_app))


def refuse(error: ConfigurationError) -> int:
    """Say why the process cannot start and how to mend it; returns the exit code."""
    sys.stderr.write(f"rasid cannot start: {error}\n")
    return EXIT_CONFIGURATION


async def _serve(settings: ProcessSettings, create_app: Callable[[Lifecycle], ASGIApp]) -> int:
    lifecycle = Lifecycle()
    config = uvicorn.Config(
        create_app(lifecycle),
        host=settings.host,
        port=settings.port,
        http=WholeAnswers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies.strip()),
        forwarded_allow_ips=settings.proxies,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        lifespan="on",
    )
    server = _Server(config, lifecycle)
    lifecycle.attach(server)
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way to end when the start fails; it has logged why
        return lifecycle.exit_code or EXIT_FAILED
    is_clean = server.started and not server.lifespan.should_exit
    return lifecycle.exit_code or (0 if is_clean else EXIT_FAILED)


def _settle() -> None:
    """Tell the garbage collector that what the start made stays: going through all of it again stops the loop."""
    gc.collect()
    gc.freeze()
    gc.enable()  # it rests since `rasid.runtime.loading`
    gc.set_threshold(YOUNG_OBJECTS)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    import uvloop  # noqa: PLC0415 - only a serving process needs it

    return uvloop.new_event_loop
