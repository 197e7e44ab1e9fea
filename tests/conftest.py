"""What holds for every test: engines on demand, no error logged unless expected, no socket where none belongs."""

import logging
import socket
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

from tests.support.engines import (
    REAL,
    guarded_kafka,
    guarded_mongo,
    guarded_s3,
    kafka,
    minio,
    mongo,
    objects,
    s3,
    seaweedfs,
    secantus_py,
    secantus_rs,
)
from tests.support.last_words import last_words
from tools.demo.platform import Platform

__all__ = [
    "guarded_kafka",
    "guarded_mongo",
    "guarded_s3",
    "kafka",
    "minio",
    "mongo",
    "objects",
    "s3",
    "seaweedfs",
    "secantus_py",
    "secantus_rs",
]

# What only engines like production's can show: `make test-real`.
ONLY_REAL = ["contract/test_three_nodes.py", "fault/test_one_node_of_three.py", "integration/test_kafka_cluster.py"]
collect_ignore = [] if REAL else ONLY_REAL

# Collected only when they are named, for they take their time: `make test-compose`, `campaign`, `test-providers`.
BY_NAME = [Path(__file__).parent / name for name in ("campaign", "compose", "providers")]

OURS = ("rasid", "services", "tools", "asyncio")
WITHOUT_SOCKETS = ("tests/unit/", "tests/property/")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    folder = next((folder for folder in BY_NAME if collection_path.is_relative_to(folder)), None)
    named = [Path(str(argument).partition("::")[0]).absolute() for argument in config.args]
    return True if folder and not any(path.is_relative_to(folder) for path in named) else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expects_errors(*words): errors whose text holds one of the words may be logged")
    config.addinivalue_line("markers", "opens_sockets(reason): a unit test that is about sockets")
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test of a platform says which of its services no longer ran, and why."""
    report = yield
    platform = getattr(item, "funcargs", {}).get("platform")
    if report.failed and isinstance(platform, Platform):
        report.sections.append(("services", last_words(platform)))
    return report


@pytest.fixture(autouse=True)
def _no_unexpected_errors(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An error that is logged fails the test, unless the test says that it expects it."""
    yield
    marker = request.node.get_closest_marker("expects_errors")
    expected = marker.args if marker else ()
    logged = [
        record.getMessage()
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.ERROR and record.name.startswith(OURS)
    ]
    unexpected = [message for message in logged if not any(word in message for word in expected)]
    assert not unexpected, f"logged without being expected: {unexpected}"


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit and property tests reach no network."""
    if not request.node.nodeid.startswith(WITHOUT_SOCKETS) or request.node.get_closest_marker("opens_sockets"):
        return

    def refuse(*_: object) -> None:
        raise AssertionError("a unit test opens no socket")

    for call in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, call, refuse)
