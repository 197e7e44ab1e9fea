"""The user's cache folder: what is fetched or built once is the same for every data folder."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.engines.errors import EngineError
from tools.engines.folder_lock import FolderLock
from tools.engines.progress import Progress

POLL_SECONDS = 0.2


def cache_folder(name: str) -> Path:
    """Where things of this name are kept."""
    return Path.home() / ".cache" / "rasid" / name


@contextmanager
def alone(folder: Path, progress: Progress, waiting: str) -> Iterator[None]:
    """Make the folder and hold it against others who fill it; tells `waiting` when somebody does so now.

    Raises:
        EngineError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock.attempt(folder / "lock")
    except OSError as error:
        raise EngineError(f"{folder} cannot be written: {error.strerror}", "give yourself the right to") from error
    if lock is None:
        progress(waiting)
    while lock is None:
        time.sleep(POLL_SECONDS)
        lock = FolderLock.attempt(folder / "lock")
    with lock:
        yield
