"""A covert entry that rests on an urgent authorization, made by the people whom that takes."""

import secrets
from datetime import timedelta
from typing import Any

import httpx

from rasid.contract.fields import utc_text
from tests.support.eventually import eventually
from tests.support.town import PURPOSE, Town
from tools.demo.connecting import http_client


async def send(address: str, path: str, who: dict[str, str], body: Any = None, **headers: str) -> httpx.Response:
    """POST when there is a body, else GET."""
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
        return answer if answer.status_code == httpx.codes.CREATED else None

    answer = await eventually(asked, 30, "casework knows its own case")
    path = f"/v1/approvals/{answer.json()['authorization_id']}/approve"
    approved = await send(
        casework, path, chief, {"digest": answer.json()["digest"]}, **{"If-Match": answer.headers["etag"]}
    )
    assert approved.is_success, approved.text
    return str(answer.json()["authorization_id"]), approved.headers["etag"]


async def entered(town: Town, plate: str, authorization_id: str) -> str:
    """A covert entry that rests on it, and that the second person alone has approved; its path."""
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
        return answer if answer.status_code == httpx.codes.CREATED else None

    entry = (await eventually(added, 30, "alerts knows the case and the authorization")).json()
    decision = f"/v1/covert-entries/{entry['entry_id']}/approve", {"digest": entry["covert"]["digest"]}
    own = await send(alerts, decision[0], town.headers("senior-officer"), decision[1])
    assert (own.status_code, own.json()["reasons"]) == (403, ["A3.two-persons-for-covert"])
    approved = await send(alerts, decision[0], chief, decision[1])
    assert approved.json()["covert"]["state"] == "approved", approved.text
    return f"{path}/{entry['entry_id']}"


async def rejected(town: Town, authorization_id: str, etag: str) -> None:
    """The authority says no."""
    path = f"/v1/authorizations/{authorization_id}/reject"
    answer = await send(
        town.platform.casework.address, path, town.headers(), {"number": "2026/312"}, **{"If-Match": etag}
    )
    assert answer.json()["state"] == "refused", answer.text
