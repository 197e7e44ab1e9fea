"""A body on its way in, of which the rest is taken and thrown away when it is refused: else the refusal is not read.

Whoever still sends when a connection is closed gets a reset and, often, loses the answer that explains it.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress

from starlette.requests import ClientDisconnect

LINGER_SECONDS = 10.0


class IncomingBody:
    """`waits_for_leave`: they sent `Expect: 100-continue`, so that nothing comes before the first is asked for."""

    def __init__(self, chunks: AsyncIterable[bytes], *, waits_for_leave: bool = False) -> None:
        self._chunks = aiter(chunks)
        self._waits_for_leave = waits_for_leave

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._waits_for_leave = False
        async for chunk in self._chunks:
            yield chunk

    async def let_them_finish(self, seconds: float = LINGER_SECONDS) -> None:
        """Take the rest, for so long at most; nothing when they wait for leave to send."""
        if self._waits_for_leave:
            return
        with suppress(TimeoutError, ClientDisconnect):
            async with asyncio.timeout(seconds):
                async for _ in self._chunks:
                    pass
