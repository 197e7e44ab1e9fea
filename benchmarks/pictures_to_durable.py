"""Events with two pictures of 60 KB each, posted at a steady rate until durable, on Kafka and MinIO: which rate holds.

A rate holds when no post is refused, no picture is left out, the pictures' spool does not grow, and afterwards every
picture of every event that was answered is in the store, byte for byte. The limit is the store by itself: the same
pictures put bare, one object each, by as many connections as ingest has. `--seconds 300 --rates 100 120` is the figure.
"""

import argparse
import asyncio
import base64
import hashlib
import itertools
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from benchmarks._bench import broker, cpu_seconds_of, report, run, started
from benchmarks._load import Answers, post, steadily
from rasid.contract.buckets import NAMES, Bucket
from rasid.contract.codec import decode
from rasid.contract.pictures import place_of
from rasid.contract.topics import DETECTIONS, TOPICS
from rasid.runtime.clock import SystemClock
from rasid.storage.objects import ObjectStore
from rasid.stream.admin import ensure_topics
from tests.support import ledger
from tools.demo.buckets import ensure_buckets
from tools.demo.hikvision import PICTURE_KINDS, anpr_xml, multipart
from tools.demo.services import Ingest
from tools.engines.minio import Minio
from tools.engines.mongo import Mongo
from tools.keys import ensure_keys, issue

PICTURE_BYTES = 60 * 1024
GOAL = 100
CONNECTIONS = 8
BARE_SECONDS = 10.0
DRAIN_SECONDS = 10
BUCKET = NAMES[Bucket.PICTURES]
CAMERA = "bench-camera"
TAIL = os.urandom(PICTURE_BYTES - 20)
OUTCOMES = "rasid_ingest_pictures_total"


@dataclass(slots=True)
class Bench:
    """Ingest with its engines, and how to post to it."""

    kafka: str
    minio: Minio
    ingest: Ingest
    headers: dict[str, str] = field(default_factory=dict)

    def posts(self) -> Iterator[bytes]:
        """Requests, no picture of which was ever seen before."""
        for number in itertools.count():
            xml = anpr_xml(f"13A{number % 100_000:05d}", captured_at=datetime.now(UTC), event_id=f"bench-{number}")
            content_type, body = multipart(xml, {kind: picture() for kind in PICTURE_KINDS})
            yield post(f"/v1/cameras/{CAMERA}/events", body, self.headers | {"Content-Type": content_type})

    async def sample(self, name: str) -> float:
        """The value of one of ingest's metrics; 0 when there is none yet."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"{self.ingest.address}/metrics")).text
        return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


@dataclass(frozen=True, slots=True)
class Held:
    """One rate: what came of it."""

    rate: int
    answers: Answers
    left_out: int
    spooled: float
    still_spooled: float
    ingest_cpu_ms: float
    store_cpu_ms: float

    @property
    def holds(self) -> bool:
        """Whether it could go on like this."""
        return self.answers.refused == 0 and self.left_out == 0 and self.still_spooled == 0


def picture() -> bytes:
    """A picture like no other."""
    return b"\xff\xd8\xff\xe0" + os.urandom(16) + TAIL


@asynccontextmanager
async def prepared() -> AsyncIterator[Bench]:
    """Engines, ingest and one camera."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rasid-bench-")))
        kafka = await stack.enter_async_context(broker())
        mongo, minio = [await stack.enter_async_context(started(engine)) for engine in (Mongo, Minio)]
        assert isinstance(minio, Minio)
        keys = ensure_keys(folder)
        await ensure_topics(kafka, TOPICS, brokers=1)
        await ensure_buckets(minio.address, minio.admin, pictures=BUCKET)
        ingest = Ingest(
            folder,
            {
                "RASID_KAFKA": kafka,
                "RASID_MONGO": mongo.address,
                "RASID_OBJECTS": minio.address,
                "RASID_OBJECTS_ACCESS_KEY": minio.of("ingest").access_key,
                "RASID_OBJECTS_SECRET_KEY": minio.of("ingest").secret_key,
                "RASID_PICTURES_BUCKET": BUCKET,
                "RASID_TOKEN_KEYS": str(keys.key_set),
                **{f"RASID_{name.upper()}": getattr(keys, name) for name in ("pseudonym_key", "seal_key", "nonce_key")},
            },
        )
        await ingest.start()
        stack.push_async_callback(ingest.stop)
        token = issue(keys, "admin", "police", ["administrator"], lifetime_seconds=600, clock=SystemClock())
        async with httpx.AsyncClient(base_url=ingest.address, headers={"Authorization": f"Bearer {token}"}) as admin:
            body = {"kind": "fixed", "time_zone": "Asia/Baghdad"}
            (await admin.put(f"/v1/cameras/{CAMERA}", json=body)).raise_for_status()
            password = (await admin.post(f"/v1/cameras/{CAMERA}/credential")).raise_for_status().json()["password"]
        basic = base64.b64encode(f"{CAMERA}:{password}".encode()).decode()
        yield Bench(kafka, minio, ingest, {"Authorization": f"Basic {basic}"})


async def bare(minio: Minio) -> tuple[float, float]:
    """How many events' pictures the store takes a second, one object each, and its processor time for each, in ms."""
    store = ObjectStore(minio.address, *minio.admin, connections=CONNECTIONS, deadline_seconds=30)
    count, end = 0, time.perf_counter() + BARE_SECONDS

    async def putter() -> None:
        nonlocal count
        while time.perf_counter() < end:
            await store.put(BUCKET, f"bare/{os.urandom(16).hex()}", picture(), "image/jpeg")
            count += 1

    before, began = cpu_seconds_of(minio.pid), time.perf_counter()
    await asyncio.gather(*(putter() for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    await store.stop()
    return count / 2 / seconds, (cpu_seconds_of(minio.pid) - before) * 2000 / count


async def hold(bench: Bench, posts: Iterator[bytes], rate: int, seconds: float, promised: set[str]) -> Held:
    """Post at a rate; ids of what was accepted are added to `promised`."""
    left_out = 0

    def note(_: float, body: bytes) -> None:
        nonlocal left_out
        answer = json.loads(body)
        promised.update(answer.get("accepted", ()))
        left_out += "picture_not_stored" in answer.get("warnings", ())

    spooled = await bench.sample(f'{OUTCOMES}{{outcome="spooled"}}')
    before = cpu_seconds_of(bench.ingest.pid), cpu_seconds_of(bench.minio.pid)
    answers = await steadily(bench.ingest.port("http"), posts, rate=rate, seconds=seconds, on_answer=note)
    spent = cpu_seconds_of(bench.ingest.pid) - before[0], cpu_seconds_of(bench.minio.pid) - before[1]
    waiting = await _still_spooled(bench)
    return Held(
        rate,
        answers,
        left_out,
        await bench.sample(f'{OUTCOMES}{{outcome="spooled"}}') - spooled,
        waiting,
        spent[0] * 1000 / len(answers.seconds),
        spent[1] * 1000 / len(answers.seconds),
    )


async def _still_spooled(bench: Bench) -> float:
    """How many packs wait on the disk, after some seconds in which they may go."""
    for _ in range(DRAIN_SECONDS):
        waiting = await bench.sample('rasid_spool_depth{kind="pictures"}')
        if not waiting:
            return 0
        await asyncio.sleep(1)
    return waiting


async def lost_pictures(bench: Bench, promised: set[str]) -> tuple[int, int]:
    """How many events that were promised are not on the topic, and how many of their pictures not in the store."""
    store = ObjectStore(bench.minio.address, *bench.minio.admin, deadline_seconds=30)
    packs: dict[str, list[tuple[int, int, str]]] = {}
    missing = set(promised)
    for row in await ledger.records(bench.kafka, DETECTIONS.name):
        event = decode(row.headers, row.value)
        missing.discard(event.id)
        for image in event.data.images:
            place = place_of(image.uri)
            if place is not None:
                packs.setdefault(place.key, []).append((place.start, place.size_bytes, image.sha256))
    lost = 0
    for key, pictures in packs.items():
        body = await store.get(BUCKET, key) or b""
        lost += sum(
            hashlib.sha256(body[start : start + size]).hexdigest() != sha256 for start, size, sha256 in pictures
        )
    await store.stop()
    return len(missing), lost


async def main() -> None:
    """Each rate in turn until one does not hold, and the bare store before and after."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long each rate is held")
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 100, 150], help="events a second, ascending")
    asked = parser.parse_args()
    promised: set[str] = set()
    async with prepared() as bench:
        posts = bench.posts()
        await hold(bench, posts, 20, 5, promised)
        limits = [await bare(bench.minio)]
        rounds: list[Held] = []
        while len(rounds) < len(asked.rates) and (not rounds or rounds[-1].holds):
            rounds.append(await hold(bench, posts, asked.rates[len(rounds)], asked.seconds, promised))
        limits.append(await bare(bench.minio))
        missing, lost = await lost_pictures(bench, promised)
    best = max((one.rate for one in rounds if one.holds), default=0) if missing == lost == 0 else 0
    report(
        "pictures_to_durable",
        "events/s",
        [best],
        [sum(rate for rate, _ in limits) / len(limits)],
        goal=GOAL,
        limit="the same pictures put bare on this store, one object each",
        seconds=asked.seconds,
        rates=[one.rate for one in rounds],
        holds=[one.holds for one in rounds],
        p50_ms=[one.answers.percentile_ms(50) for one in rounds],
        p99_ms=[one.answers.percentile_ms(99) for one in rounds],
        refused_left_out_spooled=[(one.answers.refused, one.left_out, one.spooled) for one in rounds],
        bare_events_per_second=[round(rate) for rate, _ in limits],
        bare_store_cpu_ms_an_event=[round(cpu, 2) for _, cpu in limits],
        missing=[missing, lost],
        ingest_cpu_ms_an_event=[round(one.ingest_cpu_ms, 2) for one in rounds],
        store_cpu_ms_an_event=[round(one.store_cpu_ms, 2) for one in rounds],
    )


if __name__ == "__main__":
    run(main())
