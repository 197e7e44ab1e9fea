"""One person connected to the live stream: what waits to be sent to them, and why their stream ended."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Literal

from rasid.identity.disclosure import Disclosure
from services.alerts.live_window import Item
from services.alerts.owners import Owner

Reason = Literal["slow", "case", "casework", "token", "stopping", "reset"]


class Listener:
    """Frames in order, up to a limit: who falls behind is cut, and resumes from the last one they got.

    `greeting` is the first to be sent, then `missed`, then what is pushed; `after` is the last offset that need not be.
    """

    def __init__(
        self,
        use: Disclosure,
        greeting: bytes,
        *,
        epoch: str,
        after: int,
        missed: list[Item],
        limit: int,
    ) -> None:
        self.use = use
        self.greeting = greeting
        self.epoch = epoch
        self.after = after
        self.missed = missed
        self.reason: Reason | None = None
        self._limit = limit
        self._frames: deque[bytes] = deque()
        self._woken = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def subject(self) -> str:
        """Who it is, as audit records name them."""
        return self.use.caller.subject

    def sees(self, owner: Owner) -> bool:
        """Whether an alert is for them: of their agency, and a covert one only of the case they listen under."""
        is_theirs = owner.agency == self.use.caller.agency
        return is_theirs and (not owner.is_covert or (self.use.case is not None and self.use.case_id == owner.case_id))

    def push(self, frame: bytes) -> None:
        """Let a frame wait to be sent."""
        if self.reason is not None:
            return
        if len(self._frames) >= self._limit:
            self.end("slow")
            return
        self._frames.append(frame)
        self._woken.set()

    def end(self, reason: Reason) -> None:
        """Send nothing more, not even what waits."""
        if self.reason is None:
            self.reason = reason
            self._frames.clear()
            self._woken.set()
            self._ended.set()

    async def ended(self) -> None:
        """Return when the stream has ended."""
        await self._ended.wait()

    def may_see(self) -> bool:
        """Whether their token and their case still stand; ends the stream when not."""
        if self.reason is None:
            ended = self.use.ended()
            if ended is not None:
                self.end(ended)
        return self.reason is None

    async def frames(self) -> AsyncIterator[bytes]:
        """What waits, as it comes, until the stream ends."""
        while self.may_see():
            if self._frames:
                yield self._frames.popleft()
            else:
                self._woken.clear()
                await self._woken.wait()
