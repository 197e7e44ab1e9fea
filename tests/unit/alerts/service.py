"""The alerts service's interface on doubles: the real routes, gate and desks; stores and broker in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from msgspec.structs import replace

from rasid.testing.identity import GateBench
from services.alerts.alert import Alert
from services.alerts.alert_desk import AlertDesk
from services.alerts.app import add_routes
from services.alerts.authorizations import AuthorizationTable
from services.alerts.covert_desk import CovertDesk
from services.alerts.covert_steps import CovertLimits
from services.alerts.evidence_desk import Bounds, EvidenceDesk
from services.alerts.watchlist import Watchlist
from services.alerts.watchlist_desk import WatchlistDesk
from tests.support.alert_store import MemoryStore
from tests.unit.alerts.making import DAY, matched, read

ENTRIES = "/v1/watchlists/stolen/entries"


class ServiceBench:
    """Requests as a police investigator on `case-1` unless other headers are given."""

    def __init__(self, folder: Path) -> None:
        self.gate = GateBench(folder)
        self.clock = self.gate.clock
        self.store = MemoryStore()
        self.woken = 0
        self.watchlist = Watchlist(self.clock, ended_seconds=3600)
        self.authorizations = AuthorizationTable()
        self.app = FastAPI()
        add_routes(self.app)
        self.app.state.gate = self.gate.gate()
        self.app.state.alert_desk = AlertDesk(self.store, clock=self.clock, wake=self._wake)
        bounds = Bounds(longest_seconds=600, reach_seconds=3600)
        self.app.state.evidence_desk = EvidenceDesk(self.store, bounds=bounds, clock=self.clock, wake=self._wake)
        self.app.state.watchlist_desk = WatchlistDesk(
            self.store,
            self.watchlist,
            self.clock,
            authorizations=self.authorizations,
            limits=CovertLimits(longest=30 * DAY, approval=DAY),
        )
        self.app.state.covert_desk = CovertDesk(self.store, self.watchlist, self.clock)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://alerts")

    def _wake(self) -> None:
        self.woken += 1

    def alert(self, alert_id: str = "alert-1", **read_options: Any) -> Alert:
        """An alert that is stored."""
        agency = read_options.pop("agency", None)
        around = read_options.pop("around", None)
        found = matched(read(**read_options))
        alert = found.alert(alert_id, 21 * 86400, around)
        if agency is not None:
            alert = replace(alert, agency=agency)
        self.store.stored[alert_id] = alert
        return alert

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        given = options.pop("headers", {})
        who = options.pop("who", None) or self.gate.headers()
        return await self.http.request(method, path, headers=who | given, **options)

    async def add(self, key: str = "key-1", path: str = ENTRIES, **body: Any) -> httpx.Response:
        whole = {"plate": "13 A 12345", "reason": "stolen-vehicle"} | body
        return await self.send("POST", path, json=whole, headers={"Idempotency-Key": key})


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ServiceBench]:
    bench = ServiceBench(folder)
    async with bench.http:
        yield bench
