"""SecantusDB's Rust server: the MongoDB protocol at a speed that benchmarks can use, built from its crate.

GPL-2.0: it runs as a program of its own and is never imported or shipped.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from tools.engines.built import Recipe, build
from tools.engines.in_thread import in_thread
from tools.engines.mongo import Mongo
from tools.engines.ports import LOOPBACK
from tools.engines.progress import Progress

VERSION = "0.5.3-beta.196"

RECIPE = Recipe(
    title="MongoDB (SecantusDB, Rust)",
    name="secantusd-rs",
    version=VERSION,
    minutes=10,
    tools=("cargo", "cmake", "cc"),
    tools_are="Rust 1.95 or newer, CMake and a C compiler",
    given_by="RASID_TEST_MONGO",
    # The crate asks for a newer compiler than it needs: it builds, and passes our tests, with Rust 1.95.
    command=(
        *("cargo", "install", "secantus-mdb", "--version", f"={VERSION}", "--locked"),
        *("--ignore-rust-version", "--root", "{folder}"),
    ),
    built_in="bin",
)


class SecantusRs(Mongo):
    """As `Mongo`, faster and with more of the protocol. `cache` is where the program is kept, the user's if not said.

    It too is a replica set of one and says nothing about elections, majorities or rollbacks.
    """

    name: ClassVar[str] = "secantus-rs"
    title: ClassVar[str] = RECIPE.title

    def __init__(self, data_folder: Path, *, cache: Path | None = None, cache_size: str = "512M") -> None:
        super().__init__(data_folder)
        self._cache = cache
        self._cache_size = cache_size

    @property
    def server(self) -> str:
        """A `mongodb://` URL with nobody's user in it."""
        return f"mongodb://{LOOPBACK}:{self.port('mongo')}/"

    async def prepare(self, progress: Progress) -> None:
        """Build it if this version never was; write an empty configuration file, as `Mongo` does."""
        await in_thread(partial(build, RECIPE, cache=self._cache), progress)
        self.write_configuration()

    def command(self) -> Sequence[str]:
        """The server."""
        return (str(RECIPE.program(self._cache)), *self.options(self._cache_size))
