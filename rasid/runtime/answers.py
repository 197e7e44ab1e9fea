"""An answer's head and body leave together.

uvicorn writes the head of an answer when the application begins it and the body when that comes, and uvloop sends each
at once: two system calls and two packets for each answer of a few bytes, the other side awakened twice, and firmware
that takes the first packet for all of it.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's protocol on a connection that waits for the second half of what is written."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """A client has connected."""
        super().connection_made(cast("asyncio.Transport", _Pairing(transport)))


class _Pairing:
    """A transport that sends two writes of one turn of the event loop in one piece; everything else is as it was.

    It holds back one write at most, and no longer than that turn: whoever streams is not waited for.
    """

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._held: bytes | None = None

    def write(self, data: bytes) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._transport.writelines((held, data))
            return
        self._held = data
        self._loop.call_soon(self._let_go)

    def writelines(self, pieces: Any) -> None:
        self._let_go()
        self._transport.writelines(pieces)

    def close(self) -> None:
        self._let_go()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None and not self._transport.is_closing():
            self._transport.write(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
