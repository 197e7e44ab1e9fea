"""Claims on ports, so that platforms that start at the same moment never choose the same one.

A port that was found free is still free for everybody else until the engine listens on it, seconds later, and again
while the engine is down between a kill and its next start. A claim is a lock on one byte of a file that all processes
of one user share; it ends with the process that has it, however that ends.
"""

import fcntl
import os
import tempfile
from functools import cache
from pathlib import Path

from tools.engines import ports

_claimed: dict[int, Path] = {}
"""The claims of this process, each with the folder of its engine: the locks by themselves hold off others only."""


def claim(port: int, folder: Path) -> bool:
    """Whether the port is free and, from now on, this engine's alone; claiming it again is harmless."""
    if _claimed.get(port, folder) != folder or not _lock(port):
        return False
    if not ports.is_free(port):
        if port not in _claimed:
            _unlock(port)
        return False
    _claimed[port] = folder
    return True


def claim_one(span: range, folder: Path) -> int:
    """A port for whoever is no engine and needs one."""
    return next(port for port in ports.candidates(span, folder) if claim(port, folder))


def let_go(folder: Path) -> None:
    """Give up all claims of an engine."""
    for port in [port for port, claimant in _claimed.items() if claimant == folder]:
        del _claimed[port]
        _unlock(port)


def _lock(port: int) -> bool:
    try:
        fcntl.lockf(_locks(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _unlock(port: int) -> None:
    fcntl.lockf(_locks(), fcntl.LOCK_UN, 1, port)


@cache
def _locks() -> int:
    """The file, opened once and never closed: closing any descriptor of it would end all locks of this process."""
    path = Path(tempfile.gettempdir()) / f"rasid-ports-{os.getuid()}.lock"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
