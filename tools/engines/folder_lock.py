"""A lock on a folder that ends with its holder, however the holder ends."""

import asyncio
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self


class FolderLock:
    """An flock held until `release`, or until the last process that inherited its descriptor ends."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def attempt(cls, path: Path) -> Self | None:
        """The lock, with our process id written into it, or None when somebody else holds it."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        lock = cls(descriptor)
        lock.name_holder(os.getpid())
        return lock

    @classmethod
    async def wait(cls, path: Path, seconds: float) -> Self | None:
        """The lock as soon as it is free; None when it is still held after so many seconds."""
        deadline = time.monotonic() + seconds
        while (lock := cls.attempt(path)) is None and time.monotonic() < deadline:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.1)
        return lock

    def name_holder(self, pid: int) -> None:
        """Write down who `holder` is to name: us, unless another process is to keep the lock for us."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(pid).encode(), 0)

    def release(self) -> None:
        """Give up our hold; processes that inherited the descriptor keep theirs."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # for a blink: who takes it meanwhile uses `wait`
        except BlockingIOError:
            return True
    return False


def holder(path: Path) -> int | None:
    """The process that is written down as holding the lock; None when it is free."""
    with suppress(OSError, ValueError):
        return int(path.read_text(encoding="ascii")) if is_held(path) else None
    return None
