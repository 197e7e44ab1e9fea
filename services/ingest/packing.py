"""Puts the pictures that come within a moment into one object: a store's work is by the object, hardly by the byte.

Whoever has a picture in a pack waits until the pack is durable, so a process that dies in between has promised nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal

from rasid.contract.pictures import PictureClass, make_key, make_uri
from rasid.runtime.ids import Ids
from services.ingest.normalize import StoredPicture

MOST_BYTES = 4 * 1024 * 1024
"""Of a pack: it goes at once when the next picture has no room. A larger picture is a pack of its own."""
MEDIA_TYPE = "application/octet-stream"

Sending = asyncio.Task[tuple["Outcome", str]]
Outcome = Literal["stored", "spooled", "unavailable"]


class Pack:
    """Pictures of one class on their way; the earliest of their ends is the end of all."""

    def __init__(self, kind: PictureClass, expires_at: datetime) -> None:
        self.kind = kind
        self.expires_at = expires_at
        self.size_bytes = 0
        self.is_closed = asyncio.Event()
        self._bodies: list[bytes] = []
        self._starts: dict[str, int] = {}

    def has_room(self, picture: StoredPicture) -> bool:
        """Whether it may go with these."""
        return picture.sha256 in self._starts or self.size_bytes + len(picture.body) <= MOST_BYTES

    def add(self, picture: StoredPicture, expires_at: datetime) -> int:
        """Take it; returns where it begins. What is there already is not taken twice."""
        self.expires_at = min(self.expires_at, expires_at)
        if picture.sha256 not in self._starts:
            self._starts[picture.sha256] = self.size_bytes
            self._bodies.append(picture.body)
            self.size_bytes += len(picture.body)
        return self._starts[picture.sha256]

    def whole(self, name: str) -> StoredPicture:
        """All of it as what is put under one key."""
        key = make_key(self.kind, self.expires_at, name)
        return StoredPicture("", MEDIA_TYPE, b"".join(self._bodies), self.kind == "face", key)


class Packing:
    """Gathers pictures for `linger_seconds` and hands each pack to `keep`, several at the same time if need be."""

    def __init__(self, keep: Callable[[StoredPicture], Awaitable[Outcome]], *, linger_seconds: float, ids: Ids) -> None:
        self._keep = keep
        self._linger_seconds = linger_seconds
        self._ids = ids
        self._open: dict[PictureClass, tuple[Pack, Sending]] = {}
        self._under_way: set[Sending] = set()

    async def add(self, picture: StoredPicture, kind: PictureClass, expires_at: datetime) -> tuple[Outcome, str]:
        """What became of the picture once that is known, and its `uri`."""
        pack, sending = self._open.get(kind, (None, None))
        if pack is None or sending is None or not pack.has_room(picture):
            if pack is not None:
                pack.is_closed.set()
            pack = Pack(kind, expires_at)
            sending = asyncio.create_task(self._send(pack), name="a pack of pictures")
            self._open[kind] = pack, sending
            self._under_way.add(sending)
            sending.add_done_callback(self._under_way.discard)
        start = pack.add(picture, expires_at)
        # Who posted it may go away, the others' pictures go on.
        outcome, key = await asyncio.shield(sending)
        return outcome, make_uri(key, start, len(picture.body))

    async def close(self) -> None:
        """Send what is there and return when it has arrived or was given up."""
        for pack, _ in self._open.values():
            pack.is_closed.set()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _send(self, pack: Pack) -> tuple[Outcome, str]:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._linger_seconds):
                await pack.is_closed.wait()
        current = self._open.get(pack.kind)
        if current is not None and current[0] is pack:
            del self._open[pack.kind]
        whole = pack.whole(self._ids.new())
        return await self._keep(whole), whole.key
