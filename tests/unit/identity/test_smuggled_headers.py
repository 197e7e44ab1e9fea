"""Headers that a proxy and a server might read differently, through the very parser that services listen with."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from rasid.testing.identity import GateBench
from tests.support.eventually import eventually
from tests.unit.identity.desk import SECRET, Desk, make_app

pytestmark = pytest.mark.opens_sockets("about what arrives on one")
IN_ORDER = b"Rasid-Case: case-1"


@pytest.fixture
async def port(bench: GateBench) -> AsyncIterator[int]:
    config = uvicorn.Config(make_app(bench, Desk()), port=0, http="httptools", log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def sent(port: int, bench: GateBench, *lines: bytes, body: bytes = b"") -> bytes:
    """All that comes back to a request with these header lines beside token and purpose."""
    token = bench.headers()["Authorization"].encode()
    head = [b"GET /v1/alerts HTTP/1.1", b"Host: desk", b"Connection: close", b"Authorization: " + token]
    head += [b"Rasid-Purpose: stolen-vehicle", *lines]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\r\n".join(head) + b"\r\n\r\n" + body)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("line", [IN_ORDER, b"rasid-case:case-1", b"RASID-CASE: \t case-1"])
async def test_name_and_value_are_read_as_http_says(bench: GateBench, port: int, line: bytes):
    assert SECRET.encode() in await sent(port, bench, line)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [IN_ORDER, IN_ORDER],
        [IN_ORDER, b"rasid-case: case-1"],
        [b"Rasid-Case: case-9", IN_ORDER],
        [IN_ORDER, b"Rasid-Case:"],
        [b"Rasid-Case: case-1, case-1"],
        [b"Rasid-Case: case-9\r\n case-1"],
        [b"Rasid-Case: case-1\r\n\tcase-9"],
        [b"Rasid-Case:\r\n case-1"],
        [b"X-Nothing: 1\r\n Rasid-Case: case-1"],
        [b"Rasid-Case : case-1"],
        [b" Rasid-Case: case-1"],
        [b"Rasid-Case\t: case-1"],
        [b"Rasid_Case: case-1"],
        [b"Rasid-Case: case-1\0"],
        [b"Rasid-Case: case-9\nRasid-Case: case-1"],
        [b"X-Nothing: 1\nRasid-Case: case-1"],
        [b"X-Nothing: 1\rRasid-Case: case-1"],
        [b"Rasid-Case: case-9\r\r\nRasid-Case: case-1"],
        [b"Rasid-Case\xa0: case-1"],
        [b"Rasid-Case: \xd0\xb0ase-1"],
        [b"Rasid-Case: CASE-1"],
    ],
    ids=repr,
)
async def test_what_can_be_read_in_two_ways_discloses_nothing(bench: GateBench, port: int, lines: list[bytes]):
    answer = await sent(port, bench, *lines)
    assert answer[9:10] == b"4", answer
    assert SECRET.encode() not in answer


async def test_a_request_inside_anothers_body_is_none(bench: GateBench, port: int):
    token = bench.headers()["Authorization"].encode()
    inner = (
        b"GET /v1/alerts HTTP/1.1\r\nHost: desk\r\nAuthorization: " + token + b"\r\nRasid-Case: case-1\r\n"
        b"Rasid-Purpose: stolen-vehicle\r\n\r\n"
    )
    chunked = b"0\r\n\r\n" + inner
    for lines in (
        [b"Content-Length: %d" % len(inner)],
        [b"Content-Length: %d" % len(chunked), b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 3"],
        [b"Content-Length: 0", b"Content-Length: %d" % len(inner)],
        [b"Transfer-Encoding: xchunked"],
        [b"Transfer-Encoding : chunked"],
    ):
        answer = await sent(port, bench, *lines, body=chunked if b"chunked" in b"".join(lines) else inner)
        assert SECRET.encode() not in answer, lines
