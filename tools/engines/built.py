"""Engines that no registry has as a program: built from their sources, once for each version, and kept."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tools.engines.cache_folder import alone, cache_folder
from tools.engines.errors import EngineError
from tools.engines.progress import Progress, quiet

TOLD_SECONDS = 15.0
POLL_SECONDS = 0.2
LOG_LINES = 12


@dataclass(frozen=True)
class Recipe:
    """How one version of a program is built. `{folder}` in the command is where the program shall lie."""

    title: str
    name: str
    version: str
    minutes: int
    tools: tuple[str, ...]
    tools_are: str
    given_by: str
    command: Sequence[str]
    built_in: str = ""

    def program(self, cache: Path | None = None) -> Path:
        """Where it is kept; `cache` is the folder of all that are built, the user's if not said."""
        return (cache or cache_folder("")) / self.name / self.version / self.name

    def is_built(self, cache: Path | None = None) -> bool:
        """Whether it is there: it is moved there whole, so what is there is complete."""
        return os.access(self.program(cache), os.X_OK)


def build(
    recipe: Recipe, progress: Progress = quiet, given_up: Event | None = None, *, cache: Path | None = None
) -> Path:
    """The program's path; it is built when it is missing. Of two at once, the second waits for the first.

    May be interrupted at any time, from another thread by setting `given_up`.

    Raises:
        EngineError: a tool is missing, or the build fails; says what its last lines were.
    """
    program = recipe.program(cache)
    if not recipe.is_built(cache):
        with alone(program.parent, progress, f"{recipe.title}: waiting for another build of the same version"):
            if not recipe.is_built(cache):
                _build(recipe, program, progress, given_up or Event())
    return program


def _build(recipe: Recipe, program: Path, progress: Progress, given_up: Event) -> None:
    _check_tools(recipe)
    progress(f"{recipe.title}: building version {recipe.version} from source, about {recipe.minutes} minutes, once")
    began = time.monotonic()
    incoming = program.parent / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)  # an interrupted build may have left something
    incoming.mkdir()
    try:
        _run(recipe, incoming, program.with_suffix(".log"), progress, given_up)
        (incoming / recipe.built_in / recipe.name).replace(program)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    progress(f"{recipe.title} is built ({time.monotonic() - began:.0f} s): {program}")


def _check_tools(recipe: Recipe) -> None:
    missing = [tool for tool in recipe.tools if shutil.which(tool) is None]
    if missing:
        raise EngineError(
            f"{recipe.title} is built from its source, and {' and '.join(missing)} cannot be found on this machine",
            f"install {recipe.tools_are}; tests also take one that runs already: {recipe.given_by} names it",
        )


def _run(recipe: Recipe, incoming: Path, log: Path, progress: Progress, given_up: Event) -> None:
    command = [part.format(folder=incoming) for part in recipe.command]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        try:
            _wait(recipe, process, progress, given_up)
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)  # a script and what it has started
            raise
    if process.returncode != 0:
        raise EngineError(
            f"{recipe.title} cannot be built.{_last_lines(log)}",
            f"see that the registry of {recipe.tools[0]}'s packages can be reached and the disk is not full; "
            f"all of it is in {log}",
        )


def _wait(recipe: Recipe, process: "subprocess.Popen[bytes]", progress: Progress, given_up: Event) -> None:
    began = told = time.monotonic()
    while process.poll() is None:
        if given_up.wait(POLL_SECONDS):
            raise EngineError("The build was interrupted", "start again: what was downloaded is kept")
        if time.monotonic() - told >= TOLD_SECONDS:
            told = time.monotonic()
            progress(f"{recipe.title}: still building ({told - began:.0f} s)")


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "".join(f"\n    {line}" for line in lines[-LOG_LINES:])
