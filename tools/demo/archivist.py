"""Talks to the archive: as the recorder that sends what it filmed, and as the officer who looks at it and keeps it."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import httpx

from tools.demo.connecting import http_client

REQUEST_SECONDS = 30.0


class Archivist:
    """One person under one case. Answers are returned as they come, so that refusals can be looked at too."""

    def __init__(self, archive: str, headers: Mapping[str, str]) -> None:
        self.client = http_client(archive, headers=dict(headers), timeout=REQUEST_SECONDS)

    async def close(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    async def of_alert(self, alert_id: str) -> list[dict[str, Any]]:
        """The evidence of an alert that this person may see; empty while the archive does not know the case."""
        answer = await self.client.get("/v1/evidence", params={"alert_id": alert_id})
        found: list[dict[str, Any]] = answer.json().get("items", [])
        return found

    async def evidence(self, evidence_id: str) -> httpx.Response:
        """One piece of evidence with its custody."""
        return await self.client.get(f"/v1/evidence/{evidence_id}")

    async def send(self, evidence_id: str, clip: bytes, *, declared: bytes | None = None) -> httpx.Response:
        """Send a clip with the digest of `declared`, which is the clip itself unless somebody altered it since."""
        digest = base64.b64encode(hashlib.sha256(clip if declared is None else declared).digest()).decode()
        headers = {"Repr-Digest": f"sha-256=:{digest}:", "Content-Type": "video/mp4"}
        return await self.client.put(f"/v1/evidence/{evidence_id}/clip", content=clip, headers=headers)

    async def link(self, evidence_id: str) -> httpx.Response:
        """A link to the clip, good for five minutes."""
        return await self.client.post(f"/v1/evidence/{evidence_id}/links")

    async def fetch(self, evidence_id: str, **headers: str) -> httpx.Response:
        """The clip's bytes by a new link, which needs no token."""
        link = await self.link(evidence_id)
        link.raise_for_status()
        async with http_client(str(self.client.base_url), timeout=REQUEST_SECONDS) as anybody:
            return await anybody.get(link.json()["url"], headers=headers)

    async def hold(self, evidence_id: str) -> httpx.Response:
        """Keep it for this case, however old it gets."""
        return await self.client.post(f"/v1/evidence/{evidence_id}/holds")

    async def verify(self, evidence_id: str) -> httpx.Response:
        """Have the stored bytes compared with their digest."""
        return await self.client.post(f"/v1/evidence/{evidence_id}/verify")
