"""Ingest's whole path (credential, body, XML, event, durable) against an empty route that publishes the same bytes.

64 kept-alive connections, Hikvision XML without pictures, both in one uvicorn process with the same producer.
"""

import multiprocessing
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Response

from benchmarks._bench import cpu_seconds_of, memory_of, metrics, report, run
from benchmarks._city import Bench, city
from benchmarks._load import LOOPBACK, Answers, Connection, post, saturate
from rasid.contract.codec import encode
from rasid.runtime.clock import SystemClock
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import plate_read

CONNECTIONS = 64
SECONDS = 8
ROUNDS = 3
READS = 2000


def serve_empty(bootstrap: str, port: int) -> None:
    """The limit: a route that does nothing but publish prepared bytes."""
    message = encode(plate_read())
    producer = KafkaProducer(bootstrap, "limit", clock=SystemClock(), metrics=metrics())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with producer:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/empty")
    async def empty() -> Response:
        await producer.publish_message(message)
        return Response()

    uvicorn.run(app, host=LOOPBACK, port=port, http="httptools", loop="uvloop", access_log=False, log_level="error")


@contextmanager
def limit(bootstrap: str) -> Iterator[tuple[int, int | None]]:
    """The limit in a process of its own; yields its port and its process id."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=serve_empty, args=(bootstrap, port))
    process.start()
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.join()


async def measure(bench: Bench) -> None:
    """Measure in turn."""
    reads = [bench.read(f"13A{n:05d}", n) for n in range(READS)]
    body = encode(plate_read()).value or b""
    empty = [post("/empty", body, {"Content-Type": "application/json"})]
    ingest_port = bench.platform.ingest.port("http")
    pairs = []
    with limit(bench.platform.engines.kafka.address) as (port, pid):
        await _wait_for(port, empty[0])
        await _round(ingest_port, bench.platform.ingest.pid, reads)
        for _ in range(ROUNDS):
            figure = await _round(ingest_port, bench.platform.ingest.pid, reads)
            pairs.append((figure, await _round(port, pid, empty)))
    report(
        "http_to_durable",
        "payloads/s",
        [figure.rate for figure, _ in pairs],
        [bound.rate for _, bound in pairs],
        goal_ratio=0.5,
        limit="empty route that publishes the same bytes with the same producer",
        p99_ms=[figure.answers.percentile_ms(99) for figure, _ in pairs],
        refused=sum(figure.answers.refused for figure, _ in pairs),
        cpu_microseconds=[figure.cpu_microseconds for figure, _ in pairs],
        limit_cpu_microseconds=[bound.cpu_microseconds for _, bound in pairs],
        service_memory_mebibytes=memory_of(bench.platform.ingest.pid),
    )


@dataclass(frozen=True, slots=True)
class _Round:
    rate: float
    answers: Answers
    cpu_microseconds: int


async def _round(port: int, pid: int | None, requests: Sequence[bytes]) -> _Round:
    """Saturate one side; what a request costs its process says more than the rate where cores are shared."""
    before = cpu_seconds_of(pid)
    rate, answers = await saturate(port, requests, connections=CONNECTIONS, seconds=SECONDS)
    spent = cpu_seconds_of(pid) - before
    return _Round(rate, answers, round(spent / len(answers.seconds) * 1_000_000))


async def _wait_for(port: int, request: bytes) -> None:
    clock = SystemClock()
    for _ in range(200):
        try:
            await Connection(port).ask(request)
        except OSError:
            await clock.sleep(0.05)
        else:
            return
    raise SystemExit("the empty route did not come up")


async def main() -> None:
    """Everything on this machine."""
    async with city([]) as bench:
        # They would consume what both sides publish, at a core and more, and that is not what is measured.
        for consumer in bench.platform.services[1:]:
            await consumer.stop()
        await measure(bench)


if __name__ == "__main__":
    run(main())
