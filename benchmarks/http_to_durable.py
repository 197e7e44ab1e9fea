"""Ingest's whole path (credential, body, XML, event, durable) against an empty route that publishes the same bytes.

64 kept-alive connections, Hikvision XML without pictures, both in one uvicorn process with the same producer. Both are
sent the same posts and read them; the empty route then publishes an event that ingest made of one, prepared, and
answers nothing.
"""

import multiprocessing
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response

from benchmarks._bench import cpu_seconds_of, memory_of, metrics, report, run
from benchmarks._city import Bench, city
from benchmarks._load import LOOPBACK, Answers, saturate, until_it_answers
from rasid.contract.codec import Message, encode
from rasid.runtime.clock import SystemClock
from rasid.stream.producer import KafkaProducer
from services.ingest.payload.reading import CameraContext
from services.ingest.read import read_payload
from tools.demo.city import CAMERAS, TIME_ZONE
from tools.demo.hikvision import anpr_xml
from tools.engines import claims

CONNECTIONS = 64
SECONDS = 8
ROUNDS = 3
READS = 2000


def serve_empty(bootstrap: str, port: int, path: str, message: Message) -> None:
    """The limit: a route that does nothing but read its body and publish prepared bytes."""
    producer = KafkaProducer(bootstrap, "limit", clock=SystemClock(), metrics=metrics())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with producer:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post(path)
    async def empty(request: Request) -> Response:
        await request.body()
        await producer.publish_message(message)
        return Response()

    uvicorn.run(app, host=LOOPBACK, port=port, http="httptools", loop="uvloop", access_log=False, log_level="critical")


@contextmanager
def limit(bootstrap: str, path: str, message: Message) -> Iterator[tuple[int, int | None]]:
    """The limit in a process of its own; yields its port and its process id."""
    port = claims.claim_one(range(18_000, 19_000), Path(__file__))
    process = multiprocessing.get_context("spawn").Process(target=serve_empty, args=(bootstrap, port, path, message))
    process.start()
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.join()


def made_by_ingest(bench: Bench) -> Message:
    """The event of one of the posts, as ingest publishes it."""
    now = bench.platform.clock.now()
    camera = CameraContext(CAMERAS[0].camera_id, site_id=CAMERAS[0].site.site_id, time_zone=TIME_ZONE)
    read = read_payload("application/xml", anpr_xml("13A00001", captured_at=now, event_id="bench-1"), now, camera)
    return encode(read.normalized[0].event)


async def measure(bench: Bench) -> None:
    """Measure in turn."""
    reads = [bench.read(f"13A{n:05d}", n) for n in range(READS)]
    message = made_by_ingest(bench)
    ingest_port = bench.platform.ingest.port("http")
    pairs = []
    with limit(bench.platform.engines.kafka.address, bench.path, message) as (port, pid):
        await until_it_answers(port, reads[0])
        await _round(ingest_port, bench.platform.ingest.pid, reads)
        for _ in range(ROUNDS):
            figure = await _round(ingest_port, bench.platform.ingest.pid, reads)
            pairs.append((figure, await _round(port, pid, reads)))
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


async def main() -> None:
    """Everything on this machine."""
    async with city([]) as bench:
        # They would consume what both sides publish, at a core and more, and that is not what is measured.
        for consumer in bench.platform.services[1:]:
            await consumer.stop()
        await measure(bench)


if __name__ == "__main__":
    run(main())
