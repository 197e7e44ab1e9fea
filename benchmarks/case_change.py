"""How soon the other services know of a case that changed, also when casework dies on it.

The time runs from the request of the change to the moment when a table of cases, read as every service reads it, has
it. The limit is one published event that comes the same way. A revocation is a person taken off a case while casework
is killed between its database and the bus, and started again: its time runs from the death.

    python -m benchmarks.case_change
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks._bench import broker, machine, memory_of, metrics, run, started
from rasid.contract.envelope import Event
from rasid.contract.topics import CASES, TOPICS
from rasid.identity.purpose import CASE_ROWS
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness
from rasid.stream.admin import ensure_topics
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.table import TableReader
from rasid.testing.builders import case_state
from tests.support.mortal import doom, mortal
from tools.demo.casework import AGENCY, INVESTIGATION
from tools.demo.office import Supervisor
from tools.demo.services import Casework
from tools.engines import Mongo
from tools.keys import ensure_keys, issue

CLOCK = SystemClock()
CHANGES = 300
EVERY_SECONDS = 0.1
DEATHS = 5
GOAL_MS = 1_000
REVOCATION_GOAL_MS = 5_000
DYING_AT = "services.casework.store:MongoCases.save:after"


@dataclass
class Seen:
    """When each version of each case came, in monotonic seconds."""

    at: dict[tuple[str, int], float] = field(default_factory=dict)
    latest: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def apply(self, _: str, event: Event[Any] | None) -> None:
        """Take a row."""
        if event is not None and event.type == "case.state":
            self.at.setdefault((event.data.case_id, event.data.version), time.monotonic())
            self.latest[event.data.case_id] = event.data
            self.changed.set()

    async def until(self, is_so: Callable[[], bool]) -> float:
        """The moment when it is so."""
        while not is_so():
            self.changed.clear()
            await self.changed.wait()
        return time.monotonic()


@asynccontextmanager
async def following(bootstrap: str) -> AsyncIterator[Seen]:
    """A table of cases, as every service has one."""
    seen = Seen()
    reader = TableReader(
        KafkaLog(bootstrap, "bench"), CASES.name, CASE_ROWS, seen.apply, clock=CLOCK, readiness=Readiness()
    )
    task = asyncio.create_task(reader.run())
    try:
        await reader.ready()
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def bare(bootstrap: str, seen: Seen) -> list[float]:
    """Seconds from publishing an event to having it."""
    took = []
    async with KafkaProducer(bootstrap, "bench", clock=CLOCK, metrics=metrics(), deadline_seconds=10) as producer:
        for version in range(1, CHANGES + 1):
            began = time.monotonic()
            await producer.publish(case_state("case-bare", version=version))
            await seen.until(lambda version=version: ("case-bare", version) in seen.at)  # type: ignore[misc]
            took.append(seen.at["case-bare", version] - began)
            await CLOCK.sleep(EVERY_SECONDS)
    return took


async def changes(supervisor: Supervisor, seen: Seen) -> list[float]:
    """Seconds from asking for a change to having it."""
    took = []
    for number in range(CHANGES):
        etag = (await supervisor.client.get(f"/v1/cases/{INVESTIGATION}")).headers["etag"]
        step, began = ("assign", "unassign")[number % 2], time.monotonic()
        answer = await supervisor.client.post(
            f"/v1/cases/{INVESTIGATION}/{step}", json={"subject": "officer-9"}, headers={"If-Match": etag}
        )
        row = (INVESTIGATION, int(answer.raise_for_status().json()["version"]))
        await seen.until(lambda row=row: row in seen.at)  # type: ignore[misc]
        took.append(seen.at[row] - began)
        await CLOCK.sleep(EVERY_SECONDS)
    return took


async def revocation(casework: Casework, supervisor: Supervisor, seen: Seen, who: str) -> float:
    """Seconds from the death of casework, at the revocation, to the revocation in the table."""
    await supervisor.step(INVESTIGATION, "assign", subject=who)
    await seen.until(lambda: who in seen.latest[INVESTIGATION].assigned)
    await casework.stop()
    normal, casework.launcher = casework.launcher, mortal(casework)
    await casework.start()
    await doom(casework, DYING_AT)
    with suppress(httpx.TransportError):
        await supervisor.step(INVESTIGATION, "unassign", subject=who)
    died = time.monotonic()
    casework.launcher = normal
    while casework.running:
        await CLOCK.sleep(0.01)
    # It may be told before the new process says that it is ready.
    known_at, _ = await asyncio.gather(
        seen.until(lambda: who not in seen.latest[INVESTIGATION].assigned), casework.start()
    )
    return known_at - died


def percentile(seconds: list[float], percent: int) -> float:
    """In milliseconds."""
    return round(statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000, 1)


def tell(name: str, figures: list[float], limits: list[float], goal: int, **more: object) -> None:
    """One figure beside its limit, as JSON."""
    figure = percentile(figures, 99)
    told = {
        "benchmark": f"case_change: {name}",
        "unit": "ms, p99",
        "figure": figure,
        "p50": percentile(figures, 50),
        "limit": percentile(limits, 99),
        "limit_p50": percentile(limits, 50),
        "limit_is": "one published event that comes the same way",
        "goal": goal,
        "reached": figure <= goal,
        "times": len(figures),
    }
    print(json.dumps(told | more | machine()))


async def main() -> None:
    """Kafka, the demo's database and casework, each a process of its own."""
    async with broker() as bootstrap, started(Mongo) as mongo:
        await ensure_topics(bootstrap, TOPICS, brokers=1)
        with TemporaryDirectory(prefix="rasid-bench-") as folder:
            await measure(Path(folder), bootstrap, mongo.address)


async def measure(folder: Path, bootstrap: str, mongo: str) -> None:
    """Both figures, and the limit between them."""
    keys = ensure_keys(folder)
    environment = {
        "RASID_KAFKA": bootstrap,
        "RASID_MONGO": mongo,
        "RASID_TOKEN_KEYS": str(keys.key_set),
        "RASID_PSEUDONYM_KEY": keys.pseudonym_key,
        "RASID_SEAL_KEY": keys.seal_key,
    }
    casework = Casework(folder, environment)
    await casework.start()
    token = issue(keys, "boss", AGENCY, ["supervisor"], lifetime_seconds=3600, clock=CLOCK)
    supervisor = Supervisor(casework.address, token)
    try:
        async with following(bootstrap) as seen:
            await supervisor.open(INVESTIGATION, "investigation", ["officer-1"])
            took = await changes(supervisor, seen)
            memory, limit = memory_of(casework.pid), await bare(bootstrap, seen)
            tell("seen by another service", took, limit, GOAL_MS, memory_mebibytes=memory)
            deaths = [await revocation(casework, supervisor, seen, f"officer-{at}") for at in range(20, 20 + DEATHS)]
            tell("a revocation across a death and a restart", deaths, limit, REVOCATION_GOAL_MS)
    finally:
        await supervisor.close()
        await casework.stop()


if __name__ == "__main__":
    run(main())
