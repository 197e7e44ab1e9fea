"""A covert entry on the real bus: who hears it, who does not, and what is left when it was never allowed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rasid.contract.topics import AUDIT
from tests.support import ledger
from tests.support.covert import authorized, entered, rejected, send
from tests.support.eventually import eventually
from tests.support.town import Ears, Town, new_plate
from tools.demo.connecting import http_client
from tools.demo.listening import parse

pytestmark = pytest.mark.timeout(240)
# The promise is 5 s; a machine that does other things at the same time is given some more.
STOPPED_SECONDS = 10


@asynccontextmanager
async def hearing(town: Town) -> AsyncIterator[Ears]:
    """The officer listens under the investigation, and not under the shift as the control room does."""
    ears, connected = Ears(), asyncio.Event()

    async def listen() -> None:
        address = f"{town.platform.alerts.address}/v1/alerts/stream"
        async with http_client() as client, client.stream("GET", address, headers=town.headers(), timeout=None) as live:
            live.raise_for_status()
            connected.set()
            async for event in parse(live.aiter_lines()):
                ears.heard.append(event)

    task = asyncio.create_task(listen())
    try:
        async with asyncio.timeout(20):
            await connected.wait()
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_rings_for_its_case_alone_and_is_deleted_when_the_authority_says_no(town: Town):
    plate, common = new_plate(), new_plate()
    authorization_id, etag = await authorized(town)
    path = await entered(town, plate, authorization_id)
    await town.watch(common)
    alerts, entry_id = town.platform.alerts.address, path.rpartition("/")[2]
    async with town.camera() as camera, hearing(town) as mine, town.listening() as control_room:
        for one in (plate, common):
            assert (await camera.post("application/xml", town.read(one))).status_code == 200
        (alert,) = await eventually(lambda: mine.raised(plate), 20, "its people hear it")
        await eventually(lambda: control_room.raised(common), 20, "the control room hears what is common")
        assert control_room.raised(plate) == []
        shift = town.headers("operator", case_id=town.duty_id, purpose="live-monitoring")
        one = f"/v1/alerts/{alert['alert_id']}"
        assert (await send(alerts, one, shift)).status_code == 404
        assert plate not in (await send(alerts, "/v1/alerts", shift)).text
        assert (await send(alerts, one, town.headers())).json()["is_covert"]

        await rejected(town, authorization_id, etag)

        async def erased() -> Any:
            return (await send(alerts, path, town.headers())).json()["erased"]

        assert (await eventually(erased, STOPPED_SECONDS, "what was found is deleted"))["alerts"] == 1
        assert (await send(alerts, path, town.headers())).json()["plate"] == ""
        assert (await send(alerts, one, town.headers())).status_code == 404
        for one_more in (plate, common):
            assert (await camera.post("application/xml", town.read(one_more))).status_code == 200
        await eventually(lambda: len([e for e in control_room.heard if e.name != "raised"]) > 0, 20, "the next is seen")
        assert len(mine.raised(plate)) == 1
    rows = await ledger.events(town.platform.engines.kafka.address, AUDIT.name, "audit.recorded")
    (record,) = {row.id: row.data for row in rows if f"entry:{entry_id}" in row.data.reasons}.values()
    assert (record.operation, record.authorization_id, record.result_count) == ("erase", authorization_id, 1)
