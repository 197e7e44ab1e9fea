"""Asks the search service where a vehicle passed, as an investigator who remembers half of a plate."""

from collections.abc import Mapping
from typing import Any

import httpx

from tools.demo.connecting import http_client

REQUEST_SECONDS = 20.0


def half_of(plate: str) -> str:
    """The second half of a plate with a wildcard before it: what a witness remembers."""
    characters = "".join(plate.split())
    return f"*{characters[len(characters) // 2 :]}"


class Searcher:
    """One person under one case."""

    def __init__(self, search: str, headers: Mapping[str, str]) -> None:
        self.client = http_client(search, headers=dict(headers), timeout=REQUEST_SECONDS)

    async def close(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    async def search(self, **wanted: Any) -> httpx.Response:
        """One page of passages, newest first."""
        return await self.client.post("/v1/passages/search", json=wanted)

    async def passages(self, plate: str, **wanted: Any) -> list[dict[str, Any]]:
        """The first page; empty while the service does not know the case."""
        answer = await self.search(plate=plate, **wanted)
        found: list[dict[str, Any]] = answer.json().get("items", [])
        return found
