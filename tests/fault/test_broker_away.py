"""The broker stopped under load and ingest killed twice meanwhile: what was answered is there, once by id, everywhere.

The short edition runs with the other tests; the long one as

    RASID_OUTAGE_SECONDS=300 RASID_OUTAGE_RATE=500 pytest tests/fault/test_broker_away.py
"""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest

from rasid.contract.topics import DETECTIONS
from tests.fault.test_search_keeps_every_read import check_ledger
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.load import alerts_of, reads_of
from tests.support.posting import Posting
from tests.support.town import Town, new_plate
from tools.demo.connecting import http_client

XML = "application/xml"
OUTAGE_SECONDS = float(os.environ.get("RASID_OUTAGE_SECONDS", "5"))
RATE = float(os.environ.get("RASID_OUTAGE_RATE", "40"))
# Slow enough that a live event meets a spool that is not empty, fast enough to come to an end beside the load.
DRAIN_RATE = RATE * 1.5
CAMERAS, WANTED_EVERY = 4, 25

pytestmark = pytest.mark.timeout(240 + 12 * OUTAGE_SECONDS)


def reads(town: Town, wanted: str) -> Iterator[bytes]:
    """Reads without end, of a wanted plate now and then and of ever new ones."""
    for number in itertools.count(1):
        yield town.read(wanted if number % WANTED_EVERY == 0 else f"13 A {number % 100_000:05d}")


async def test_nothing_that_was_answered_is_lost_and_live_events_do_not_wait_for_the_spool(town: Town):
    wanted, live = new_plate(), new_plate()
    for plate in (wanted, live):
        await town.watch(plate)
    ingest, kafka = town.platform.ingest, town.platform.engines.kafka
    usual = ingest.environment()
    ingest.configure({**usual, "RASID_SPOOL_PER_SECOND": str(DRAIN_RATE)})
    await ingest.stop()
    await ingest.start()
    async with AsyncExitStack() as stack:
        cameras = [await stack.enter_async_context(town.camera()) for _ in range(CAMERAS)]
        group = await stack.enter_async_context(asyncio.TaskGroup())
        load = Posting(ingest.port("http"), cameras, reads(town, wanted), RATE)
        group.create_task(load.run())
        await promised(load, 20)
        await kafka.stop()
        for _ in range(2):
            await promised(load, RATE * OUTAGE_SECONDS / 2)
            await ingest.kill()
            await ingest.start()
        await kafka.start()
        await rings_at_once(town, cameras[0], live)
        await eventually(lambda: _is_empty(ingest.address), 60 + 3 * OUTAGE_SECONDS, "the spool is empty")
        load.stop()
    ingest.configure(usual)
    assert load.declined == 0, "no camera has been told that its read is lost"
    await check_everywhere(town, load, wanted)


async def promised(load: Posting, more: float) -> None:
    before = len(load.promised)
    await eventually(lambda: len(load.promised) >= before + more, 60 + 2 * OUTAGE_SECONDS, "reads are taken")


async def rings_at_once(town: Town, camera, plate: str) -> None:
    """A read that comes now rings, while earlier ones still wait."""
    ingest = town.platform.ingest.address
    await eventually(lambda: _is_closed(ingest), 60, "ingest has found out that the broker is back")
    assert (await camera.post(XML, town.read(plate))).status_code == httpx.codes.OK
    await eventually(lambda: alerts_of(town, plate), 30, "it rings")
    assert await depth(ingest) > 0, "the spool has not been waited for"


async def check_everywhere(town: Town, load: Posting, wanted: str) -> None:
    """On the topic, in the passages of search, and counted by the alert: each that was promised, once by its id."""
    kafka = town.platform.engines.kafka.address
    published = {event.id for event in await ledger.events(kafka, DETECTIONS.name, "plate.read")}
    assert load.promised <= published
    found = await check_ledger(town, 60 + 3 * OUTAGE_SECONDS)
    assert load.promised <= {one for passage in found for one in passage.detection_ids}
    sightings = set((await reads_of(town, wanted)).values())
    async with town.officer() as officer:

        async def counted() -> bool:
            alerts = [(await officer.alert(alert_id)).json() for alert_id in await alerts_of(town, wanted)]
            return sum(alert["count"] for alert in alerts) == len(sightings)

        await eventually(counted, 60 + OUTAGE_SECONDS, "each read of the wanted plate counts once")


async def _is_closed(ingest: str) -> bool:
    return await sample(ingest, "rasid_spool_circuit_open") == 0


async def _is_empty(ingest: str) -> bool:
    return await depth(ingest) == 0


async def depth(ingest: str) -> float:
    """How many events wait."""
    return await sample(ingest, "rasid_spool_depth")


async def sample(ingest: str, name: str) -> float:
    """A metric of the events' spool."""
    async with http_client(ingest) as client:
        lines = (await client.get("/metrics")).text.splitlines()
    return float(next(line.rsplit(" ", 1)[1] for line in lines if line.startswith(f'{name}{{kind="events"}}')))
