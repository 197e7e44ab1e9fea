"""Casework's interface on doubles: the real routes, gate and desks; stores and broker in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from rasid.testing.identity import GateBench
from services.casework.app import add_routes
from services.casework.authorization import DecisionTimes
from services.casework.authorization_desk import AuthorizationBounds, AuthorizationDesk
from services.casework.case_desk import Bounds, CaseDesk
from services.casework.deadlines import Deadlines
from services.casework.file_desk import FileDesk
from tests.support.case_store import MemoryAuthorizations, MemoryCases, MemoryFiles

AGENCIES = frozenset({"police", "intelligence", "national-security", "traffic"})


class ServiceBench:
    """Requests as the police's supervisor `boss` unless somebody else is named."""

    def __init__(self, folder: Path) -> None:
        self.gate = GateBench(folder)
        self.clock = self.gate.clock
        self.cases = MemoryCases()
        self.woken = 0
        self.app = FastAPI()
        add_routes(self.app)
        self.app.state.gate = self.gate.gate()
        bounds = Bounds(timedelta(days=31), timedelta(days=366), AGENCIES)
        self.desk = CaseDesk(self.cases, bounds=bounds, clock=self.clock, wake=self._wake)
        self.app.state.case_desk = self.desk
        self.authorizations = MemoryAuthorizations()
        times = DecisionTimes(timedelta(hours=24), timedelta(hours=24), timedelta(hours=48))
        limits = AuthorizationBounds(timedelta(days=31), times)
        authorizations = AuthorizationDesk(self.authorizations, bounds=limits, clock=self.clock, wake=self._wake)
        self.app.state.authorization_desk = authorizations
        self.files = MemoryFiles()
        self.file_desk = FileDesk(self.files)
        self.app.state.file_desk = self.file_desk
        self.deadlines = Deadlines(self.desk, authorizations, clock=self.clock)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://casework")

    def _wake(self) -> None:
        self.woken += 1

    def who(self, subject: str, role: str, agency: str = "police", **more: Any) -> dict[str, str]:
        given: dict[str, Any] = {"case": None, "purpose": None} | more
        return self.gate.headers(roles=(role,), sub=subject, agency=agency, **given)

    async def send(
        self, method: str, path: str, *, who: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        given = options.pop("headers", {})
        headers = (who or self.who("boss", "supervisor")) | given
        return await self.http.request(method, path, headers=headers, **options)

    async def open(self, key: str = "key-1", who: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        whole = {"kind": "investigation", "case_id": "case-7", "assigned": ["officer-1"]} | body
        return await self.send("POST", "/v1/cases", json=whole, headers={"Idempotency-Key": key}, who=who)

    async def step(
        self,
        step: str,
        *,
        who: dict[str, str] | None = None,
        etag: str | None = None,
        case: str = "case-7",
        **body: Any,
    ) -> httpx.Response:
        seen = etag or f'"{self.cases.stored[case].version}"'
        return await self.send("POST", f"/v1/cases/{case}/{step}", json=body, headers={"If-Match": seen}, who=who)

    def told(self) -> Any:
        """What the other services were told last."""
        return self.cases.events[-1].data


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ServiceBench]:
    bench = ServiceBench(folder)
    async with bench.http:
        yield bench


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("urn:rasid:problem:")
