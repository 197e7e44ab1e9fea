"""Reads a request's body: counted, against the clock, and within what all bodies together may hold in memory."""

from collections.abc import AsyncIterable
from typing import Self

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from rasid.errors import TemporarilyUnavailable, TooLarge, TooSlow
from rasid.runtime.deadline import Deadlines

# What is still on its way is not waited for: the connection ends with the answer.
CLOSE = {"Connection": "close"}


class RequestBody:
    """The chunks of a request's body, once, as `Request.stream` gives them; raises ClientDisconnect.

    That is an asynchronous generator: the event loop keeps a list of all there are, which costs more than the reading.
    """

    __slots__ = ("_is_complete", "_receive")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_complete = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._is_complete:
            raise StopAsyncIteration
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._is_complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


class Uploads:
    """`limit_bytes` and `deadline_seconds` are of one body, `memory_bytes` of all that are being worked on."""

    def __init__(self, *, limit_bytes: int, deadline_seconds: float, memory_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._deadline_seconds = deadline_seconds
        self._memory_bytes = memory_bytes
        self._held_bytes = 0
        self._deadlines = Deadlines()

    async def read(self, chunks: AsyncIterable[bytes], declared_bytes: str | None) -> bytes:
        """The whole body, to be given to `let_go` at its end. `declared_bytes` is the header Content-Length, if any.

        Raises TooLarge (before anything is read when the size is declared), TooSlow, or TemporarilyUnavailable when
        other bodies hold the memory there is.
        """
        if declared_bytes is not None and declared_bytes.isdecimal() and int(declared_bytes) > self._limit_bytes:
            raise self._too_large()
        parts: list[bytes] = []
        size_bytes = 0
        try:
            with self._deadlines.within(self._deadline_seconds):
                async for chunk in chunks:
                    size_bytes += self._hold(chunk, size_bytes)
                    parts.append(chunk)
        except BaseException as error:
            self._held_bytes -= size_bytes
            if not isinstance(error, TimeoutError):
                raise
            seconds = f"{self._deadline_seconds:g} s"
            raise TooSlow("body-too-slow", f"the body did not arrive within {seconds}", headers=CLOSE) from None
        return b"".join(parts)

    def let_go(self, body: bytes) -> None:
        """Nobody works on this body any more."""
        self._held_bytes -= len(body)

    def _hold(self, chunk: bytes, before_bytes: int) -> int:
        """How many bytes more are held, after those that came before."""
        more_bytes = len(chunk)
        if before_bytes + more_bytes > self._limit_bytes:
            raise self._too_large()
        if self._held_bytes + more_bytes > self._memory_bytes:
            raise TemporarilyUnavailable("busy", "too many bodies are being read now: send it again", headers=CLOSE)
        self._held_bytes += more_bytes
        return more_bytes

    def _too_large(self) -> TooLarge:
        size = f"{self._limit_bytes / 1024 / 1024:g} MiB"
        return TooLarge("body-too-large", f"a body may have {size} here: send less at a time", headers=CLOSE)
