"""Headers that a proxy and a server might read differently, through the very parser that services listen with."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import uvicorn

from rasid.runtime.answers import WholeAnswers
from rasid.testing.identity import GateBench
from tests.support.eventually import eventually
from tests.unit.identity.desk import SECRET, Desk, make_app

pytestmark = pytest.mark.opens_sockets("about what arrives on one")


@pytest.fixture
async def port(bench: GateBench) -> AsyncIterator[int]:
    config = uvicorn.Config(make_app(bench, Desk()), port=0, http=WholeAnswers, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


def in_order(bench: GateBench) -> dict[bytes, bytes]:
    """The three headers that decide, each with the value that is right."""
    return {name.encode(): value.encode() for name, value in bench.headers().items()}


async def sent(port: int, *lines: bytes) -> bytes:
    """All that comes back to a request with these header lines."""
    head = [b"GET /v1/alerts HTTP/1.1", b"Host: desk", b"Connection: close", *lines]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\r\n".join(head) + b"\r\n\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


Spell = Callable[[bytes, bytes], list[bytes]]
READ: dict[str, Spell] = {
    "as usual": lambda name, value: [name + b": " + value],
    "no space, small letters": lambda name, value: [name.lower() + b":" + value],
    "spaces before the value, capitals": lambda name, value: [name.upper() + b": \t " + value],
}
REFUSED: dict[str, Spell] = {
    "not at all": lambda _name, _value: [],
    "twice": lambda name, value: [name + b": " + value] * 2,
    "twice, once in small letters": lambda name, value: [name + b": " + value, name.lower() + b": " + value],
    "after another": lambda name, value: [name + b": other", name + b": " + value],
    "before another": lambda name, value: [name + b": " + value, name + b": other"],
    "before an empty one": lambda name, value: [name + b": " + value, name + b":"],
    "as a list": lambda name, value: [name + b": " + value + b", " + value],
    "folded under another": lambda name, value: [name + b": other\r\n " + value],
    "folded over another": lambda name, value: [name + b": " + value + b"\r\n\tother"],
    "folded under nothing": lambda name, value: [name + b":\r\n " + value],
    "folded into another header": lambda name, value: [b"X-Nothing: 1\r\n " + name + b": " + value],
    "a space before the colon": lambda name, value: [name + b" : " + value],
    "a tab before the colon": lambda name, value: [name + b"\t: " + value],
    "a space before the name": lambda name, value: [b" " + name + b": " + value],
    "a strange space in the name": lambda name, value: [name + b"\xa0: " + value],
    "another name that some take for it": lambda name, value: [b"X-" + name + b": " + value],
    "underscored": lambda name, value: [b"Rasid_" + name.rpartition(b"-")[2] + b": " + value],
    "white space after it": lambda name, value: [name + b": " + value + b" \t"],
    "a null after it": lambda name, value: [name + b": " + value + b"\0"],
    "after a bare line feed": lambda name, value: [b"X-Nothing: 1\n" + name + b": " + value],
    "after another and a bare line feed": lambda name, value: [name + b": other\n" + name + b": " + value],
    "after a bare carriage return": lambda name, value: [b"X-Nothing: 1\r" + name + b": " + value],
    "after another and two carriage returns": lambda name, value: [name + b": other\r\r\n" + name + b": " + value],
    "a letter that looks alike": lambda name, value: [name + b": " + value.replace(b"e", b"\xd0\xb5", 1)],
    "in capitals": lambda name, value: [name + b": " + value.upper()],
}
each_header = pytest.mark.parametrize("name", [b"Authorization", b"Rasid-Case", b"Rasid-Purpose"], ids=bytes.decode)


async def spelled(port: int, bench: GateBench, name: bytes, spell: Spell) -> bytes:
    """What comes back when one of the three is spelled like that."""
    values = in_order(bench)
    others = [other + b": " + value for other, value in values.items() if other != name]
    return await sent(port, *others, *spell(name, values[name]))


@each_header
async def test_name_and_value_are_read_as_http_says(bench: GateBench, port: int, name: bytes):
    for how, spell in READ.items():
        assert SECRET.encode() in await spelled(port, bench, name, spell), how


@each_header
async def test_what_can_be_read_in_two_ways_discloses_nothing(bench: GateBench, port: int, name: bytes):
    for how, spell in REFUSED.items():
        answer = await spelled(port, bench, name, spell)
        assert answer[9:10] == b"4", (how, answer)
        assert SECRET.encode() not in answer, how
