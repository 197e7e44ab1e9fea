"""What the eraser asks of the database before it deletes anything: no less than the archive does."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from rasid.runtime.serve import EXIT_CONFIGURATION, Lifecycle
from rasid.testing.clock import START
from services.archive.eraser import app
from tests.unit.archive.service import ServiceBench

HELLO = {"maxWireVersion": 21, "setName": "rs0", "localTime": START}


async def opens(bench: ServiceBench, **changes: Any) -> tuple[int, list[str]]:
    """The exit code that the process would end with, and what it did."""
    did: list[str] = []
    lifecycle = Lifecycle()

    async def hello() -> dict[str, Any]:
        return HELLO | changes

    async def run() -> None:
        did.append("rounds")

    async def remember_certificate_key(*_: object) -> None:
        did.append("key")

    tools: Any = SimpleNamespace(clock=bench.clock, readiness=bench.readiness, lifecycle=lifecycle)
    store: Any = SimpleNamespace(remember_certificate_key=remember_certificate_key)
    database: Any = SimpleNamespace(hello=hello, login=None)
    rounds: Any = SimpleNamespace(run=run)
    await app._erase(database, store, bench.notary, rounds, tools)
    return lifecycle.exit_code, did


async def test_it_begins_at_a_database_that_will_do(bench):
    assert await opens(bench) == (0, ["key", "rounds"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"maxWireVersion": 20}, "older than MongoDB"),
        ({"localTime": START + timedelta(minutes=5)}, "300 s ahead"),
        ({"localTime": START - timedelta(minutes=5)}, "300 s behind"),
    ],
)
async def test_it_deletes_nothing_by_a_database_that_is_too_old_or_has_another_time(bench, capsys, changes, why):
    assert await opens(bench, **changes) == (EXIT_CONFIGURATION, [])
    assert why in capsys.readouterr().err
