"""Plants bugs, one at a time, into a copy of this tree, and sees that the tests named for each of them fail.

    make planted

The same tests pass in a copy without a bug, or nothing is shown. A change that no longer fits the code fails the run:
make it anew. Exit status 1 when a bug is not caught.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """passed, failed or error, and the first line of why."""

    word: str
    why: str = ""


NOT_RUN = Outcome("not run")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="rasid-planted-") as folder:
        whole = outcomes(copy(Path(folder, "whole")), [test for bug in BUGS for test in bug.tests])
        rows = [row for bug in BUGS for row in plant(bug, Path(folder, bug.name), whole)]
    say(f"\n{'bug':28}{'without':10}{'with it':10}test, and what it says")
    for bug, before, after, test in rows:
        say(f"{bug:28}{before.word:10}{after.word:10}{test}\n{'':48}{after.why}")
    is_shown = all((before.word, after.word) == ("passed", "failed") for _, before, after, _ in rows)
    say("every bug is caught" if is_shown else "NOT every bug is caught")
    return 0 if is_shown else 1


def plant(bug: Bug, folder: Path, whole: Mapping[str, Outcome]) -> list[tuple[str, Outcome, Outcome, str]]:
    """What became of each test that is named for it: without and with the bug."""
    say(f"{bug.name}: {bug.what}")
    subprocess.run(["git", "apply", "--whitespace=nowarn", str(bug.diff)], cwd=copy(folder), check=True)
    found = outcomes(folder, bug.tests)
    return [(bug.name, whole.get(test, NOT_RUN), found.get(test, NOT_RUN), test) for test in bug.tests]


def copy(folder: Path) -> Path:
    """All that git knows or would know of this tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def outcomes(folder: Path, tests: Iterable[str]) -> dict[str, Outcome]:
    """What became of each test that was run there."""
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    said = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True).stdout
    found = (line.partition(" ") for line in said.splitlines())
    parts = ((word.lower(), *rest.partition(" - ")) for word, _, rest in found if word in {"PASSED", "FAILED", "ERROR"})
    return {test: Outcome(word, why) for word, test, _, why in parts}


if __name__ == "__main__":
    sys.exit(main())
