"""Places that are full soon."""

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
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here ({error})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
