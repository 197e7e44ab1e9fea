"""Where a clip lies on the local disk while it is received and probed: counted, hashed, bounded, never kept.

Each process has a part of the folder of its own, held by a file lock; what an earlier process left in it is of uploads
that nobody was answered for, and is removed.
"""

import asyncio
import errno
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rasid.errors import ConfigurationError, Problem, TemporarilyUnavailable, TooLarge, TooSlow
from rasid.runtime.hashing import Digests, Hasher
from rasid.runtime.held_folder import HeldFolder
from rasid.runtime.ids import Ids
from services.archive.sniffing import HEAD_BYTES

BLOCK_BYTES = 1024 * 1024
ENDING = ".clip"
SETTING = "RASID_CLIP_SPOOL"
# What is still on its way is not waited for: the connection ends with the answer.
CLOSE = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Spooled:
    """A body that has come whole, as a file that is gone when the block around it ends."""

    path: Path
    digests: Digests
    size_bytes: int


class Spool:
    """`limit_bytes` is of all bodies together, `body_bytes` of one; the two times bound how slowly one may come."""

    def __init__(
        self,
        folder: Path,
        *,
        limit_bytes: int,
        body_bytes: int,
        idle_seconds: float,
        upload_seconds: float,
        ids: Ids,
    ) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._body_bytes = body_bytes
        self._idle_seconds = idle_seconds
        self._upload_seconds = upload_seconds
        self._ids = ids
        self._held_bytes = 0
        self._held: HeldFolder | None = None
        self._part = folder
        self.name = ""
        """Names this process's part of the folder, also after a restart."""

    def open(self) -> int:
        """Take a part of the folder and clear it; returns how many leftovers there were.

        Raises ConfigurationError when the folder cannot be used, or all its parts are taken.
        """
        self._held = HeldFolder.take(self._folder, SETTING)
        self._part = self._held.path
        try:
            leftovers = list(self._part.glob(f"*{ENDING}"))
            for leftover in leftovers:
                leftover.unlink()
            name = self._part / "name"
            if not name.exists() or not name.read_text(encoding="ascii"):
                name.write_text(self._ids.new(), encoding="ascii")
            self.name = name.read_text(encoding="ascii")
        except OSError as error:
            raise ConfigurationError(
                f"the spool folder {self._folder} cannot be used ({type(error).__name__})",
                f"let {SETTING} name a folder that this process may write to",
            ) from None
        return len(leftovers)

    def close(self) -> None:
        """Let go of the part."""
        if self._held is not None:
            self._held.let_go()

    @asynccontextmanager
    async def receive(
        self,
        chunks: AsyncIterable[bytes],
        declared_bytes: int | None,
        check_head: Callable[[bytes], None],
    ) -> AsyncIterator[Spooled]:
        """The whole body as a file. `check_head` is given its first bytes as soon as they are there, and may raise.

        Raises TooLarge (before anything is read when the length is declared), TooSlow, Unprocessable for an empty body,
        TemporarilyUnavailable when the spool or the disk is full.
        """
        self._check_length(declared_bytes or 0)
        writing = _Writing(self._part / f"{self._ids.new()}{ENDING}", check_head)
        try:
            await self._collect(chunks, declared_bytes or 0, writing)
            yield Spooled(writing.path, writing.hasher.digests(), writing.size_bytes)
        finally:
            self._held_bytes -= writing.reserved_bytes
            await writing.remove()

    async def _collect(self, chunks: AsyncIterable[bytes], declared_bytes: int, writing: "_Writing") -> None:
        self._reserve(declared_bytes, writing)
        try:
            await asyncio.to_thread(writing.open)
            async with asyncio.timeout(self._upload_seconds), asyncio.timeout(self._idle_seconds) as idle:
                loop = asyncio.get_running_loop()
                async for chunk in chunks:
                    idle.reschedule(loop.time() + self._idle_seconds)
                    self._check_length(writing.size_bytes + len(chunk))
                    self._reserve(writing.size_bytes + len(chunk), writing)
                    await writing.add(chunk)
                await writing.finish()
        except TimeoutError:
            raise TooSlow("body-too-slow", "the clip came too slowly: send it again", headers=CLOSE) from None

    def _check_length(self, size_bytes: int) -> None:
        if size_bytes > self._body_bytes:
            size = f"{self._body_bytes / 1024 / 1024:g} MiB"
            raise TooLarge("clip-too-large", f"a clip may have {size} here: send it in parts", headers=CLOSE)

    def _reserve(self, size_bytes: int, writing: "_Writing") -> None:
        more = max(0, size_bytes - writing.reserved_bytes)
        if self._held_bytes + more > self._limit_bytes:
            raise _full("too many clips are being received now")
        self._held_bytes += more
        writing.reserved_bytes += more


class _Writing:
    """One body on its way to the disk. A thread hashes and writes a block while the next one comes."""

    def __init__(self, path: Path, check_head: Callable[[bytes], None]) -> None:
        self.path = path
        self.hasher = Hasher()
        self.size_bytes = 0
        self.reserved_bytes = 0
        self._check_head: Callable[[bytes], None] | None = check_head
        self._file: IO[bytes] | None = None
        self._waiting = bytearray()
        self._writing: asyncio.Future[Any] | None = None

    def open(self) -> None:
        try:
            self._file = self.path.open("xb", buffering=0)
        except OSError as error:
            raise _disk_full(error) from None

    async def add(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        self._waiting += chunk
        if self._check_head is not None and len(self._waiting) >= HEAD_BYTES:
            self._look_at_head()
        if len(self._waiting) >= BLOCK_BYTES:
            await self._flush()

    async def finish(self) -> None:
        if self._check_head is not None:
            self._look_at_head()
        await self._flush()
        await self._flush()

    async def remove(self) -> None:
        """Let the thread finish its block, then forget everything."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing.exception()
        await asyncio.to_thread(self._remove)

    def _remove(self) -> None:
        if self._file is not None:
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _look_at_head(self) -> None:
        check, self._check_head = self._check_head, None
        assert check is not None  # noqa: S101 - asked by both callers, said to the type checker
        try:
            check(bytes(self._waiting[:HEAD_BYTES]))
        except Problem as refusal:
            refusal.headers.update(CLOSE)
            raise

    async def _flush(self) -> None:
        """Wait for the block before, then hand on this one."""
        if self._writing is not None:
            await self._writing
            self._writing = None
        if self._waiting:
            block, self._waiting = self._waiting, bytearray()
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(None, self._write, block)

    def _write(self, block: bytearray) -> None:
        assert self._file is not None  # noqa: S101 - opened before the first byte, said to the type checker
        self.hasher.update(block)
        view = memoryview(block)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise _disk_full(error) from None


def _disk_full(error: OSError) -> TemporarilyUnavailable:
    return _full(f"the spool's disk takes no more ({errno.errorcode.get(error.errno or 0, 'unknown')})")


def _full(why: str) -> TemporarilyUnavailable:
    headers = {"Retry-After": "30", **CLOSE}
    return TemporarilyUnavailable("spool-full", f"{why}: nothing was kept, send the clip again later", headers=headers)
