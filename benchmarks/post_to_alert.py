"""From a camera's post to the ring on the live stream, at 200 and 1,000 reads a second, on the demo's engines.

Reads come at a steady rate whatever the answers take, without pictures; 5 % are of wanted plates, each a new alert.
CPU seconds per 1,000 events are those of the service's process.
"""

import asyncio
import json
import time
from collections.abc import Iterator

import httpx
import psutil

from benchmarks._bench import machine, memory_of, run
from benchmarks._city import Bench, city
from benchmarks._load import Answers, steadily
from tools.demo.figures import Latencies
from tools.demo.listening import listen

SECONDS = 30
WARM_UP_SECONDS = 5
RATES = (200, 1000)
WANTED_EVERY = 20
GOALS_MS = {200: (60, 250)}
WANTED = [f"11W{n:05d}" for n in range(sum(RATES) * (SECONDS + WARM_UP_SECONDS) // WANTED_EVERY + len(RATES))]


async def hear(bench: Bench, latencies: Latencies) -> None:
    """Note when each alert arrives."""
    async with httpx.AsyncClient() as client:
        address = f"{bench.platform.alerts.address}/v1/alerts/stream"
        async for event in listen(client, address, bench.listener_headers()):
            if event.name == "raised":
                latencies.rang(json.loads(event.data)["detection_id"], time.monotonic())


class Traffic:
    """Requests as they go out, one of twenty of a plate that is wanted and has not passed yet."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._wanted = iter(WANTED)
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        self._sent += 1
        is_wanted = self._sent % WANTED_EVERY == 0
        return self._bench.read(next(self._wanted) if is_wanted else f"13A{self._sent % 100_000:05d}", self._sent)


async def drive(bench: Bench, traffic: Traffic, latencies: Latencies, rate: int, seconds: float) -> Answers:
    """Post at a rate, noting when each accepted read began."""

    def note(began: float, body: bytes) -> None:
        for detection_id in json.loads(body).get("accepted", ()):
            latencies.posted(detection_id, began)

    port = bench.platform.ingest.port("http")
    answers = await steadily(port, iter(traffic), rate=rate, seconds=seconds, on_answer=note)
    await asyncio.sleep(1)
    return answers


async def measure(bench: Bench, traffic: Traffic, latencies: Latencies, rate: int) -> None:
    """One rate: warm up, then the figure."""
    await drive(bench, traffic, latencies, rate, WARM_UP_SECONDS)
    latencies.seconds.clear()
    processes = {service.name: psutil.Process(service.pid) for service in bench.platform.services}
    before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    answers = await drive(bench, traffic, latencies, rate, SECONDS)
    cpu = {name: sum(process.cpu_times()[:2]) - before[name] for name, process in processes.items()}
    p50, p99 = latencies.percentile_ms(50), latencies.percentile_ms(99)
    goal = GOALS_MS.get(rate)
    print(
        json.dumps(
            {
                "benchmark": "post_to_alert",
                "rate_per_second": rate,
                "alerts": len(latencies.seconds),
                "expected_alerts": rate * SECONDS // WANTED_EVERY,
                "p50_ms": p50,
                "p99_ms": p99,
                "goal_ms": goal,
                "reached": None if goal is None or p50 is None or p99 is None else p50 <= goal[0] and p99 <= goal[1],
                "limit": {"post_p50_ms": answers.percentile_ms(50), "post_p99_ms": answers.percentile_ms(99)},
                "limit_is": "the same post until its own answer: durable in Kafka",
                "refused": answers.refused,
                "cpu_seconds_per_1000_events": {
                    name: round(spent / len(answers.seconds) * 1000, 3) for name, spent in cpu.items()
                },
                "memory_mebibytes": {name: memory_of(process.pid) for name, process in processes.items()},
                **machine(),
            },
        ),
        flush=True,
    )


async def main() -> None:
    """Both rates, one after the other, on one platform."""
    latencies = Latencies()
    async with city(WANTED) as bench:
        traffic = Traffic(bench)
        listening = asyncio.create_task(hear(bench, latencies))
        for rate in RATES:
            await measure(bench, traffic, latencies, rate)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


if __name__ == "__main__":
    run(main())
