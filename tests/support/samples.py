"""Published payloads of vendors' devices, read in place and never copied."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("RASID_SAMPLES", PROJECT.parent / "shared" / "samples"))

needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(),
    reason="the vendors' samples are not beside the project (set RASID_SAMPLES to their folder)",
)


def files_of(make: str) -> dict[str, Path]:
    """The samples of one make by file name; none where they are not beside the project."""
    folder = SAMPLES / make
    return {path.name: path for path in sorted(folder.iterdir())} if folder.is_dir() else {}
