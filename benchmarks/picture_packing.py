"""Pictures put one by one against the same bytes packed into larger objects, on the real stores.

60 KB a picture, as many puts at the same time as a process has connections. Packed: what would come in a second at 400
pictures a second (24 MB) as one object. CPU is of the store's process and of this one, a picture. The limit is the
packed rate: what packing could win at most, before its index and its longer wait for durability are paid for.
"""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks._bench import cpu_seconds_of, report, run, started
from rasid.storage.objects import ObjectStore
from tools.engines.minio import Minio
from tools.engines.object_store import ObjectStoreEngine
from tools.engines.objects import Objects

PICTURE_BYTES = 60 * 1024
PACKED = 400
PICTURES = 800
CONNECTIONS = 8
ROUNDS = 2
# Two pictures of each of 100 events.
GOAL_PER_SECOND = 200
BUCKET = "bench-pictures"
DEADLINE_SECONDS = 60.0
ENGINES: dict[str, type[ObjectStoreEngine]] = {"seaweedfs": Objects, "minio": Minio}


@dataclass(frozen=True, slots=True)
class Cost:
    """Pictures a second, and milliseconds of processor time each took in the store and here."""

    rate: float
    store_ms: float
    own_ms: float


async def put_all(store: ObjectStore, pid: int | None, bodies: Sequence[bytes], pictures: int) -> Cost:
    """Put each body as one object, so many at the same time as there are connections."""
    left = iter(bodies)

    async def putter() -> None:
        for body in left:
            await store.put(BUCKET, os.urandom(16).hex(), body, "image/jpeg", deadline_seconds=DEADLINE_SECONDS)

    before, own, began = cpu_seconds_of(pid), time.process_time(), time.perf_counter()
    await asyncio.gather(*(putter() for _ in range(CONNECTIONS)))
    seconds = time.perf_counter() - began
    return Cost(
        pictures / seconds,
        (cpu_seconds_of(pid) - before) * 1000 / pictures,
        (time.process_time() - own) * 1000 / pictures,
    )


async def measure(name: str) -> None:
    """One store."""
    singles = [os.urandom(PICTURE_BYTES) for _ in range(PICTURES)]
    packs = [b"".join(singles[start : start + PACKED]) for start in range(0, PICTURES, PACKED)]
    async with started(ENGINES[name]) as engine:
        store = ObjectStore(engine.address, *engine.admin, connections=CONNECTIONS)
        await store.ensure_bucket(BUCKET)
        await put_all(store, engine.pid, singles[:100], 100)
        pairs = [
            (
                await put_all(store, engine.pid, singles, PICTURES),
                await put_all(store, engine.pid, packs, PICTURES),
            )
            for _ in range(ROUNDS)
        ]
        await store.stop()
    report(
        f"picture_packing_{name}",
        "pictures/s",
        [single.rate for single, _ in pairs],
        [packed.rate for _, packed in pairs],
        goal_ratio=0.4,
        goal_per_second=GOAL_PER_SECOND,
        limit=f"{PACKED} pictures packed into one object",
        store_cpu_ms_a_picture=[round(single.store_ms, 2) for single, _ in pairs],
        store_cpu_ms_a_packed_picture=[round(packed.store_ms, 2) for _, packed in pairs],
        own_cpu_ms_a_picture=[round(single.own_ms, 2) for single, _ in pairs],
        own_cpu_ms_a_packed_picture=[round(packed.own_ms, 2) for _, packed in pairs],
    )


async def main() -> None:
    """Each store that is asked for, or all."""
    for name in sys.argv[1:] or ENGINES:
        await measure(name)


if __name__ == "__main__":
    run(main())
