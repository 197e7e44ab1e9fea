"""Reads a request's body: counted, against the clock, and within what all bodies together may hold in memory."""

from collections.abc import AsyncIterable

from rasid.errors import TemporarilyUnavailable, TooLarge, TooSlow
from rasid.runtime.deadline import Deadlines

# What is still on its way is not waited for: the connection ends with the answer.
CLOSE = {"Connection": "close"}


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
        try:
            await self._collect(chunks, parts)
        except BaseException:
            self._held_bytes -= sum(map(len, parts))
            raise
        return b"".join(parts)

    def let_go(self, body: bytes) -> None:
        """Nobody works on this body any more."""
        self._held_bytes -= len(body)

    async def _collect(self, chunks: AsyncIterable[bytes], parts: list[bytes]) -> None:
        size_bytes = 0
        try:
            with self._deadlines.within(self._deadline_seconds):
                async for chunk in chunks:
                    size_bytes += len(chunk)
                    if size_bytes > self._limit_bytes:
                        raise self._too_large()
                    self._hold(chunk)
                    parts.append(chunk)
        except TimeoutError:
            seconds = f"{self._deadline_seconds:g} s"
            raise TooSlow("body-too-slow", f"the body did not arrive within {seconds}", headers=CLOSE) from None

    def _hold(self, chunk: bytes) -> None:
        if self._held_bytes + len(chunk) > self._memory_bytes:
            raise TemporarilyUnavailable("busy", "too many bodies are being read now: send it again", headers=CLOSE)
        self._held_bytes += len(chunk)

    def _too_large(self) -> TooLarge:
        size = f"{self._limit_bytes / 1024 / 1024:g} MiB"
        return TooLarge("body-too-large", f"a body may have {size} here: send less at a time", headers=CLOSE)
