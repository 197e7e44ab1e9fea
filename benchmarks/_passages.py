"""Twenty days of passages of a city: made up, and put where search keeps them."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

from rasid.contract.tables import CameraStateV1, SiteStateV1
from rasid.runtime.clock import SystemClock
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Document, Mongo
from rasid.testing.builders import plate_read
from services.search.documents import to_document
from services.search.indexes import INDEXES
from services.search.lexicon import kept_until
from services.search.passages import passage_of
from services.search.plate_store import PLATES
from services.search.store import KEY, PASSAGES

VEHICLES = 100_000
CAMERAS = [f"cam-{number:03d}" for number in range(850)]
SITES = [f"site-{number:03d}" for number in range(200)]
SECTORS = ("north", "center", "south")
KEPT = timedelta(days=20)
RETENTION = timedelta(days=21)
BATCH = 1_000
CLOCK = SystemClock()
NOW = CLOCK.now()
CHANCE = Random(11)  # noqa: S311 - traffic, not secrets


def plate(number: int) -> str:
    """The plate of a vehicle."""
    return f"{11 + number % 19}A{number:06d}"


def documents(count: int) -> Iterator[Document]:
    """Passages as search stores them, in the order in which they happened, as it gets them."""
    like = to_document(passage_of(plate_read(), RETENTION), KEY)
    for number in range(count):
        text, camera = plate(CHANCE.randrange(VEHICLES)), CHANCE.randrange(len(CAMERAS))
        captured_at = NOW - KEPT * (1 - (number + CHANCE.random()) / count)
        reading = {**like["reading"], "plate": {**like["reading"]["plate"], "raw": text, "text": text}}
        key = f"{CHANCE.getrandbits(128):032x}"
        yield {
            **like,
            "_id": f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}",
            "sighting_id": key,
            "camera_id": CAMERAS[camera],
            "site_id": SITES[camera % len(SITES)],
            "captured_at": captured_at,
            "last_captured_at": captured_at,
            "received_at": captured_at,
            "expires_at": captured_at + RETENTION,
            "plates": [text],
            "reading": reading,
            "version": 1,
        }


def registry() -> Iterator[tuple[str, CameraStateV1 | SiteStateV1]]:
    """Every camera and site, with its id."""
    for number, site in enumerate(SITES):
        sector = SECTORS[number % len(SECTORS)]
        yield site, SiteStateV1(site_id=site, sector=sector, kind="main_street", version=1)
    for number, camera in enumerate(CAMERAS):
        site = SITES[number % len(SITES)]
        yield camera, CameraStateV1(camera_id=camera, site_id=site, kind="fixed", state="active", version=1)


def in_sectors(sectors: Sequence[str]) -> list[str]:
    """The sites of some sectors."""
    return [site for number, site in enumerate(SITES) if SECTORS[number % len(SECTORS)] in sectors]


async def fill(mongo: Mongo, count: int) -> float:
    """Put the passages and their plates there; returns how many a second."""
    await ensure_indexes(mongo, INDEXES)
    passages, began, source = mongo.collection(PASSAGES), time.perf_counter(), documents(count)

    async def insert() -> None:
        while batch := [row for row, _ in zip(source, range(BATCH), strict=False)]:
            await passages.insert_many(batch)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(insert())
    rate = count / (time.perf_counter() - began)
    until = kept_until(NOW + RETENTION)
    rows = [{"_id": plate(number), "expires_at": until, "changed": number + 1} for number in range(VEHICLES)]
    for start in range(0, VEHICLES, BATCH):
        await mongo.collection(PLATES).insert_many(rows[start : start + BATCH])
    await mongo.collection("counters").insert({"_id": PLATES, "last": VEHICLES})
    return rate
