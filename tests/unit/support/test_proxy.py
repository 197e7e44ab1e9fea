"""The piece of network that the campaign ill-treats: whole, cut, hanging, slow and whole again."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from tests.support.eventually import eventually
from tests.support.proxy import LOOPBACK, PIECE_BYTES, Proxy

pytestmark = pytest.mark.opens_sockets("a proxy is made of them")

BIG = bytes(range(256)) * 4096
SLOW_SECONDS = 0.15


async def echo(reader, writer):
    """What comes back, until the other side has no more."""
    while piece := await reader.read(PIECE_BYTES):
        writer.write(piece)
        await writer.drain()
    writer.close()


@pytest.fixture
async def proxy():
    server = await asyncio.start_server(echo, LOOPBACK, 0)
    async with server, Proxy(lambda: server.sockets[0].getsockname()[1]) as proxy:
        yield proxy


@asynccontextmanager
async def client(proxy):
    reader, writer = await asyncio.open_connection(LOOPBACK, proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def says(reader, writer, text=b"hello"):
    writer.write(text)
    await writer.drain()
    return await reader.readexactly(len(text))


async def test_it_hands_on_everything_both_ways(proxy):
    async with client(proxy) as (reader, writer):
        writer.write(BIG)
        assert await reader.readexactly(len(BIG)) == BIG


async def test_what_a_server_says_last_arrives_before_it_hangs_up():
    async def last_words(_reader, writer):
        writer.write(BIG)
        writer.close()

    server = await asyncio.start_server(last_words, LOOPBACK, 0)
    async with server, Proxy(lambda: server.sockets[0].getsockname()[1]) as proxy, client(proxy) as (reader, _):
        assert await reader.read(-1) == BIG


async def test_a_cut_resets_connections_and_lets_no_new_one_be_until_it_is_mended(proxy):
    async with client(proxy) as (reader, writer), client(proxy) as (other, second):
        assert await says(reader, writer) == b"hello"
        proxy.cut()
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await says(reader, writer)
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await says(other, second)
    async with client(proxy) as (reader, writer):
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await says(reader, writer)
    proxy.mend()
    async with client(proxy) as (reader, writer):
        assert await says(reader, writer) == b"hello"


async def test_what_hangs_says_nothing_and_goes_on_where_it_was(proxy):
    async with client(proxy) as (reader, writer):
        assert await says(reader, writer) == b"hello"
        proxy.hang()
        async with client(proxy) as (new, newer):
            answers = [asyncio.create_task(says(reader, writer)), asyncio.create_task(says(new, newer))]
            done, _ = await asyncio.wait(answers, timeout=0.1)
            assert not done
            proxy.mend()
            assert await asyncio.gather(*answers) == [b"hello", b"hello"]


async def test_slow_is_a_delay_each_way_and_not_a_narrow_pipe(proxy):
    async with client(proxy) as (reader, writer):
        proxy.delay_seconds = SLOW_SECONDS
        began = time.monotonic()
        writer.write(BIG)
        assert await reader.readexactly(len(BIG)) == BIG
        assert 2 * SLOW_SECONDS <= time.monotonic() - began < 2 * SLOW_SECONDS * len(BIG) / PIECE_BYTES / 2
        proxy.delay_seconds = 0.0
        assert await says(reader, writer) == b"hello"


async def test_a_server_that_is_away_is_a_connection_that_ends():
    async with Proxy(lambda: 1) as proxy, client(proxy) as (reader, _):
        assert await reader.read() == b""


async def test_nothing_of_it_is_left_when_it_ends(proxy):
    async with Proxy(lambda: proxy.port) as before, client(before) as (reader, writer):
        assert await says(reader, writer) == b"hello"
        before.hang()
    await eventually(lambda: not before._connections, 5, "every connection has ended")
