"""One of Kafka's three nodes dies under load: nothing promised is lost, and nobody waits for it."""

import asyncio

import pytest

from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.load import Load, check_ledger
from tests.support.town import Town, new_plate

pytestmark = pytest.mark.timeout(420)


async def test_each_node_killed_in_its_turn_costs_nothing_and_reads_go_on_without_it(town: Town):
    wanted = [new_plate(), new_plate()]
    for plate in wanted:
        await town.watch(plate)
    async with town.camera() as camera, asyncio.TaskGroup() as group:
        load = Load(town, camera, wanted)
        group.create_task(load.run())
        for node in killable(town.platform.engines.kafka).nodes:
            await flows(load, "reads are taken")
            await node.kill()
            await flows(load, "reads are taken while it is away")
            await node.start()
        await flows(load, "reads are taken when all are back")
        load.stop()
    await check_ledger(town, load)


async def flows(load: Load, what: str) -> None:
    before = len(load.promised)
    await eventually(lambda: len(load.promised) > before + 40, 90, what)
