"""The people of the demo: who registers the city, who opens the cases, and who watches for a plate."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseKind
from tools.demo.cameras import Credential
from tools.demo.casework import INVESTIGATION, KINDS, OFFICER, OPERATOR, SHIFT
from tools.demo.city import TIME_ZONE, Camera, Site
from tools.demo.connecting import http_client

REQUEST_SECONDS = 20.0
OK_CREATED = (httpx.codes.OK, httpx.codes.CREATED)


class Refused(Exception):
    """A service refused what the demo asked; carries its problem answer as text."""


class Administrator:
    """Registers sites and cameras at ingest, and hands out the cameras' credentials."""

    def __init__(self, ingest: str, token: str) -> None:
        self._client = _client(ingest, {"Authorization": f"Bearer {token}"})

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def register_site(self, site: Site) -> None:
        """Register a site, or leave it as it is when it is there."""
        body = {
            "name": {"ar": site.ar, "fr": site.fr, "en": site.en},
            "kind": site.kind,
            "location": {"latitude": site.latitude, "longitude": site.longitude},
            "power_sources": ["grid", "solar", "battery"],
        }
        await self._create(f"/v1/sites/{site.site_id}", body)

    async def register_camera(self, camera: Camera) -> None:
        """Register a camera, or leave it as it is when it is there."""
        body = {
            "site_id": camera.site.site_id,
            "kind": "fixed",
            "make": "Hikvision",
            "adapter": "hikvision",
            "time_zone": TIME_ZONE,
            "heading_degrees": camera.heading_degrees,
            "location": {"latitude": camera.site.latitude, "longitude": camera.site.longitude},
            "state": "active",
        }
        await self._create(f"/v1/cameras/{camera.camera_id}", body)

    async def credential(self, camera_id: str) -> Credential:
        """A new credential for a camera; the answer is the only time it is shown."""
        answer = await self._client.post(f"/v1/cameras/{camera_id}/credential", headers=_once())
        shown = _checked(answer)
        return Credential(user=shown["username"], password=shown["password"])

    async def _create(self, path: str, body: Mapping[str, Any]) -> None:
        if (await self._client.get(path)).status_code == httpx.codes.OK:
            return
        _checked(await self._client.put(path, json=body, headers={"If-None-Match": "*"}))


class Supervisor:
    """Opens cases at casework, and says who may use them."""

    def __init__(self, casework: str, token: str) -> None:
        self.client = _client(casework, {"Authorization": f"Bearer {token}"})

    async def close(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    async def open(self, case_id: str, kind: CaseKind, assigned: Sequence[str], **terms: Any) -> dict[str, Any]:
        """Open a case; the answer is the case."""
        body = {"case_id": case_id, "kind": kind, "assigned": [*assigned], **terms}
        case: dict[str, Any] = _checked(await self.client.post("/v1/cases", json=body, headers=_once()))
        return case

    async def step(self, case_id: str, step: str, **body: Any) -> dict[str, Any]:
        """Take a step such as `close` on the case as it is now."""
        etag = (await self.client.get(f"/v1/cases/{case_id}")).headers["etag"]
        answer = await self.client.post(f"/v1/cases/{case_id}/{step}", json=body, headers={"If-Match": etag})
        case: dict[str, Any] = _checked(answer)
        return case

    async def keep_open(self, case_id: str, kind: CaseKind, assigned: Sequence[str], closes_at: datetime) -> None:
        """Open a case until a moment; one that is there already is prolonged or reopened."""
        found = await self.client.get(f"/v1/cases/{case_id}")
        until = utc_text(closes_at)
        if found.status_code == httpx.codes.NOT_FOUND:
            await self.open(case_id, kind, assigned, closes_at=until)
        else:
            step = "prolong" if _checked(found)["state"] == "open" else "reopen"
            await self.step(case_id, step, reason="demo", closes_at=until)


async def open_cases(casework: str, token: str, now: datetime) -> None:
    """Open an investigation and a control-room shift, with an officer and an operator assigned, as a supervisor."""
    supervisor = Supervisor(casework, token)
    try:
        for case_id, kind in KINDS.items():
            await supervisor.keep_open(case_id, kind, (OFFICER, OPERATOR), now + SHIFT)
    finally:
        await supervisor.close()


class Officer:
    """Works on a case at the alerts service."""

    def __init__(self, alerts: str, token: str, case_id: str = INVESTIGATION, purpose: str = "stolen-vehicle") -> None:
        self.token = token
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Rasid-Case": case_id,
            "Rasid-Purpose": purpose,
        }
        self.client = _client(alerts, self.headers)

    async def close(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    async def is_known(self) -> bool:
        """Whether the service knows the case already: it learns of it through Kafka."""
        return (await self.client.get("/v1/alerts")).status_code == httpx.codes.OK

    async def watch(self, list_id: str, plate: str, *, reason: str, priority: str = "high") -> dict[str, Any]:
        """Put a plate on a watchlist; the answer is the entry."""
        body = {"plate": plate, "reason": reason, "priority": priority}
        entry: dict[str, Any] = _checked(
            await self.client.post(f"/v1/watchlists/{list_id}/entries", json=body, headers=_once())
        )
        return entry

    async def watched(self, list_id: str) -> set[str]:
        """The plates on a list, as they were given."""
        answer = await self.client.get(f"/v1/watchlists/{list_id}/entries", params={"limit": "100"})
        return {entry["plate"] for entry in _checked(answer)["items"]}

    async def alert(self, alert_id: str) -> httpx.Response:
        """One alert, with its version in the ETag."""
        return await self.client.get(f"/v1/alerts/{alert_id}")

    async def alerts(self, **filters: str) -> list[dict[str, Any]]:
        """The alerts that match, newest first."""
        found: list[dict[str, Any]] = _checked(await self.client.get("/v1/alerts", params=filters))["items"]
        return found

    async def acknowledge(self, alert_id: str, etag: str) -> httpx.Response:
        """Take an alert; `etag` says which version was seen."""
        return await self.client.post(f"/v1/alerts/{alert_id}/acknowledge", json={}, headers={"If-Match": etag})


def _client(address: str, headers: Mapping[str, str]) -> httpx.AsyncClient:
    return http_client(address, headers=dict(headers), timeout=REQUEST_SECONDS)


def _once() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code not in OK_CREATED:
        raise Refused(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
    return answer.json()
