"""The archive's interface on doubles: the real routes, gate, spool and probe; stores, bucket and broker in memory."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import CameraStateV1
from rasid.identity.media_links import MediaLinks
from rasid.runtime.health import Readiness
from rasid.runtime.watchdog import Pulse
from rasid.testing.clock import START
from rasid.testing.identity import GateBench
from services.archive.app import add_routes
from services.archive.cameras import CameraTable
from services.archive.digests import digest_field
from services.archive.eraser.erasure import Eraser
from services.archive.eraser.notary import Notary
from services.archive.eraser.rounds import Rounds
from services.archive.erasure_desk import ErasureDesk
from services.archive.evidence import Evidence
from services.archive.evidence_desk import EvidenceDesk
from services.archive.intake import Intake, Stores
from services.archive.object_lock import ObjectLock
from services.archive.probing import ProbeLimits, Prober
from services.archive.release_desk import ReleaseDesk
from services.archive.showing import Showing
from services.archive.spool import Spool
from services.archive.sweeping import Sweep
from tests.support.archive_store import MemoryClips, MemoryEvidence

DAY = 86400.0
KEPT_SECONDS = 21 * DAY
ERASURE_SECONDS = DAY
RELEASE_SECONDS = DAY
WINDOW_SECONDS = 6 * 3600.0
LIMITS = ProbeLimits(seconds=20, memory_bytes=2**30, clip_seconds=DAY)
CAMERA = "bridge-in"


@dataclass
class Proof:
    """A verdict of the object store's proof."""

    holds: bool
    words: str = "delete a locked version: the locked version is gone"

    def __str__(self) -> str:
        return self.words


class ServiceBench:
    """Requests as a police investigator on `case-1` unless other headers are given."""

    def __init__(self, folder: Path) -> None:
        self.gate = GateBench(folder)
        self.clock = self.gate.clock
        self.store = MemoryEvidence()
        self.clips = MemoryClips(self.clock)
        self.proof: Any = Proof(holds=True)
        self.readiness = Readiness()
        self.woken = 0
        self.spool = self._spool(folder / "spool")
        self._assemble()
        self.app = FastAPI()
        add_routes(self.app)
        self.app.state.gate = self.gate.gate()
        self.app.state.media_links = self.links
        self.app.state.evidence_desk = self.desk
        self.app.state.erasure_desk = self.erasures
        self.app.state.release_desk = ReleaseDesk(self.desk, valid_seconds=RELEASE_SECONDS)
        self.app.state.intake = self.intake
        self.app.state.showing = Showing(self.links, self.desk, self.clips)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://archive")

    def _spool(self, folder: Path) -> Spool:
        spool = Spool(
            folder,
            limit_bytes=40_000_000,
            body_bytes=20_000_000,
            idle_seconds=10,
            upload_seconds=20,
            ids=self.gate.ids,
        )
        spool.open()
        return spool

    def _assemble(self) -> None:
        clock, metrics = self.clock, self.gate.metrics
        cameras = CameraTable()
        data = CameraStateV1(camera_id=CAMERA, site_id=None, kind="fixed", state="active", version=1)
        cameras.apply(f"camera:{CAMERA}", new_event("1", "/ingest", START, data))
        self.links = MediaLinks("7" * 64, service="archive", clock=clock)
        self.desk = EvidenceDesk(
            self.store,
            self.clips,
            cameras,
            kept_seconds=KEPT_SECONDS,
            window_seconds=WINDOW_SECONDS,
            clock=clock,
            metrics=metrics,
            wake=self._wake,
        )
        self.lock = ObjectLock(self._prove, clock=clock, readiness=self.readiness, metrics=metrics)
        stores = Stores(self.store, self.store, self.clips)
        self.intake = Intake(
            stores,
            self.spool,
            Prober(LIMITS),
            self.lock,
            kept_seconds=KEPT_SECONDS,
            upload_seconds=3600,
            clock=clock,
            ids=self.gate.ids,
            metrics=metrics,
            wake=self._wake,
        )
        self.erasures = ErasureDesk(self.desk, self.store, valid_seconds=ERASURE_SECONDS)
        self._assemble_eraser()
        self.sweep = Sweep(
            stores,
            self.intake,
            spool=self.spool.name,
            every_seconds=60,
            clock=clock,
            metrics=metrics,
            pulse=Pulse("sweep", 60, clock),
        )

    def _assemble_eraser(self) -> None:
        """The other process, with the other credential."""
        clock, metrics = self.clock, self.gate.metrics
        self.notary = Notary("ab" * 32)
        self.store.keys[self.notary.key_id] = self.notary.public_key
        self.erasable = self.clips.twin()
        eraser = Eraser(self.store, self.erasable, self.notary, clock=clock, metrics=metrics)
        self.rounds = Rounds(
            self.store, self.erasable, eraser, self.lock, every_seconds=5, clock=clock, pulse=Pulse("rounds", 60, clock)
        )

    async def tidy(self) -> None:
        """What both processes do by themselves, once."""
        await self.sweep.once()
        await self.rounds.once()

    def _wake(self) -> None:
        self.woken += 1

    async def _prove(self) -> Any:
        if isinstance(self.proof, Exception):
            raise self.proof
        return self.proof

    def who(self, *roles: str, **changes: Any) -> dict[str, str]:
        return self.gate.headers(roles=roles or ("investigator",), **changes)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        given = options.pop("headers", {})
        who = options.pop("who", None) or self.gate.headers()
        return await self.http.request(method, path, headers=who | given, **options)

    async def ask(self, **changes: Any) -> str:
        """Evidence that is awaited; returns its id."""
        start = self.clock.now() - timedelta(seconds=100 + secrets.randbelow(10**6))
        body = {
            "camera_id": CAMERA,
            "from_at": utc_text(start),
            "to_at": utc_text(start + timedelta(seconds=30)),
            "reason": "road-accident",
        }
        answer = await self.send("POST", "/v1/evidence", json=body | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["evidence_id"])

    async def put(self, evidence_id: str, body: Any, **options: Any) -> httpx.Response:
        if isinstance(body, bytes):
            digest = {"Repr-Digest": digest_field(hashlib.sha256(body).hexdigest())}
            options["headers"] = digest | options.get("headers", {})
        return await self.send("PUT", f"/v1/evidence/{evidence_id}/clip", content=body, **options)

    async def stored(self, body: bytes) -> str:
        """Evidence with this clip; returns its id."""
        evidence_id = await self.ask()
        answer = await self.put(evidence_id, body)
        assert answer.status_code == 201, answer.text
        return evidence_id

    async def link(self, evidence_id: str) -> str:
        answer = await self.send("POST", f"/v1/evidence/{evidence_id}/links")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"])

    def evidence(self, evidence_id: str) -> Evidence:
        return self.store.stored[evidence_id]

    def deeds(self, evidence_id: str) -> list[str]:
        return [line.deed for line in self.evidence(evidence_id).custody]

    def told(self) -> list[str]:
        return [event.type for event in self.store.events]

    def leftovers(self) -> list[Path]:
        """Files of the spool that should not be there when nothing is being received."""
        return list(self.spool._folder.rglob("*.clip"))


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[ServiceBench]:
    bench = ServiceBench(folder)
    await bench.lock.look()
    async with bench.http:
        yield bench
    bench.spool.close()
