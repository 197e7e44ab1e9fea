"""A piece of network between clients and a server: it can be cut, hang, be slow, and be mended."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

PIECE_BYTES = 64 * 1024
PIECES_UNDER_WAY = 64
LOOPBACK = "127.0.0.1"


class Proxy:
    """An async context manager. `upstream` says where the server is, asked for each connection: it may move."""

    def __init__(self, upstream: Callable[[], int]) -> None:
        self._upstream = upstream
        self._is_cut = False
        self._passes = asyncio.Event()
        self._passes.set()
        self._connections: set[asyncio.Task[None]] = set()
        self.delay_seconds = 0.0
        """How long each piece is under way, in both directions; those after it are under way beside it."""

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{LOOPBACK}:{self.port}"

    def cut(self) -> None:
        """Every connection is reset, and a new one as soon as it is made."""
        self._is_cut = True
        for connection in self._connections:
            connection.cancel()

    def hang(self) -> None:
        """Nothing arrives and nobody is told, as when a cable is pulled; what is under way arrives after `mend`."""
        self._passes.clear()

    def mend(self) -> None:
        """End what `cut` and `hang` began."""
        self._is_cut = False
        self._passes.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._connect(reader, writer))
        self._connections.add(connection)
        await asyncio.wait([connection])
        self._connections.discard(connection)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            if not self._is_cut:
                there, back = await asyncio.open_connection(LOOPBACK, self._upstream())
                ends.append(back)
                await self._both_ways((reader, back), (there, writer))
                for end in ends:
                    end.close()  # unlike an abort, after what was written
                    await end.wait_closed()
        except OSError:
            return  # the server is away: so is whoever asked for it
        finally:
            for end in ends:
                end.transport.abort()
                with suppress(OSError):
                    await end.wait_closed()

    async def _both_ways(self, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Until one side hangs up."""
        tasks = [asyncio.create_task(self._pass(*way)) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(PIECES_UNDER_WAY)
        taking = asyncio.create_task(self._take(reader, pieces))
        try:
            await self._give(pieces, writer)
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, pieces: asyncio.Queue[tuple[float, bytes]]) -> None:
        now = asyncio.get_running_loop().time
        piece = b"the first"
        while piece:
            try:
                piece = await reader.read(PIECE_BYTES)
            except OSError:
                piece = b""
            await pieces.put((now() + self.delay_seconds, piece))

    async def _give(self, pieces: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        """Hand on each piece when it is due; an empty one is the end."""
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            await self._passes.wait()
            if not piece:
                return
            writer.write(piece)
            await writer.drain()
