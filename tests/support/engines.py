"""Real engines for tests: given addresses first, else started once for the whole run, when the first test asks.

`RASID_TEST_KAFKA` (`host:port`), `RASID_TEST_MONGO` (a `mongodb://` URL) and `RASID_TEST_S3`
(`http://key:secret@host:port`, its administrator) name engines that run already; `RASID_TEST_S3_APPLICATION` and
`RASID_TEST_S3_ERASER` (`key:secret`) are the other two credentials of that store. Without them, an engine that cannot
be started fails the run in CI and skips its tests, with the reason, anywhere else. So does one that has to be built
first: `make engines`.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from tools.engines import Engine, EngineError, Kafka, Minio, Mongo, Objects, SecantusRs
from tools.engines.built import Recipe
from tools.engines.minio import RECIPE
from tools.engines.object_keys import Keys
from tools.engines.secantus_rs import RECIPE as RUST_RECIPE

E = TypeVar("E", bound=Engine)

NO_KEYS = Keys("", "")


@dataclass(frozen=True)
class Given:
    """An engine that somebody else runs: it can be used, and not be killed or paused."""

    address: str
    admin: Keys = NO_KEYS
    application: Keys = NO_KEYS
    eraser: Keys = NO_KEYS

    @classmethod
    def s3(cls, url: str) -> "Given":
        parts = urlsplit(url)
        admin = Keys(parts.username or "", parts.password or "")
        more = [_given_keys(f"RASID_TEST_S3_{name}") or admin for name in ("APPLICATION", "ERASER")]
        return cls(f"{parts.scheme}://{parts.hostname}:{parts.port}", admin, *more)

    @property
    def access_key(self) -> str:
        return self.admin.access_key

    @property
    def secret_key(self) -> str:
        return self.admin.secret_key


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka | Given]:
    """A Kafka broker; each test makes topics and groups with names of its own."""
    given = os.environ.get("RASID_TEST_KAFKA")
    yield from [Given(given)] if given else _run(Kafka(tmp_path_factory.mktemp("kafka")))


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo | Given]:
    """A server that speaks MongoDB's protocol; each test uses a database of its own."""
    given = os.environ.get("RASID_TEST_MONGO")
    yield from [Given(given)] if given else _run(Mongo(tmp_path_factory.mktemp("mongo")))


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects | Given]:
    """An S3 server; each test uses a bucket or keys of its own."""
    given = os.environ.get("RASID_TEST_S3")
    yield from [Given.s3(given)] if given else _run(Objects(tmp_path_factory.mktemp("objects")))


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio | Given]:
    """MinIO, built before by `make engines`; each test uses a bucket of its own."""
    given = os.environ.get("RASID_TEST_S3")
    yield from [Given.s3(given)] if given else _run_built(RECIPE, Minio(tmp_path_factory.mktemp("minio")))


@pytest.fixture(scope="session")
def secantus_rs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusRs | Given]:
    """SecantusDB's Rust server, built before by `make engines`; each test uses a database of its own."""
    given = os.environ.get("RASID_TEST_MONGO")
    engine = SecantusRs(tmp_path_factory.mktemp("secantus-rs"))
    yield from [Given(given)] if given else _run_built(RUST_RECIPE, engine)


@pytest.fixture(params=["objects", "minio"])
def s3(request: pytest.FixtureRequest) -> Objects | Minio | Given:
    """Each S3 server in turn: what is tested with it holds on both."""
    store: Objects | Minio | Given = request.getfixturevalue(request.param)
    return store


def killable(engine: E | Given) -> E:
    """The engine as one of ours that may be killed and paused; else the test is skipped."""
    if isinstance(engine, Given):
        pytest.skip(f"{engine.address} is not ours to kill or pause")
    return engine


def _given_keys(name: str) -> Keys | None:
    text = os.environ.get(name)
    return Keys(*text.split(":", 1)) if text else None


def _run_built(recipe: Recipe, engine: E) -> Iterator[E]:
    """A test run is no time to build: it takes longer than a test may."""
    if not recipe.is_built():
        missing = EngineError(
            f"{recipe.title} {recipe.version} was not built on this machine", "build it: make engines"
        )
        if os.environ.get("CI"):
            raise missing
        pytest.skip(str(missing))
    yield from _run(engine)


def _run(engine: E) -> Iterator[E]:
    try:
        asyncio.run(engine.start())
    except EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        yield engine
    finally:
        asyncio.run(engine.stop())
