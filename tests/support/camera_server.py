"""A small camera on a socket: asks for Digest, then streams what a test tells it to, however badly."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Self

from rasid.runtime.clock import SystemClock
from services.ingest.credentials import new_credential
from services.ingest.digest import Nonces, challenges, parse

USER, PASSWORD = "rasid", "kept-on-the-camera"
REALM = "rasid"  # as `new_credential` makes its digests

Script = Callable[["Connection"], Awaitable[None]]


class Connection:
    """One connection, proven: a script writes to it."""

    def __init__(self, request: bytes, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.request = request
        self.body = body
        self._reader = reader
        self._writer = writer

    @property
    def target(self) -> str:
        """The path and query that were asked for."""
        return self.request.split(b" ", 2)[1].decode()

    async def begin(self, content_type: str = "multipart/mixed; boundary=boundary", status: str = "200 OK") -> None:
        """The head of the answer, whose body ends with the connection."""
        await self.write(f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n".encode())

    async def answer(self, body: bytes, content_type: str, status: str = "200 OK") -> None:
        """A whole answer."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        await self.write(head.encode() + body)

    async def write(self, data: bytes, *, piece_bytes: int = 1 << 20, pause_seconds: float = 0.0) -> None:
        """Send bytes, in pieces with pauses when told so."""
        for start in range(0, len(data), piece_bytes):
            self._writer.write(data[start : start + piece_bytes])
            await self._writer.drain()
            await asyncio.sleep(pause_seconds)

    async def hang(self) -> None:
        """Say nothing more until the other side goes."""
        await self._reader.read()

    def cut(self) -> None:
        """End it without a word."""
        self._writer.transport.abort()


class CameraServer:
    """Runs `script` for each proven request; `requests` and `refused` count. An async context manager."""

    def __init__(self, script: Script, *, password: str = PASSWORD) -> None:
        self.script = script
        self.requests: list[str] = []
        self.refused = 0
        self.port = 0
        clock = SystemClock()
        self._clock = clock
        self._nonces = Nonces(b"camera", 300)
        self._credential = new_credential(USER, password, clock.now())
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def listen(self) -> None:
        """Listen; again at the same port after `close`."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop, and cut who is connected: as a camera without power."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(request))
            if not self._is_proven(request):
                self.refused += 1
                fields = "".join(
                    f"WWW-Authenticate: {one}\r\n" for one in challenges(REALM, self._nonces.new(self._clock.now()))[:1]
                )
                writer.write(f"HTTP/1.1 401 Unauthorized\r\n{fields}Content-Length: 2\r\n\r\nno".encode())
                await writer.drain()
                continue
            connection = Connection(request, body, reader, writer)
            self.requests.append(connection.target)
            await self.script(connection)
            return

    def _is_proven(self, request: bytes) -> bool:
        header = _header(request, b"authorization")
        answer = parse(header[len(b"Digest ") :].decode()) if header.lower().startswith(b"digest ") else None
        method = request.split(b" ", 1)[0].decode()
        return answer is not None and answer.username == USER and self._credential.answers(answer, method)


def _header(request: bytes, name: bytes) -> bytes:
    for line in request.split(b"\r\n")[1:]:
        found, _, value = line.partition(b":")
        if found.strip().lower() == name:
            return value.strip()
    return b""


def _length(request: bytes) -> int:
    return int(_header(request, b"content-length") or b"0")
