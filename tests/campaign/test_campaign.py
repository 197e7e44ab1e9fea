"""Cameras and people at work while everything around them dies, stops, freezes, is cut off and comes back, by chance.

`RASID_CAMPAIGN_SEED` makes the same faults in the same order again; `_EVENTS`, `_KILLS` and `_ROUNDS` say how much.
"""

import asyncio
import os
import random
import secrets
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

import httpx
import pytest

from rasid.contract.topics import DETECTIONS
from tests.campaign.cameras import Street, lanes
from tests.campaign.city import City, city
from tests.campaign.plan import Step, plan
from tests.fault.test_search_keeps_every_read import check_ledger as check_passages
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.load import alerts_of, reads_of
from tests.support.office_load import Office, check_archive, check_audit
from tests.support.town import Town

SEED = int(os.environ.get("RASID_CAMPAIGN_SEED") or secrets.randbelow(1_000_000))
EVENTS = int(os.environ.get("RASID_CAMPAIGN_EVENTS", "20000"))
KILLS = int(os.environ.get("RASID_CAMPAIGN_KILLS", "20"))
ROUNDS = int(os.environ.get("RASID_CAMPAIGN_ROUNDS", "5"))
CAMERAS = 8
# What goes live, and what waited in the spool; in each of them a camera's events stay in order (decision 0027).
LANES = 2
FLOWS_SECONDS = 120
# By a clock that is off a token is too old or too new, and a case has ended or not begun.
WRONG_TIME = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
ARRIVES_SECONDS = 180

pytestmark = pytest.mark.timeout(0)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def test_whatever_happens_nothing_acknowledged_is_lost_or_counted_twice(tmp_path):
    say(f"\nseed {SEED}: {EVENTS} events, {KILLS} kills of each service, {ROUNDS} rounds of the rest")
    async with city(tmp_path, say) as place, AsyncExitStack() as stack:
        town = Town(place.platform)
        await town.open_cases()
        steps = plan(place.targets, random.Random(SEED), kills=KILLS, rounds=ROUNDS)
        streets = [Street(town, await stack.enter_async_context(town.camera())) for _ in range(CAMERAS)]
        for street in streets:
            await town.watch(street.wanted)
        office = Office(town, streets[0].camera.camera_id, [street.wanted for street in streets])
        office.excuses = lambda answer: place.clocks_off > 0 and answer.status_code in WRONG_TIME
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for street in streets:
                group.create_task(street.run(stop))
            group.create_task(office.run())
            await suffer(place, steps, streets, office)
            await eventually(lambda: acknowledged(streets) >= EVENTS, 3600, "as many events as were asked for")
            stop.set()
            office.stop()
        say(f"{acknowledged(streets)} acknowledged in {sum(street.tries for street in streets)} posts")
        say(f"{len(office.taken)} clips taken, {len(office.shown)} answers shown, {office.refused} refused")
        await check(town, streets, office)


async def suffer(place: City, steps: Sequence[Step], streets: Sequence[Street], office: Office) -> None:
    """Let one step follow the other; see after each that all is at work again, and now and then what is kept."""
    town, began = office.town, time.monotonic()
    every = max(1, len(steps) // (ROUNDS + 1))
    for number, step in enumerate(steps, 1):
        what = " + ".join(map(str, step))
        seconds = time.monotonic() - began
        say(f"seed {SEED}, {number} of {len(steps)}, {acknowledged(streets)} in {seconds:.0f} s: {what}")
        await asyncio.gather(*(place.suffer(fault) for fault in step))
        for service in place.platform.services:
            assert service.running, f"seed {SEED}: {service.name} has ended by itself, see {service.log}"
        before = [len(street.acknowledged) for street in streets]
        clips = len(office.taken)
        await eventually(
            lambda before=before: all(len(s.acknowledged) > old for s, old in zip(streets, before, strict=True)),
            FLOWS_SECONDS,
            f"seed {SEED}: every camera is heard after: {what}",
        )
        await eventually(
            lambda clips=clips: len(office.taken) > clips, FLOWS_SECONDS, f"seed {SEED}: clips after: {what}"
        )
        if number % every == 0:
            await on_topic(town, streets)


def acknowledged(streets: Sequence[Street]) -> int:
    return sum(len(street.acknowledged) for street in streets)


async def check(town: Town, streets: Sequence[Street], office: Office) -> None:
    """The ledger: of what was promised, nothing is missing, doubled, out of order, half or off the record."""
    await on_topic(town, streets)
    await check_passages(town)
    for street in streets:
        await eventually(lambda street=street: rang(town, street), 120, f"every read of {street.wanted} counts once")
    await check_archive(office)
    await check_audit(office)


async def on_topic(town: Town, streets: Sequence[Street]) -> None:
    """All that was acknowledged until now is on the topic, in order for each camera and lane."""
    promised = {street.camera.camera_id: list(street.acknowledged) for street in streets}
    found = await eventually(
        lambda: all_arrived(town, promised), ARRIVES_SECONDS, f"seed {SEED}: every acknowledged event is on the topic"
    )
    for camera_id, event_ids in promised.items():
        numbers = {event_id: number for number, event_id in enumerate(event_ids)}
        order = [numbers[one] for one in found[camera_id] if one in numbers]
        assert lanes(order) <= LANES, f"seed {SEED}: {camera_id} is out of order"


async def all_arrived(town: Town, promised: Mapping[str, Sequence[str]]) -> dict[str, dict[str, None]] | None:
    """Of each camera the events on the topic, in order and each once; None while one that was promised is missing."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for event in await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name, "plate.read"):
        found[event.data.camera_id].setdefault(event.id)
    is_whole = all(found[camera_id].keys() >= set(event_ids) for camera_id, event_ids in promised.items())
    return found if is_whole else None


async def rang(town: Town, street: Street) -> bool:
    """Whether all alerts of a plate together count each of its sightings once."""
    reads = await reads_of(town, street.wanted)
    async with town.officer() as officer:
        alerts = [(await officer.alert(alert_id)).json() for alert_id in await alerts_of(town, street.wanted)]
    return street.rings <= set(reads) and sum(alert["count"] for alert in alerts) == len(set(reads.values()))
