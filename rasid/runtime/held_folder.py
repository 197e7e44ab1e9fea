"""Folders that one process at a time holds: each takes one under a root, and one that nobody holds can be taken over.

A folder is held by a lock on a file in it, which the system lets go of when its process ends, however it ends. A
process that starts again takes the first free folder, which is as a rule its own of before.
"""

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self

from rasid.errors import ConfigurationError

FOLDERS = 64
MODE = 0o700
LOCK = "lock"


class HeldFolder:
    """A folder that this process holds."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def take(cls, root: Path, setting: str) -> Self:
        """The first folder under `root`, which `setting` names, that nobody holds; raises ConfigurationError."""
        try:
            root.mkdir(mode=MODE, parents=True, exist_ok=True)
            for number in range(FOLDERS):
                path = root / str(number)
                path.mkdir(mode=MODE, exist_ok=True)
                if found := cls._hold(path):
                    return found
        except OSError as error:
            raise ConfigurationError(
                f"the spool's folder {root} cannot be used ({type(error).__name__})",
                f"let {setting} name a folder on a local disk that this process may write to",
            ) from None
        raise ConfigurationError(f"all {FOLDERS} folders in {root} are in use", f"let {setting} name another")

    @classmethod
    def orphans(cls, root: Path, holds_something: Callable[[Path], bool]) -> Iterator[Self]:
        """Folders with something in them that nobody holds any more, now held by this process. Never raises."""
        for number in range(FOLDERS):
            path = root / str(number)
            try:
                found = cls._hold(path) if holds_something(path) else None
            except OSError:
                continue  # it may be back the next time
            if found:
                yield found

    @classmethod
    def _hold(cls, path: Path) -> Self | None:
        lock = (path / LOCK).open("w", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        except BaseException:
            lock.close()
            raise
        return cls(path, lock)

    def let_go(self) -> None:
        """Anybody may take it."""
        self._lock.close()
