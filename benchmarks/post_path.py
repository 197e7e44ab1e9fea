"""One post through all of ingest in this process, without the system and the broker: what the code itself costs.

uvicorn's protocol is fed with requests as a camera sends them (Hikvision XML, Basic), 64 of them under way at a time,
and a broker takes everything in the next turn of the event loop. The limit is an empty route that reads its body and
publishes. Processor time counts, which depends on what else the machine does too: to compare two states of the code,
run them in turn.

    python -m benchmarks.post_path
"""

import asyncio
import base64
import gc
import json
import statistics
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benchmarks._bench import machine, metrics, run
from benchmarks._load import post
from rasid.contract.codec import Message
from rasid.runtime.answers import WholeAnswers
from rasid.runtime.clock import SystemClock
from rasid.runtime.serve import KEEP_ALIVE_SECONDS, YOUNG_OBJECTS
from rasid.service.application import NO_TELEMETRY
from services.ingest.admission import Admission
from services.ingest.api import Reception
from services.ingest.app import add_routes, served
from services.ingest.credentials import new_credential
from services.ingest.devices import Device, Devices
from services.ingest.digest import Nonces
from services.ingest.door import Door
from services.ingest.intake import Intake
from services.ingest.normalize import StoredPicture
from services.ingest.payload.reading import CameraContext
from services.ingest.strangers import Strangers
from services.ingest.turn import Turn
from services.ingest.upload import Uploads
from tools.demo.hikvision import anpr_xml

CONNECTIONS = 64
POSTS = 500
ROUNDS = 15
CAMERA = CameraContext("gate-1", "gate", "Asia/Baghdad")
PASSWORD = "a password"  # noqa: S105 - of a camera that lives as long as this process
PATH = f"/v1/cameras/{CAMERA.camera_id}/events"
MIB = 1024 * 1024


class AtOnce:
    """A broker, and a store of pictures that are never sent."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Take it in the next turn."""
        del message, deadline_seconds
        await asyncio.sleep(0)

    async def keep(self, pictures: Sequence[StoredPicture], received_at: datetime) -> list[str | None]:
        """There are none."""
        del received_at
        return [None for _ in pictures]


def ingest() -> ASGIApp:
    """Ingest's own routes."""
    clock, told = SystemClock(), metrics()
    devices = Devices()
    devices.apply(Device(CAMERA, "active", (new_credential(CAMERA.camera_id, PASSWORD, clock.now()),), 1))
    devices.is_loaded = True
    nonces = Nonces(b"secret", 300)
    app = FastAPI(telemetry=NO_TELEMETRY)
    add_routes(app)
    admission = Admission(devices, nonces, unknown_password=PASSWORD[::-1], started_at=clock.now())
    app.state.reception = Reception(
        door=Door(devices, admission, nonces, Strangers("bench", clock.now()), clock, told),
        turn=Turn(time.thread_time, clock, told),
        uploads=Uploads(limit_bytes=MIB, deadline_seconds=30, memory_bytes=CONNECTIONS * MIB),
        intake=Intake(AtOnce(), AtOnce(), metrics=told, deadline_seconds=1.5),
        clock=clock,
        metrics=told,
    )
    return served(app)


def empty() -> FastAPI:
    """A route that does nothing but read its body and publish."""
    app, broker = FastAPI(), AtOnce()

    @app.post(PATH)
    async def take(request: Request) -> Response:
        await broker.publish_message(Message("topic", b"key", await request.body(), ()))
        return Response()

    return app


class Line:
    """A client's connection, which sends the next request as soon as it is answered."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._protocol = config.http_protocol_class(config, ServerState(), {})  # type: ignore[call-arg]  # as uvicorn
        self._protocol.connection_made(cast("asyncio.Transport", self))
        self._left: list[bytes] = []
        self._over = asyncio.Event()

    async def send(self, requests: Sequence[bytes]) -> None:
        """Return when all are answered 200."""
        self._left = list(requests)
        self._over.clear()
        self._next()
        await self._over.wait()

    def write(self, data: bytes) -> None:
        """An answer, or its first part; what is left of it says nothing."""
        if data.startswith(b"HTTP/"):
            assert data.startswith(b"HTTP/1.1 200 "), data
            asyncio.get_running_loop().call_soon(self._next)

    def writelines(self, pieces: Sequence[bytes]) -> None:
        """The same in pieces."""
        self.write(pieces[0])

    def is_closing(self) -> bool:
        """It stays open."""
        return False

    def get_extra_info(self, name: str) -> Any:
        """Who is where."""
        return {"peername": ("127.0.0.1", 2), "sockname": ("127.0.0.1", 1)}.get(name)

    def _next(self) -> None:
        if self._left:
            self._protocol.data_received(self._left.pop())
        else:
            self._over.set()


def lines(app: ASGIApp, http: type[HttpToolsProtocol]) -> list[Line]:
    """All connections to one application."""
    config = uvicorn.Config(
        app, http=http, lifespan="off", log_config=None, access_log=False, timeout_keep_alive=KEEP_ALIVE_SECONDS
    )
    config.load()
    return [Line(config) for _ in range(CONNECTIONS)]


async def cost(to: Sequence[Line], requests: Sequence[bytes]) -> float:
    """Microseconds of processor time a request."""
    began = time.process_time()
    await asyncio.gather(*(line.send(requests[first :: len(to)]) for first, line in enumerate(to)))
    return (time.process_time() - began) / len(requests) * 1_000_000


async def measure() -> None:
    """Measure in turn."""
    now = SystemClock().now()
    basic = base64.b64encode(f"{CAMERA.camera_id}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/xml"}
    requests = [
        post(PATH, anpr_xml(f"13A{n:05d}", captured_at=now, event_id=f"bench-{n}"), headers) for n in range(POSTS)
    ]
    to_ingest, to_empty = lines(ingest(), WholeAnswers), lines(empty(), HttpToolsProtocol)
    # As services do after their start; the empty route gains from it too.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    await cost(to_ingest, requests)
    await cost(to_empty, requests)
    rounds = [(await cost(to_ingest, requests), await cost(to_empty, requests)) for _ in range(ROUNDS)]
    figure, limit = (statistics.median(values) for values in zip(*rounds, strict=True))
    print(
        json.dumps(
            {
                "benchmark": "post_path",
                "unit": "CPU microseconds a post",
                "figure": round(figure),
                "limit": round(limit),
                "limit_is": "empty route that reads its body and publishes, with nothing beneath it either",
                "quickest": [round(min(values)) for values in zip(*rounds, strict=True)],
                "rounds": ROUNDS,
                **machine(),
            },
        ),
    )


if __name__ == "__main__":
    run(measure())
