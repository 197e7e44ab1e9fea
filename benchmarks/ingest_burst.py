"""A steady 1,000 posts a second, then three times what ingest sustains, then 1,000 a second again; 2 KB of JSON each.

One ingest process, Kafka on one node, load from a process of its own. Nothing acknowledged may be lost, what is refused
must be told so at once with when to come again, and after the burst p99 must be what it was within ten seconds. The
limit is an empty route that publishes the same bytes with the same producer, at the same rate. An acknowledged event
is looked for on its topic; a second copy with its id, which the delivery promise allows, is counted.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks._bench import machine, memory_of, run
from benchmarks._burst_city import DahuaPosts, dahua_city
from benchmarks._city import Bench
from benchmarks._load import until_it_answers
from benchmarks._open_loop import NO_ANSWER, WITHHELD, Heard, Load, Step, offer
from benchmarks.http_to_durable import limit
from rasid.contract.codec import Message, encode
from rasid.contract.topics import DETECTIONS
from services.ingest.payload.reading import CameraContext
from services.ingest.read import read_payload
from tests.support import ledger
from tools.demo.city import TIME_ZONE

GOAL_RATE = 1000
GOAL_P99_MS = 50
GOAL_SECONDS = 10
BURST = 3
SATURATING = 64
CONNECTIONS = 1500
WARM_UP_SECONDS = 10
SATURATION_SECONDS = 10
AFTERWARDS_SECONDS = 30
NORMAL_IN_A_ROW = 3
DRAIN_SECONDS = 600
# Numbers of the requests of one load: none is sent twice.
SPAN = 2_000_000


@dataclass(slots=True)
class Watch:
    """The most memory that the service's process was seen to hold."""

    bench: Bench
    memory_mebibytes: int = 0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.memory_mebibytes = max(self.memory_mebibytes, memory_of(self.bench.platform.ingest.pid) or 0)
            await asyncio.sleep(0.5)


@dataclass(slots=True)
class Loads:
    """Offers loads one after the other and keeps what was promised."""

    posts: DahuaPosts
    promised: list[str]
    taken: int = 0

    async def offer(self, port: int, *steps: Step, connections: int) -> Heard:
        """What came back of one load."""
        self.taken += 1
        heard = await offer(Load(port, self.posts, steps, connections, self.taken * SPAN))
        self.promised += heard.accepted
        return heard


def made_by_ingest(bench: Bench, posts: DahuaPosts) -> Message:
    """The event of one of the posts, as ingest publishes it."""
    camera = CameraContext("burst-0", time_zone=TIME_ZONE, adapter="dahua")
    body = posts.request(0).partition(b"\r\n\r\n")[2]
    return encode(read_payload("text/plain", body, bench.platform.clock.now(), camera).normalized[0].event)


def as_figures(heard: Heard, seconds: float) -> dict[str, object]:
    """What became of one step, refusals by their status."""
    outcomes = heard.outcomes()
    offered = sum(number for name, number in outcomes.items() if name != NO_ANSWER[WITHHELD])
    return {
        "offered_per_second": round(offered / seconds),
        "answered_per_second": round(outcomes["200"] / seconds),
        "outcomes": dict(sorted(outcomes.items())),
        "p50_ms": heard.percentile_ms(50),
        "p99_ms": heard.percentile_ms(99),
        "refused_p50_ms": heard.percentile_ms(50, refused=True),
        "refused_p99_ms": heard.percentile_ms(99, refused=True),
    }


def worst_second_ms(heard: Heard, seconds: int) -> float:
    """The highest p99 of a second."""
    return max(heard.between(at, at + 1).percentile_ms(99) or 0.0 for at in range(seconds))


def seconds_until_normal(heard: Heard, begin: float, normal_ms: float) -> int | None:
    """After how many seconds p99 is normal and nothing is refused any more, three seconds in a row; None: never."""
    normal = []
    for at in range(AFTERWARDS_SECONDS):
        second = heard.between(begin + at, begin + at + 1)
        p99 = second.percentile_ms(99)
        normal.append(p99 is not None and p99 <= normal_ms and set(second.outcomes()) == {"200"})
        if normal[-NORMAL_IN_A_ROW:] == [True] * NORMAL_IN_A_ROW:
            return at + 1 - NORMAL_IN_A_ROW
    return None


async def sample(bench: Bench, name: str) -> float:
    """The value of one of ingest's metrics."""
    async with httpx.AsyncClient(timeout=30) as client:
        text = (await client.get(f"{bench.platform.ingest.address}/metrics")).text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


async def drained(bench: Bench) -> float:
    """Wait until nothing is in the spool any more; returns for how many seconds."""
    began = time.perf_counter()
    while await sample(bench, 'rasid_spool_depth{kind="events"}'):
        if time.perf_counter() - began > DRAIN_SECONDS:
            raise SystemExit("the spool does not empty itself")
        await asyncio.sleep(0.5)
    return time.perf_counter() - began


async def account(bench: Bench, promised: list[str]) -> dict[str, int]:
    """What was acknowledged, beside what is on the topic."""
    found: Counter[str] = Counter()
    for row in await ledger.records(bench.platform.engines.kafka.address, DETECTIONS.name):
        found[next(value.decode() for name, value in row.headers if name == "ce_id")] += 1
    return {
        "acknowledged": len(promised),
        "acknowledged_twice": len(promised) - len(set(promised)),
        "lost": sum(one not in found for one in promised),
        "acknowledged_with_a_second_copy": sum(found[one] > 1 for one in promised),
    }


async def limit_at(rate: int, bench: Bench, loads: Loads, seconds: int) -> Heard:
    """The empty route, which knows the path of one camera."""
    one = Loads(DahuaPosts(loads.posts.heads[:1]), [])
    path = one.posts.request(0).split(b" ", 2)[1].decode()
    with limit(bench.platform.engines.kafka.address, path, made_by_ingest(bench, one.posts)) as (port, _):
        await until_it_answers(port, one.posts.request(0))
        await one.offer(port, Step(rate, WARM_UP_SECONDS), connections=CONNECTIONS)
        return await one.offer(port, Step(rate, seconds), connections=CONNECTIONS)


async def measure(bench: Bench, loads: Loads, rate: int, seconds: int) -> dict[str, Any]:
    """All figures of one run."""
    bound = await limit_at(rate, bench, loads, seconds)
    port = bench.platform.ingest.port("http")
    await loads.offer(port, Step(rate, WARM_UP_SECONDS), connections=CONNECTIONS)
    before = await loads.offer(port, Step(rate, seconds), connections=CONNECTIONS)
    saturated = await loads.offer(port, Step(None, SATURATION_SECONDS), connections=SATURATING)
    sustained = saturated.outcomes()["200"] / SATURATION_SECONDS
    steps = Step(BURST * sustained, seconds), Step(rate, AFTERWARDS_SECONDS)
    burst = await loads.offer(port, *steps, connections=CONNECTIONS)
    normal_ms = max(GOAL_P99_MS, worst_second_ms(before, seconds))
    return {
        "steady": as_figures(before, seconds),
        "limit": as_figures(bound, seconds),
        "sustained_per_second": round(sustained),
        "asked_of_the_burst_per_second": round(BURST * sustained),
        "burst": as_figures(burst.between(0, seconds), seconds),
        "refused_without_retry_after": burst.without_retry_after,
        "normal_p99_ms": normal_ms,
        "seconds_until_normal": seconds_until_normal(burst, seconds, normal_ms),
        "afterwards": as_figures(burst.between(seconds, seconds + AFTERWARDS_SECONDS), AFTERWARDS_SECONDS),
        "spooled": await sample(bench, 'rasid_spool_added_total{kind="events"}'),
        "drained_after_seconds": round(await drained(bench), 1),
        "ledger": await account(bench, loads.promised),
    }


def is_reached(figures: dict[str, Any]) -> bool:
    """Whether all holds that is to hold."""
    back = figures["seconds_until_normal"]
    return (
        figures["steady"]["p99_ms"] <= GOAL_P99_MS
        and back is not None
        and back <= GOAL_SECONDS
        and figures["ledger"]["lost"] == figures["refused_without_retry_after"] == 0
        and set(figures["burst"]["outcomes"]) <= {"200", "503", NO_ANSWER[WITHHELD]}
    )


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long the steady load and the burst last")
    parser.add_argument("--rate", type=int, default=GOAL_RATE, help="posts a second before and after the burst")
    asked = parser.parse_args()
    async with dahua_city() as (bench, posts):
        watch = Watch(bench)
        watching = asyncio.create_task(watch.run())
        figures = await measure(bench, Loads(posts, []), asked.rate, asked.seconds)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    more = {
        "limit_is": "empty route that publishes the same bytes with the same producer, at the same rate",
        "goal": {"rate_per_second": GOAL_RATE, "p99_ms": GOAL_P99_MS, "seconds_until_normal": GOAL_SECONDS},
        "reached": asked.rate >= GOAL_RATE and is_reached(figures),
        "payload_bytes": len(posts.request(0).partition(b"\r\n\r\n")[2]),
        "rate_per_second": asked.rate,
        "seconds": asked.seconds,
        "connections": CONNECTIONS,
        "service_memory_mebibytes": watch.memory_mebibytes,
    }
    print(json.dumps({"benchmark": "ingest_burst", **figures, **more, **machine()}))


if __name__ == "__main__":
    run(main())
