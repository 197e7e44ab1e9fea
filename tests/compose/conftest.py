"""One deployment for all compose tests of a run. They are collected only when they are named: `make test-compose`."""

import os
from collections.abc import Iterator

import pytest

from tests.compose.containers import Containers
from tests.compose.lab import Lab, NoContainers
from tests.compose.town import ContainerTown

UNPROVEN = """\
What these stand-ins cannot prove (docs/operations.md, "What the compose test does not show"): that the public images
of Kafka, MongoDB and Prometheus take these settings, users, health checks and a read-only root; that a real MongoDB
is initiated as a replica set, elects, and keeps a majority's writes; Grafana; pulling."""


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    lab = Lab()
    try:
        lab.start()
        yield lab
    except NoContainers as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(reason))
    finally:
        lab.stop()


@pytest.fixture(scope="session")
def containers(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    deployment = Containers(tmp_path_factory.mktemp("deploy"), stand_ins=lab.has_stand_ins)
    try:
        deployment.up()
        yield deployment
    finally:
        deployment.remove()


@pytest.fixture(scope="session")
def city(containers: Containers) -> Containers:
    """The city, prepared once as the README says: its cases outlive every restart."""
    said = containers.compose("run", "--rm", "city", "rasid", "city", "--prepare")
    assert "TOKEN=" in said
    return containers


@pytest.fixture
def town(city: Containers) -> ContainerTown:
    """An officer and his cases, with the services where they are now."""
    return ContainerTown(city)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if Lab.used_stand_ins:
        terminalreporter.write_sep("-", "stand-ins")
        terminalreporter.write_line(UNPROVEN)
