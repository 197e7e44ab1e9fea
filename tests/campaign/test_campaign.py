"""Cameras and people at work while everything around them dies, stops, freezes, is cut off and comes back, by chance.

`RASID_CAMPAIGN_SEED` makes the same faults in the same order again; `_EVENTS`, `_KILLS` and `_ROUNDS` say how much.
"""

import asyncio
import os
import random
import secrets
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from rasid.contract.topics import DETECTIONS
from tests.campaign.cameras import Street, lanes
from tests.campaign.faults import Fault, plan
from tests.fault.test_search_keeps_every_read import check_ledger as check_passages
from tests.support import ledger
from tests.support.engines import new_engines
from tests.support.eventually import eventually
from tests.support.load import alerts_of, reads_of
from tests.support.office_load import Office, check_archive, check_audit
from tests.support.proxy import LOOPBACK, Proxy
from tests.support.town import UNHURRIED, Town
from tools.demo.platform import Platform

SEED = int(os.environ.get("RASID_CAMPAIGN_SEED") or secrets.randbelow(1_000_000))
EVENTS = int(os.environ.get("RASID_CAMPAIGN_EVENTS", "20000"))
KILLS = int(os.environ.get("RASID_CAMPAIGN_KILLS", "20"))
ROUNDS = int(os.environ.get("RASID_CAMPAIGN_ROUNDS", "5"))
CAMERAS = 8
# What goes live, and what waited in the spool; in each of them a camera's events stay in order (decision 0027).
LANES = 2
FLOWS_SECONDS = 120

pytestmark = pytest.mark.timeout(0)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@asynccontextmanager
async def city(folder) -> AsyncIterator[tuple[Platform, dict[str, Proxy]]]:
    """A platform whose services reach database and object store through a network that can be cut."""
    engines = new_engines(folder)
    async with (
        Proxy(lambda: engines.mongo.port("mongo")) as mongo,
        Proxy(lambda: engines.objects.port("s3")) as objects,
    ):
        settings = UNHURRIED | {
            "RASID_DRAIN_SECONDS": "3",
            "RASID_SESSION_SECONDS": "3",
            "RASID_RELAY_LEASE_SECONDS": "3",
            # The server names its own address to a driver that may look for the others.
            "RASID_MONGO": f"mongodb://{LOOPBACK}:{mongo.port}/?retryWrites=false&directConnection=true",
            "RASID_OBJECTS": f"http://{LOOPBACK}:{objects.port}",
        }
        async with Platform(folder, settings=settings, engines=engines) as platform:
            yield platform, {"the database": mongo, "the object store": objects}


async def test_whatever_happens_nothing_acknowledged_is_lost_or_counted_twice(tmp_path):
    say(f"\nseed {SEED}: {EVENTS} events, {KILLS} kills of each service, {ROUNDS} rounds of the rest")
    async with city(tmp_path) as (platform, network), AsyncExitStack() as stack:
        town = Town(platform)
        await town.open_cases()
        faults = plan(platform, network, random.Random(SEED), kills=KILLS, rounds=ROUNDS)
        streets = [Street(town, await stack.enter_async_context(town.camera())) for _ in range(CAMERAS)]
        for street in streets:
            await town.watch(street.wanted)
        office = Office(town, streets[0].camera.camera_id, [street.wanted for street in streets])
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for street in streets:
                group.create_task(street.run(stop))
            group.create_task(office.run())
            await suffer(faults, streets, office)
            await eventually(lambda: acknowledged(streets) >= EVENTS, 3600, "as many events as were asked for")
            stop.set()
            office.stop()
        say(f"{acknowledged(streets)} acknowledged in {sum(street.tries for street in streets)} posts")
        await check(town, streets, office)


async def suffer(faults: Sequence[Fault], streets: Sequence[Street], office: Office) -> None:
    """Let one fault follow the other, and between them see that everything is at work again."""
    for number, fault in enumerate(faults, 1):
        say(f"seed {SEED}, {number} of {len(faults)}: {fault.name} ({acknowledged(streets)} acknowledged)")
        await fault.do()
        before = [len(street.acknowledged) for street in streets]
        clips = len(office.taken)
        await eventually(
            lambda before=before: all(len(s.acknowledged) > old for s, old in zip(streets, before, strict=True)),
            FLOWS_SECONDS,
            f"every camera is heard after: {fault.name}",
        )
        await eventually(lambda clips=clips: len(office.taken) > clips, FLOWS_SECONDS, f"clips after: {fault.name}")


def acknowledged(streets: Sequence[Street]) -> int:
    return sum(len(street.acknowledged) for street in streets)


async def check(town: Town, streets: Sequence[Street], office: Office) -> None:
    """The ledger: of what was promised, nothing is missing, doubled, out of order, half or off the record."""
    on_topic = await eventually(lambda: all_arrived(town, streets), 180, f"seed {SEED}: every event is on the topic")
    for street in streets:
        numbers = {event_id: number for number, event_id in enumerate(street.acknowledged)}
        order = [numbers[one] for one in on_topic[street.camera.camera_id] if one in numbers]
        assert lanes(order) <= LANES, f"seed {SEED}: {street.camera.camera_id} is out of order"
    await check_passages(town)
    for street in streets:
        await eventually(lambda street=street: rang(town, street), 120, f"every read of {street.wanted} counts once")
    await check_archive(office)
    await check_audit(office)


async def all_arrived(town: Town, streets: Sequence[Street]) -> dict[str, dict[str, None]] | None:
    """Of each camera the events on the topic, in order and each once; None while one that was promised is missing."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for event in await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name, "plate.read"):
        found[event.data.camera_id].setdefault(event.id)
    is_whole = all(found[street.camera.camera_id].keys() >= set(street.acknowledged) for street in streets)
    return found if is_whole else None


async def rang(town: Town, street: Street) -> bool:
    """Whether all alerts of a plate together count each of its sightings once."""
    reads = await reads_of(town, street.wanted)
    async with town.officer() as officer:
        alerts = [(await officer.alert(alert_id)).json() for alert_id in await alerts_of(town, street.wanted)]
    return street.rings <= set(reads) and sum(alert["count"] for alert in alerts) == len(set(reads.values()))
