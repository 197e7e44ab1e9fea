"""A man in the middle: passes bytes between clients and a server, and does to the answers what he is told."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

PIECE_BYTES = 16 * 1024


class Tampering:
    """An async context manager; `address` is the server's, through it.

    Of all bytes that come back over a connection, that at `flip_at` is changed, and the connection ends at `stop_at`;
    with `drip_seconds`, they come one by one, so far apart.
    """

    def __init__(self, address, *, flip_at=None, stop_at=None, drip_seconds=0.0):
        parts = urlsplit(address)
        self._upstream = (parts.hostname, parts.port)
        self.flip_at = flip_at
        self._stop_at = stop_at
        self.drip_seconds = drip_seconds
        self.flipped = 0
        self._serving = set()
        self._over = asyncio.Event()

    @property
    def address(self):
        return "http://{}:{}".format(*self._server.sockets[0].getsockname()[:2])

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        self._over.set()
        await asyncio.gather(*self._serving)

    async def _serve(self, reader, writer):
        self._serving.add(asyncio.current_task())
        there, back = await asyncio.open_connection(*self._upstream)
        try:
            ends = [self._pass(reader, back), self._answer(there, writer), self._over.wait()]
            ends = [asyncio.create_task(end) for end in ends]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        finally:
            for end in (back, writer):
                end.transport.abort()
                with suppress(OSError):
                    await end.wait_closed()

    async def _pass(self, reader, writer):
        while body := await reader.read(PIECE_BYTES):
            writer.write(body)
            await writer.drain()

    async def _answer(self, there, writer):
        passed = 0
        while body := await there.read(PIECE_BYTES):
            if self._stop_at is not None and passed + len(body) > self._stop_at:
                return
            await self._send(writer, self._changed(body, passed))
            passed += len(body)

    def _changed(self, body, passed):
        if self.flip_at is None or not passed <= self.flip_at < passed + len(body):
            return body
        self.flipped += 1
        at = self.flip_at - passed
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]

    async def _send(self, writer, body):
        pieces = [bytes([byte]) for byte in body] if self.drip_seconds else [body]
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self.drip_seconds)
