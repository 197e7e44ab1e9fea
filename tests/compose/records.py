"""What an officer keeps and finds over the published ports of archive and search."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.compose.containers import Containers
from tests.compose.town import ContainerTown
from tests.support.eventually import eventually


class Records:
    """One officer's view of both."""

    def __init__(self, containers: Containers, town: ContainerTown) -> None:
        self._containers = containers
        self._headers = {
            "Authorization": f"Bearer {town.token('investigator')}",
            "Rasid-Case": town.case_id,
            "Rasid-Purpose": "stolen-vehicle",
        }

    async def awaited(self, alert_id: str) -> str:
        """The id of the clip that the alerts service asked for."""
        async with self._client("archive") as client:

            async def asked() -> list[dict[str, Any]]:
                answer = await client.get("/v1/evidence", params={"alert_id": alert_id})
                return list(answer.json()["items"]) if answer.status_code == httpx.codes.OK else []

            (evidence, *_) = await eventually(asked, 30, "the archive knows of the request")
        return str(evidence["evidence_id"])

    async def put_clip(self, evidence_id: str, body: bytes, *, said: bytes = b"") -> httpx.Response:
        """Send a clip with the digest of `said`, of itself if not given."""
        digest = b64encode(hashlib.sha256(said or body).digest()).decode()
        async with self._client("archive") as client:
            path = f"/v1/evidence/{evidence_id}/clip"
            return await client.put(path, content=body, headers={"Repr-Digest": f"sha-256=:{digest}:"})

    async def clip(self, evidence_id: str, **headers: str) -> httpx.Response:
        """The clip by a link, which needs no token."""
        async with self._client("archive") as client:
            link = await client.post(f"/v1/evidence/{evidence_id}/links")
        assert link.status_code == httpx.codes.CREATED, link.text
        return await self._anyone("archive", link.json()["url"], **headers)

    async def passages(self, pattern: str) -> list[dict[str, Any]]:
        """What is found by a pattern; nothing while the service does not know the case."""
        async with self._client("search") as client:
            answer = await client.post("/v1/passages/search", json={"plate": pattern})
        assert answer.status_code in {httpx.codes.OK, httpx.codes.FORBIDDEN}, answer.text
        return list(answer.json().get("items", []))

    async def pictures(self, passage: dict[str, Any]) -> dict[str, bytes]:
        """The pictures of a passage by their SHA-256, each by its link."""
        found = {}
        for sha256 in [picture["sha256"] for picture in passage["pictures"]]:
            async with self._client("search") as client:
                link = await client.get(f"/v1/passages/{passage['passage_id']}/pictures/{sha256}")
            assert link.status_code == httpx.codes.OK, link.text
            found[sha256] = (await self._anyone("search", link.json()["url"])).content
        return found

    @asynccontextmanager
    async def _client(self, service: str) -> AsyncIterator[httpx.AsyncClient]:
        address = self._containers.address(service)
        async with httpx.AsyncClient(base_url=address, headers=self._headers, timeout=60) as client:
            yield client

    async def _anyone(self, service: str, path: str, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self._containers.address(service), timeout=60) as client:
            return await client.get(path, headers=headers)
