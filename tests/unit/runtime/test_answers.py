"""An answer leaves in one piece, and nothing waits for what is not there yet."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from uvicorn.server import ServerState

from rasid.runtime.answers import WholeAnswers
from tests.support.eventually import eventually

SECONDS = 10


class Transport:
    """A client's connection: what was sent, each piece as it left."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        assert not self.closing
        self.sent.append(data)

    def writelines(self, pieces: Sequence[bytes]) -> None:
        self.write(b"".join(pieces))

    def close(self) -> None:
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def get_extra_info(self, name: str) -> Any:
        return {"peername": ("192.0.2.1", 4000), "sockname": ("192.0.2.2", 80)}.get(name)


class Connected:
    """The protocol on a transport of the test, in front of three routes."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        routes = [Route("/short", self.short), Route("/empty", self.empty), Route("/stream", self.stream)]
        config = uvicorn.Config(Starlette(routes=routes), lifespan="off", log_config=None)
        config.load()
        self.transport = Transport()
        self.protocol = WholeAnswers(config, ServerState(), {})
        self.protocol.connection_made(cast("asyncio.Transport", self.transport))

    async def short(self, _: Request) -> Response:
        return PlainTextResponse("a body")

    async def empty(self, _: Request) -> Response:
        return Response(status_code=204)

    async def stream(self, _: Request) -> Response:
        async def lines() -> Any:
            await self.go_on.wait()
            yield b"first"
            yield b"second"
            yield b"third"

        return StreamingResponse(lines(), headers={"content-length": "16"})

    def ask(self, path: str, *headers: str) -> None:
        head = "\r\n".join([f"GET {path} HTTP/1.1", "host: test", *headers])
        self.protocol.data_received(f"{head}\r\n\r\n".encode())

    async def sent(self, ending: bytes, times: int = 1) -> list[bytes]:
        """The pieces sent, once this has been sent so often, and at their end."""

        def is_sent() -> bool:
            sent = b"".join(self.transport.sent)
            return sent.endswith(ending) and sent.count(ending) == times

        await eventually(is_sent, SECONDS, "an answer")
        return self.transport.sent


@pytest.fixture
async def connected() -> Connected:
    return Connected()


async def test_an_answer_leaves_in_one_piece(connected: Connected) -> None:
    connected.ask("/short")
    [piece] = await connected.sent(b"a body")
    assert piece.startswith(b"HTTP/1.1 200 OK\r\n")
    connected.ask("/short")
    assert len(await connected.sent(b"a body", times=2)) == 2


async def test_an_answer_without_a_body_leaves_as_well(connected: Connected) -> None:
    connected.ask("/empty")
    [piece] = await connected.sent(b"\r\n\r\n")
    assert piece.startswith(b"HTTP/1.1 204")


async def test_the_last_answer_of_a_connection_leaves_before_it_is_closed(connected: Connected) -> None:
    connected.ask("/short", "connection: close")
    [piece] = await connected.sent(b"a body")
    assert b"connection: close" in piece
    assert connected.transport.closing


async def test_what_cannot_be_read_is_answered_before_the_connection_is_closed(connected: Connected) -> None:
    connected.protocol.data_received(b"nonsense\r\n\r\n")
    [piece] = connected.transport.sent
    assert piece.startswith(b"HTTP/1.1 400")
    assert connected.transport.closing


async def test_the_head_of_a_stream_does_not_wait_for_its_body(connected: Connected) -> None:
    connected.ask("/stream")
    [head] = await connected.sent(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    connected.go_on.set()
    assert b"".join(await connected.sent(b"third")) == head + b"firstsecondthird"


async def test_nothing_is_sent_to_a_client_that_has_gone(connected: Connected) -> None:
    connected.ask("/stream")
    await connected.sent(b"\r\n\r\n")
    connected.protocol.transport.write(b"held back")
    connected.transport.close()
    await asyncio.sleep(0)
    assert connected.transport.sent[-1].endswith(b"\r\n\r\n")
    connected.protocol.connection_lost(None)
    connected.go_on.set()
