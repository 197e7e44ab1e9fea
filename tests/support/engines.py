"""Real engines for tests: given addresses first, else started once for the whole run, when the first test asks.

`RASID_TEST_KAFKA` (`host:port`), `RASID_TEST_MONGO` (a `mongodb://` URL) and `RASID_TEST_S3` (`http://key:secret@host:port`)
name engines that run already. Without them, an engine that cannot be started fails the run in CI and skips its tests,
with the reason, anywhere else.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from tools.engines import Engine, EngineError, Kafka, Mongo, Objects

E = TypeVar("E", bound=Engine)


@dataclass(frozen=True)
class Given:
    """An engine that somebody else runs: it can be used, and not be killed or paused."""

    address: str
    access_key: str = ""
    secret_key: str = ""

    @classmethod
    def s3(cls, url: str) -> "Given":
        parts = urlsplit(url)
        return cls(f"{parts.scheme}://{parts.hostname}:{parts.port}", parts.username or "", parts.password or "")


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


def killable(engine: E | Given) -> E:
    """The engine as one of ours that may be killed and paused; else the test is skipped."""
    if isinstance(engine, Given):
        pytest.skip(f"{engine.address} is not ours to kill or pause")
    return engine


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
