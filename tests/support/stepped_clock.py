"""Processes whose clock steps while they run: a few lines of C answer instead of the kernel (stepped_clock.c).

What is off is the process's whole idea of the time of day, in every library of it; monotonic time goes on as it is.
libfaketime is no choice: under load its waiting fails with EINVAL, which kills threads that no real step would.
"""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
FILE = "clock"


def build(folder: Path) -> Path | None:
    """The library, compiled into that folder; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / "stepped_clock.so"
    command = [compiler, "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
    subprocess.run(command, check=True)
    return library


def stepping(library: Path) -> Mapping[str, str]:
    """The environment of a process whose clock follows the file `clock` in its working folder, within 0.2 s."""
    return {"LD_PRELOAD": str(library), "STEPPED_CLOCK": FILE}


def set_ahead(folder: Path, seconds: int) -> None:
    """Let the clock of the process that works in `folder` be so much ahead (or behind); 0 is the machine's time."""
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{FILE}.half"
    half.write_text(f"{seconds:+d}\n", encoding="ascii")
    half.replace(folder / FILE)
