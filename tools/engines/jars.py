"""Kafka's jars on this machine: exactly those of the lock, fetched once."""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event

from tools.engines import maven
from tools.engines.cache_folder import alone, cache_folder
from tools.engines.errors import EngineError
from tools.engines.jar_lock import LOCK_FILE, ROOTS, Jar, measure, parse, render
from tools.engines.progress import Progress, quiet

DOWNLOADS_AT_ONCE = 4
ATTEMPTS = 3
RETRY_SECONDS = 1.0
PROGRESS_SECONDS = 1.0
MEGABYTE = 1_000_000


def default_folder() -> Path:
    """Where they are kept: they are the same for every data folder."""
    return cache_folder("kafka-jars")


def fetch(folder: Path, progress: Progress = quiet, given_up: Event | None = None) -> list[Path]:
    """The paths of all jars in the lock's order, each checked; what is missing or damaged is downloaded.

    Takes 50 ms when everything is there. May be interrupted at any time, from another thread by setting `given_up`:
    what is complete is not fetched again, what is not is never trusted. Of two at once, the second waits for the first.

    Raises:
        EngineError: a jar cannot be had, or is not the one that was locked.
    """
    locked = parse(LOCK_FILE.read_text(encoding="utf-8"))
    if missing(locked, folder):
        # each request of a fetch has a deadline, so whoever we wait for ends
        with alone(folder, progress, "Kafka: waiting for another fetch of the same jars"):
            _download(missing(locked, folder), folder, progress, given_up or Event())
    return [folder / jar.file_name for jar in locked]


def missing(jars: Sequence[Jar], folder: Path) -> list[Jar]:
    """Those that are not there or not what was locked."""
    return [jar for jar in jars if not jar.is_at(folder / jar.file_name)]


def make_lock(folder: Path) -> tuple[Jar, ...]:
    """Resolve `ROOTS` anew, write the lock from what comes, and return it.

    For maintainers, after a change of `ROOTS`: it believes the registry, so read the difference.
    """
    found = maven.resolve(ROOTS, folder)
    jars = tuple(measure(coordinate, path) for coordinate, path in found.items())
    LOCK_FILE.write_text(render(jars), encoding="utf-8")
    return jars


class _Arriving:
    """How much of the download is here, told once a second."""

    def __init__(self, total_bytes: int, progress: Progress, given_up: Event) -> None:
        self._total, self._progress, self.given_up = total_bytes, progress, given_up
        self._bytes, self._told_at = 0, time.monotonic()

    def __call__(self, more_bytes: int) -> None:
        if self.given_up.is_set():
            raise EngineError("The download was interrupted", "start again: what has arrived is kept")
        self._bytes += more_bytes  # from several threads: a lost count shows a wrong number for a second
        if time.monotonic() - self._told_at >= PROGRESS_SECONDS:
            self._told_at = time.monotonic()
            self._progress(f"Kafka: {self._bytes / MEGABYTE:.1f} of {self._total / MEGABYTE:.1f} MB fetched")


def _download(jars: Sequence[Jar], folder: Path, progress: Progress, given_up: Event) -> None:
    total_bytes = sum(jar.size_bytes for jar in jars)
    progress(f"Kafka: fetching {len(jars)} jars, {total_bytes / MEGABYTE:.1f} MB, into {folder}")
    arriving = _Arriving(total_bytes, progress, given_up)
    incoming = folder / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)  # an interrupted fetch may have left something
    with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        try:
            for done in as_completed([pool.submit(_download_one, jar, incoming, folder, arriving) for jar in jars]):
                done.result()
        except BaseException:
            given_up.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            shutil.rmtree(incoming, ignore_errors=True)


def _download_one(jar: Jar, incoming: Path, folder: Path, arriving: _Arriving) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        arriving(0)
        try:
            arrived = maven.download(jar.coordinate, incoming / str(attempt), arriving)
            break
        except EngineError:
            if attempt == ATTEMPTS or arriving.given_up.wait(attempt * RETRY_SECONDS):
                raise
    if not jar.is_at(arrived):
        raise EngineError(
            f"{jar.coordinate} is not the jar that was locked: its size or SHA-256 differs",
            "try again; if it stays so, something on the way serves another file: do not use it",
        )
    arrived.replace(folder / jar.file_name)
