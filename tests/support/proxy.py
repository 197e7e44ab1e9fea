"""A piece of network between clients and a server: it can be cut, mended and made slow."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self

PIECE_BYTES = 64 * 1024
LOOPBACK = "127.0.0.1"


class Proxy:
    """An async context manager. `upstream` says where the server is, asked for each connection: it may move."""

    def __init__(self, upstream: Callable[[], int]) -> None:
        self._upstream = upstream
        self._is_cut = False
        self._connections: set[asyncio.Task[None]] = set()
        self.delay_seconds = 0.0
        """How long each piece waits, in both directions."""

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection ends, and a new one as soon as it is made."""
        self._is_cut = True
        for connection in self._connections:
            connection.cancel()

    def mend(self) -> None:
        self._is_cut = False

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
        back = None
        try:
            if self._is_cut:
                return
            there, back = await asyncio.open_connection(LOOPBACK, self._upstream())
            ways = [asyncio.create_task(self._pass(*way)) for way in ((reader, back), (there, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return  # the server is away: so is whoever asked for it
        finally:
            for end in (writer, back):
                if end is not None:
                    end.transport.abort()
                    with suppress(OSError):
                        await end.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE_BYTES):
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            writer.write(piece)
            await writer.drain()
