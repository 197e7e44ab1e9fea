"""A covert entry on the real bus: who hears it, who does not, and what is left when it was never allowed."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from rasid.contract.fields import utc_text
from rasid.contract.topics import AUDIT
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import PURPOSE, Ears, Town, new_plate
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


async def send(address: str, path: str, who: dict[str, str], body: Any = None, **headers: str) -> httpx.Response:
    async with http_client(address, headers=who | headers, timeout=20) as client:
        return await client.request("POST" if body is not None else "GET", path, json=body)


async def authorized(town: Town) -> tuple[str, str]:
    """An urgent authorization that the second person has granted; its id and ETag."""
    casework, chief = town.platform.casework.address, town.headers("senior-officer", who=town.second_name)
    body = {
        "objective": "find-suspect",
        "legal_basis": "ccp-art-74",
        "authority": "judge-2",
        "is_urgent": True,
        "valid_to": utc_text(town.platform.clock.now() + timedelta(days=1)),
        "camera_ids": ["cam-1"],
        "probe_sha256": secrets.token_hex(32),
    }

    async def asked() -> httpx.Response | None:
        once = {"Idempotency-Key": town.case_id}
        answer = await send(casework, "/v1/authorizations", town.headers(), body, **once)
        return answer if answer.status_code == 201 else None

    answer = await eventually(asked, 30, "casework knows its own case")
    path = f"/v1/approvals/{answer.json()['authorization_id']}/approve"
    approved = await send(
        casework, path, chief, {"digest": answer.json()["digest"]}, **{"If-Match": answer.headers["etag"]}
    )
    assert approved.is_success, approved.text
    return str(answer.json()["authorization_id"]), approved.headers["etag"]


async def entered(town: Town, plate: str, authorization_id: str) -> str:
    """A covert entry that rests on the authorization, and that the second person has approved; its path."""
    alerts, chief = town.platform.alerts.address, town.headers("senior-officer", who=town.second_name)
    list_id = f"list-{secrets.token_hex(3)}"
    body = {
        "plate": plate,
        "reason": PURPOSE,
        "valid_to": utc_text(town.platform.clock.now() + timedelta(days=1)),
        "covert": {"legal_basis": "ccp-art-74", "authorization_id": authorization_id},
    }
    path = f"/v1/watchlists/{list_id}/entries"

    async def added() -> httpx.Response | None:
        answer = await send(alerts, path, town.headers(), body, **{"Idempotency-Key": town.case_id})
        return answer if answer.status_code == 201 else None

    entry = (await eventually(added, 30, "alerts knows the case and the authorization")).json()
    own = await send(
        alerts,
        f"/v1/covert-entries/{entry['entry_id']}/approve",
        town.headers("senior-officer"),
        {"digest": entry["covert"]["digest"]},
    )
    assert (own.status_code, own.json()["reasons"]) == (403, ["A3.two-persons-for-covert"])
    approved = await send(
        alerts, f"/v1/covert-entries/{entry['entry_id']}/approve", chief, {"digest": entry["covert"]["digest"]}
    )
    assert approved.json()["covert"]["state"] == "approved", approved.text
    return f"{path}/{entry['entry_id']}"


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

        rejected = await send(
            town.platform.casework.address,
            f"/v1/authorizations/{authorization_id}/reject",
            town.headers(),
            {"number": "2026/312"},
            **{"If-Match": etag},
        )
        assert rejected.json()["state"] == "refused", rejected.text

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
