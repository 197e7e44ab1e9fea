"""Each engine stopped and each service killed under load: what was promised is kept, what was shown is on record."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import httpx
import pytest

from rasid.contract.topics import EVIDENCE
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.load import Load, alerts_of, check_ledger
from tests.support.office_load import Office, check_archive, check_audit, check_search
from tests.support.town import Town, new_plate

pytestmark = pytest.mark.timeout(420)

READS, CLIPS = 20, 5


@pytest.mark.parametrize("name", ["kafka", "mongo", "objects"])
async def test_an_engine_that_is_away_for_a_while_costs_nothing_that_was_promised(town: Town, name: str):
    engine = killable(getattr(town.platform.engines, name))
    async with under_load(town) as (load, office):
        await engine.stop()
        refused = load.unpromised + office.refused
        await eventually(lambda: load.unpromised + office.refused > refused, 60, "it is said that it cannot be")
        await engine.start()
        await flows(load, office)


async def test_services_that_are_killed_one_after_the_other_lose_nothing_and_do_nothing_twice(town: Town):
    async with under_load(town) as (load, office):
        for service in town.platform.services:
            await service.kill()
            await service.start()
            await flows(load, office)


@asynccontextmanager
async def under_load(town: Town) -> AsyncIterator[tuple[Load, Office]]:
    """Cameras and people at work; when the block ends they stop, and the ledger is looked at."""
    plates = [new_plate(), new_plate()]
    for plate in plates:
        await town.watch(plate)
    async with town.camera() as camera, town.archivist() as archivist, town.searcher() as searcher:
        await eventually(lambda: _answers(archivist.client.get("/v1/evidence")), 60, "the archive knows the case")
        await eventually(lambda: _answers(searcher.search(plate=plates[0])), 60, "search knows the case")
        load, office = Load(town, camera, plates), Office(town, camera.camera_id, plates)
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run())
            group.create_task(office.run())
            await flows(load, office)
            yield load, office
            load.stop()
            office.stop()
    await check_ledger(town, load)
    await check_search(office)
    await check_archive(office)
    await check_audit(office)
    await check_clips_were_asked_for(town, plates)


async def _answers(answer: Awaitable[httpx.Response]) -> bool:
    return (await answer).is_success


async def flows(load: Load, office: Office) -> None:
    reads, clips = len(load.promised), len(office.taken)
    await eventually(lambda: len(load.promised) >= reads + READS, 90, "reads are taken")
    await eventually(lambda: len(office.taken) >= clips + CLIPS, 90, "clips are taken")


async def check_clips_were_asked_for(town: Town, plates: list[str]) -> None:
    """Of each alert, once by id; and the archive awaits each."""
    events = await ledger.events(town.platform.engines.kafka.address, EVIDENCE.name, "evidence.requested")
    async with town.archivist() as archivist:
        for plate in plates:
            (alert_id,) = await alerts_of(town, plate)
            asked = [event for event in events if event.data.alert_id == alert_id]
            assert len({event.id for event in asked}) == 1

            async def awaited(alert_id: str = alert_id) -> bool:
                return [one["state"] for one in await archivist.of_alert(alert_id)] == ["awaited"]

            await eventually(awaited, 30, "the archive awaits it")
