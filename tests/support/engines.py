"""Real engines for tests: given addresses first, else started once for the whole run, when the first test asks.

With `RASID_TEST_ENGINES=real` (`make test-real`) they are the ones nearest to production: three Kafka nodes, MinIO with
four drives and SecantusDB's Rust server; else those of the demo. `RASID_TEST_KAFKA` (`host:port`, of
`RASID_TEST_KAFKA_BROKERS` nodes), `RASID_TEST_MONGO` (a `mongodb://` URL) and `RASID_TEST_S3`
(`http://key:secret@host:port`, its administrator) name engines that run already; `RASID_TEST_S3_APPLICATION` and
`RASID_TEST_S3_ERASER` (`key:secret`) are the other two credentials of that store. Without them, an engine that cannot
be started fails the run in CI and skips its tests, with the reason, anywhere else. So does one that has to be built
first: `make engines`.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

from rasid.contract.buckets import Bucket
from tools.engines import (
    Engine,
    EngineError,
    Engines,
    GuardedKafka,
    GuardedMongo,
    GuardedSecantusRs,
    Kafka,
    KafkaCluster,
    Minio,
    Mongo,
    Objects,
    SecantusRs,
)
from tools.engines.built import Recipe
from tools.engines.kafka import NOWHERE_ELSE
from tools.engines.minio import RECIPE
from tools.engines.object_keys import Keys
from tools.engines.secantus_rs import RECIPE as RUST_RECIPE

E = TypeVar("E", bound=Engine | KafkaCluster)

REAL = os.environ.get("RASID_TEST_ENGINES") == "real"
S3_STORES = ("minio",) if REAL else ("objects", "minio")

NO_KEYS = Keys("", "")
# Each test has buckets of its own, and the credentials their rights in all of them; in which, test_doors_* look.
ANY = dict.fromkeys(Bucket, "*")


@dataclass(frozen=True)
class Given:
    """An engine that somebody else runs: it can be used, and not be killed or paused."""

    address: str
    admin: Keys = NO_KEYS
    archive: Keys = NO_KEYS
    eraser: Keys = NO_KEYS
    brokers: int = 1
    name: str = "given"
    running: bool = True
    pid: None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def mongo(cls, address: str) -> "Given":
        return cls(address, settings={"RASID_MONGO": address})

    @classmethod
    def kafka(cls, address: str) -> "Given":
        brokers = int(os.environ.get("RASID_TEST_KAFKA_BROKERS", "1"))
        settings = {"RASID_KAFKA": address, "RASID_KAFKA_BROKERS": str(brokers)}
        return cls(address, brokers=brokers, settings=settings)

    @classmethod
    def s3(cls, url: str) -> "Given":
        parts = urlsplit(url)
        admin = Keys(parts.username or "", parts.password or "")
        more = [_given_keys(f"RASID_TEST_S3_{name}") or admin for name in ("APPLICATION", "ERASER")]
        address = f"{parts.scheme}://{parts.hostname}:{parts.port}"
        return cls(address, admin, *more, settings={"RASID_OBJECTS": address})

    def access(self, service: str | None = None) -> dict[str, str]:
        told = dict(self.settings)
        if "RASID_OBJECTS" in told and service is not None:
            access_key, secret_key = self.of(service)
            told |= {"RASID_OBJECTS_ACCESS_KEY": access_key, "RASID_OBJECTS_SECRET_KEY": secret_key}
        return told

    def of(self, process: str) -> Keys:
        return self.eraser if process == "eraser" else self.archive

    @property
    def nodes(self) -> Sequence["Given"]:
        return (self,)

    async def start(self, progress: object = None) -> None:
        """It runs."""

    async def stop(self) -> None:
        """It goes on."""

    @property
    def access_key(self) -> str:
        return self.admin.access_key

    @property
    def secret_key(self) -> str:
        return self.admin.secret_key


def new_kafka(folder: Path, advertised_ports: Mapping[int, int] = NOWHERE_ELSE) -> Kafka | KafkaCluster | Given:
    given = os.environ.get("RASID_TEST_KAFKA")
    if given:
        return Given.kafka(given)
    return (KafkaCluster if REAL else Kafka)(folder, advertised_ports=advertised_ports)


def new_mongo(folder: Path) -> Mongo | Given:
    given = os.environ.get("RASID_TEST_MONGO")
    return Given.mongo(given) if given else GuardedSecantusRs(folder) if REAL else Mongo(folder)


def new_objects(folder: Path) -> Objects | Minio | Given:
    given = os.environ.get("RASID_TEST_S3")
    return Given.s3(given) if given else Minio(folder) if REAL else Objects(folder)


def new_engines(folder: Path, *, advertised_ports: Mapping[int, int] = NOWHERE_ELSE) -> Engines:
    """All three, for a platform of its own; `advertised_ports` as of `Kafka`."""
    for recipe in (RECIPE, RUST_RECIPE) if REAL else ():
        _need(recipe)
    kafka: Any = new_kafka(folder, advertised_ports)
    mongo: Any = new_mongo(folder)
    objects: Any = new_objects(folder)
    return Engines(folder, kafka=kafka, mongo=mongo, objects=objects)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka | KafkaCluster | Given]:
    """Kafka; each test makes topics and groups with names of its own."""
    yield from _run(new_kafka(tmp_path_factory.mktemp("kafka")))


@pytest.fixture(scope="session")
def guarded_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedKafka]:
    """A Kafka that asks who everybody is; never one that others use, whose topics get what is written here."""
    for engine in _run(GuardedKafka(tmp_path_factory.mktemp("guarded-kafka"))):
        assert isinstance(engine, GuardedKafka)
        yield engine


@pytest.fixture(scope="session")
def guarded_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedMongo | GuardedSecantusRs]:
    """A database that asks who everybody is; never one that others use, whose databases are looked into here."""
    folder = tmp_path_factory.mktemp("guarded-mongo")
    for engine in _run(_built(RUST_RECIPE, GuardedSecantusRs(folder)) if REAL else GuardedMongo(folder)):
        assert isinstance(engine, GuardedMongo | GuardedSecantusRs)
        yield engine


@pytest.fixture(scope="session")
def mongo(request: pytest.FixtureRequest) -> Mongo | SecantusRs | Given:
    """A server that speaks MongoDB's protocol; each test uses a database of its own."""
    server: Mongo | Given = request.getfixturevalue("secantus_rs" if REAL else "secantus_py")
    return server


@pytest.fixture(scope="session")
def objects(request: pytest.FixtureRequest) -> Objects | Minio | Given:
    """An S3 server; each test uses a bucket or keys of its own."""
    store: Objects | Minio | Given = request.getfixturevalue("minio" if REAL else "seaweedfs")
    return store


@pytest.fixture(scope="session")
def secantus_py(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo | Given]:
    """SecantusDB's Python server."""
    given = os.environ.get("RASID_TEST_MONGO")
    yield from _run(Given.mongo(given) if given else Mongo(tmp_path_factory.mktemp("mongo")))


@pytest.fixture(scope="session")
def secantus_rs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecantusRs | Given]:
    """SecantusDB's Rust server, built before by `make engines`; each test uses a database of its own."""
    given = os.environ.get("RASID_TEST_MONGO")
    yield from _run(
        Given.mongo(given) if given else _built(RUST_RECIPE, SecantusRs(tmp_path_factory.mktemp("secantus-rs")))
    )


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects | Given]:
    """SeaweedFS."""
    given = os.environ.get("RASID_TEST_S3")
    yield from _run(Given.s3(given) if given else Objects(tmp_path_factory.mktemp("objects"), buckets=ANY))


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Minio | Given]:
    """MinIO, built before by `make engines`; each test uses a bucket of its own."""
    given = os.environ.get("RASID_TEST_S3")
    yield from _run(Given.s3(given) if given else _built(RECIPE, Minio(tmp_path_factory.mktemp("minio"), buckets=ANY)))


@pytest.fixture(scope="session", params=S3_STORES)
def guarded_s3(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects | Minio]:
    """Each S3 server in turn, with the buckets' real names; never one that others use."""
    folder = tmp_path_factory.mktemp("guarded-s3")
    for engine in _run(_built(RECIPE, Minio(folder)) if request.param == "minio" else Objects(folder)):
        assert isinstance(engine, Objects | Minio)
        yield engine


@pytest.fixture(params=S3_STORES)
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


def _built(recipe: Recipe, engine: E) -> E:
    _need(recipe)
    return engine


def _need(recipe: Recipe) -> None:
    """A test run is no time to build: it takes longer than a test may."""
    if recipe.is_built():
        return
    missing = EngineError(f"{recipe.title} {recipe.version} was not built on this machine", "build it: make engines")
    if os.environ.get("CI"):
        raise missing
    pytest.skip(str(missing))


def _run(engine: E | Given) -> Iterator[E | Given]:
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
