"""The search service's interface on doubles: the real routes, gate and desks; store and pictures in memory."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from rasid.contract.envelope import Event, new_event
from rasid.contract.tables import CameraStateV1, SiteStateV1
from rasid.errors import Unavailable
from rasid.identity.media_links import MediaLinks
from rasid.testing.clock import START
from rasid.testing.identity import GateBench
from services.search.app import add_routes
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon, kept_until
from services.search.lookback_desk import LookbackDesk
from services.search.paging import Cursors
from services.search.passages import passage_of
from services.search.picture_desk import PictureDesk
from services.search.registry import Registry
from services.search.search_desk import SearchDesk
from tests.support.passage_store import MemoryLookbackStore, MemoryPassageStore
from tests.unit.search.making import RETENTION

SEARCH = "/v1/passages/search"
KEY = "5b" * 32
BUCKET = "pictures"


class MemoryPictures:
    """An object store in memory."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.is_away = False

    def put(self, body: bytes, key: str = "") -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        self.objects[BUCKET, key or sha256] = body
        return sha256

    async def get(self, bucket: str, key: str, *, start: int = 0, size_bytes: int = 0) -> bytes | None:
        if self.is_away:
            raise Unavailable("the object store", "the test took it away")
        found = self.objects.get((bucket, key))
        return found if found is None or not size_bytes else found[start : start + size_bytes]


class SearchBench:
    """Requests as a police investigator on `case-1` unless other headers are given."""

    def __init__(self, folder: Path, retention: timedelta = RETENTION) -> None:
        self.gate = GateBench(folder)
        self.clock = self.gate.clock
        self.retention = retention
        self.store = MemoryPassageStore()
        self.pictures = MemoryPictures()
        self.lexicon, self.registry, self.knowledge = Lexicon(), Registry(), Knowledge()
        self.knowledge.since = START - timedelta(days=30)
        self.app = FastAPI()
        add_routes(self.app)
        links = MediaLinks(KEY, service="search", clock=self.clock)
        self.app.state.gate = self.gate.gate()
        self.app.state.metrics = self.gate.metrics
        self.app.state.cursors = Cursors(KEY)
        self.app.state.picture_desk = PictureDesk(self.store, self.pictures, BUCKET, links, self.clock)
        self.lookbacks = MemoryLookbackStore()
        self.app.state.lookback_desk = LookbackDesk(
            self.lookbacks, self.registry, retention=retention, clock=self.clock
        )
        self.app.state.search_desk = SearchDesk(
            self.store, self.lexicon, self.registry, self.knowledge, retention=retention, clock=self.clock
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://search")
        self.register("cam-1", "site-1", "north")
        self.register("cam-2", "site-2", "south")

    def register(self, camera_id: str, site_id: str, sector: str) -> None:
        rows: Sequence[Event[Any]] = (
            new_event(
                "1",
                "/ingest",
                START,
                CameraStateV1(camera_id=camera_id, site_id=site_id, kind="fixed", state="active", version=1),
            ),
            new_event("2", "/ingest", START, SiteStateV1(site_id=site_id, sector=sector, kind="leisure", version=1)),
        )
        for row in rows:
            self.registry.apply(row.key, row)

    async def see(self, *events: Event[Any]) -> None:
        """Reads that are stored."""
        parts = [passage_of(event, self.retention) for event in events]
        await self.store.add(parts)
        for part in parts:
            for plate in part.plates:
                self.lexicon.put(plate, kept_until(part.expires_at))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        given = options.pop("headers", {})
        who = options.pop("who", None) or self.gate.headers()
        return await self.http.request(method, path, headers=who | given, **options)

    async def search(self, **query: Any) -> httpx.Response:
        who = query.pop("who", None)
        return await self.send("POST", SEARCH, json=query, who=who)

    async def ids(self, **query: Any) -> list[str]:
        """The reads that are found, latest first."""
        answer = await self.search(**query)
        assert answer.status_code == 200, answer.text
        return [item["detection_ids"][0] for item in answer.json()["items"]]


@asynccontextmanager
async def serving(folder: Path, retention: timedelta = RETENTION) -> AsyncIterator[SearchBench]:
    bench = SearchBench(folder, retention)
    async with bench.http:
        yield bench
