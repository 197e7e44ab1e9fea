"""Places that are full soon."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.engines import Objects


class Tiny(Objects):
    """A SeaweedFS with room for a few megabytes."""

    def command(self) -> Sequence[str]:
        small = {"-volume.max=200": "-volume.max=3", "-master.volumeSizeLimitMB=512": "-master.volumeSizeLimitMB=1"}
        return [small.get(part, part) for part in super().command()]


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A file system of its own in memory, so large; skips where nothing may be mounted."""
    trouble = mount(folder, mebibytes)
    if trouble is not None:
        pytest.skip(trouble)
    try:
        yield folder
    finally:
        unmount(folder)


def mount(folder: Path, mebibytes: int) -> str | None:
    """Put a small file system in memory there; why not, where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a small disk cannot be mounted here ({error})"
    return None


def unmount(folder: Path) -> None:
    """Take it away, whoever still works there."""
    subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Nothing more fits on that disk until the block ends."""
    ballast = disk / "ballast"
    space = os.statvfs(disk)
    try:
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, space.f_bavail * space.f_frsize))
        yield
    finally:
        ballast.unlink()
