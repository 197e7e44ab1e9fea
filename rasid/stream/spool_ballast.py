"""Room on the disk that is set aside, so that a spool on a full disk can still be emptied.

Forgetting a row writes as well. On a disk that is full to the last byte nothing could be forgotten, and so nothing
delivered, for good.
"""

import os
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 16 * 1024 * 1024


class Ballast:
    """A file of no meaning."""

    def __init__(self, path: Path, size_bytes: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self.is_held = False

    def hold(self) -> None:
        """Set the room aside; raises OSError when there is none."""
        if self.is_held:
            return
        opened = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(opened, 0, self._size_bytes)
        except OSError:
            self.drop()
            raise
        finally:
            os.close(opened)
        self.is_held = True

    def drop(self) -> None:
        """Let the room be used."""
        self.is_held = False
        with suppress(FileNotFoundError):
            self._path.unlink()
