"""The only place that talks to `jgo`: files of a Maven repository, by coordinate, with Python only.

Not `jgo.build`: to sort jars into modules it calls a `jar` tool, for which it downloads a whole JDK from elsewhere.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tools.engines.errors import EngineError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

TIMEOUT_SECONDS = 20


def download(coordinate: str, folder: Path, arrived: Callable[[int], None], *, packaging: str = "jar") -> Path:
    """Download one file below `folder` (laid out as Maven does) and say where it is; whether it is whole, is not known.

    `arrived` is told of every few bytes; what it raises ends the download.

    Raises:
        EngineError: it cannot be had.
    """
    context = _context(folder, arrived)
    with _explained(coordinate):
        group, name, version = coordinate.split(":")
        return context.project(group, name).at_version(version).artifact(packaging=packaging).resolve()


def resolve(roots: Sequence[str], folder: Path) -> dict[str, Path]:
    """Every jar that the roots need at run time, by coordinate, downloaded below `folder`.

    Raises:
        EngineError: one cannot be had.
    """
    context = _context(folder)
    with _explained(", ".join(roots)):
        asked, others = context.resolver.resolve([context.create_dependency(root) for root in roots])
        needed = [*asked, *(other for other in others if other.scope in {"compile", "runtime"})]
        return {f"{one.groupId}:{one.artifactId}:{one.version}": one.artifact.resolve() for one in needed}


def _context(folder: Path, arrived: Callable[[int], None] = lambda _bytes: None) -> "MavenContext":
    try:
        from jgo.config import GlobalSettings  # noqa: PLC0415 - only whoever fetches has jgo, and it is slow to import
        from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        raise EngineError("The package jgo (it fetches Kafka) is missing", "install it: make setup") from error
    mirrors = GlobalSettings.load().repositories
    return MavenContext(
        resolver=PythonResolver(progress_callback=lambda _name, _bytes: nullcontext(arrived)),
        repo_cache=folder,
        remote_repos=mirrors or None,
        timeout=TIMEOUT_SECONDS,
    )


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
        raise EngineError(
            f"{what} cannot be downloaded: {_root(error)}",
            "connect this machine to the internet (once: later starts need no network) and try again; what has "
            "arrived is kept. Behind a proxy set HTTPS_PROXY; a mirror goes into jgo's own settings ([repositories] "
            "in ~/.config/jgo.conf). Or copy the folder of the jars from a machine that has them",
        ) from error


def _root(error: BaseException) -> BaseException:
    return error if error.__context__ is None else _root(error.__context__)
