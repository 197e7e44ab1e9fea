"""Ingest's routes with doubles behind them, for tests of what they answer."""

from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from fastapi import FastAPI

from rasid.runtime.ids import RandomIds
from rasid.testing.identity import GateBench
from services.ingest.admission import Admission
from services.ingest.api import Reception
from services.ingest.app import add_routes, served
from services.ingest.credentials import new_credential
from services.ingest.digest import Nonces
from services.ingest.door import Door
from services.ingest.intake import Intake
from services.ingest.pictures import Pictures, Retention
from services.ingest.pull.api import PullDesk
from services.ingest.pull.credentials import PullCredentials
from services.ingest.pull.vault import Vault
from services.ingest.registry.credential_desk import CredentialDesk
from services.ingest.registry.entries import CameraEdit
from services.ingest.registry.history import Author
from services.ingest.registry.parts import Registry
from services.ingest.registry.registrar import Book, References
from services.ingest.site_api import SiteReception
from services.ingest.strangers import Strangers
from services.ingest.turn import Turn
from services.ingest.upload import Uploads
from services.ingest.viid.api import ViidReception
from services.ingest.viid.registrations import Registrations
from services.ingest.watch.api import HealthDesk
from services.ingest.watch.presence import Presence
from tests.unit.ingest.service.doubles import (
    MemoryObjects,
    MemoryRegistrations,
    MemoryRegistry,
    MemorySecrets,
    RecordingBus,
)
from tests.unit.ingest.service.payloads import XML

PASSWORD = "mfrggzdfmztwq2lkmfrggzdfmztwq2lk"
CLERK = Author("clerk", "registry")
ADAPTERS = frozenset({"hikvision"})


class Kept:
    """What the watch keeps of how cameras read."""

    def __init__(self, records):
        self.records = records

    async def all(self):
        return self.records


class IngestBench:
    """Ingest's routes with doubles behind them."""

    def __init__(self, folder):
        self.bus = RecordingBus()
        self.bench = GateBench(folder, publisher=self.bus)
        self.clock = self.bench.clock
        self.metrics = self.bench.metrics
        self.store = MemoryRegistry(self.clock)
        self.objects = MemoryObjects()
        self.nonces = Nonces(b"secret", 300)
        self.strangers = Strangers("ingest-1:8801", self.clock.now())
        self.worked_seconds = 0.0
        self.turn = Turn(lambda: self.worked_seconds, self.clock, self.metrics)
        self.presence = Presence()
        self.woken = 0
        self.app = FastAPI()
        add_routes(self.app)
        self.app.state.gate = self.bench.gate(self.bus)
        self.app.state.reception = self._reception()
        self.app.state.sites = self._sites(self.app.state.reception)
        self.registrations = MemoryRegistrations()
        self.app.state.viid = self._viid(self.app.state.reception)
        self.app.state.registry = self._registry()
        self.app.state.history = self.store.history
        self.heard, self.known_sites, self.quality = {}, {}, {}
        self.app.state.health = HealthDesk(self.store.devices, self, Kept(self.quality))
        self.secrets = MemorySecrets()
        self.vault = Vault("5a" * 32, RandomIds().secret)
        self.statuses = ()
        self.pulls = self.app.state.pulls = PullDesk(
            self.app.state.registry.cameras,
            PullCredentials(self.secrets, self.vault, self.clock),
            lambda: self.statuses,
        )

    def _door(self, devices):
        admission = Admission(devices, self.nonces, unknown_password="unknown", started_at=self.clock.now())
        return Door(devices, admission, self.nonces, self.strangers, self.clock, self.metrics)

    def _reception(self):
        retention = Retention(faces=timedelta(hours=72), others=timedelta(days=21))
        pictures = Pictures(
            self.objects,
            "pictures",
            retention,
            clock=self.clock,
            metrics=self.metrics,
            deadline_seconds=0.3,
            linger_seconds=0,
            ids=RandomIds(),
        )
        return Reception(
            door=self._door(self.store.devices),
            turn=self.turn,
            uploads=Uploads(limit_bytes=64 * 1024, deadline_seconds=0.2, memory_bytes=100 * 1024),
            intake=Intake(self.bus, pictures, metrics=self.metrics, deadline_seconds=1.5, heard=self.presence.heard),
            clock=self.clock,
            metrics=self.metrics,
        )

    def _viid(self, reception):
        registrations = Registrations(self.registrations, self.store.devices, clock=self.clock, life_seconds=300)
        return ViidReception(
            door=reception.door,
            registrations=registrations,
            turn=reception.turn,
            uploads=reception.uploads,
            intake=reception.intake,
            clock=self.clock,
            metrics=self.metrics,
        )

    def _sites(self, reception):
        return SiteReception(
            door=self._door(self.store.controllers),
            uploads=reception.uploads,
            publisher=self.bus,
            clock=self.clock,
            deadline_seconds=1.5,
            presence=self.presence,
        )

    def _registry(self):
        references = References(self.store.sites, ADAPTERS)
        cameras = Book(self.store.cameras, references, self._wake)
        sites = Book(self.store.sites, None, self._wake)
        options = {"clock": self.clock, "ids": self.bench.ids, "overlap_seconds": 900}
        return Registry(
            sites=sites,
            cameras=cameras,
            credentials=CredentialDesk(cameras, self.store.cameras, **options),
            site_credentials=CredentialDesk(sites, self.store.sites, **options),
            strangers=self.strangers,
        )

    async def all(self):
        """The cameras that were heard, as the watch keeps them."""
        return list(self.heard.values())

    async def sites(self):
        """The sites, as the watch keeps them."""
        return self.known_sites

    def _wake(self):
        self.woken += 1

    def client(self, **options):
        transport = httpx.ASGITransport(app=served(self.app))
        return httpx.AsyncClient(transport=transport, base_url="http://ingest", **options)

    async def register(self, camera_id, **fields):
        """A camera with the password of this file."""
        await self.store.cameras.add(camera_id, CameraEdit(kind="fixed", time_zone="Asia/Baghdad", **fields), CLERK)
        _, number = await self.store.cameras.held(camera_id)
        credential = new_credential(camera_id, PASSWORD, self.clock.now())
        assert await self.store.cameras.write(camera_id, [credential], over=number, by=CLERK)

    @asynccontextmanager
    async def camera(self, camera_id="cam-1", auth=httpx.DigestAuth):
        """A client that posts as this camera."""
        async with self.client(auth=auth(camera_id, PASSWORD)) as client:
            yield client

    async def post(self, body, *, content_type=XML, camera_id="cam-1", path=None, **headers):
        """One post of a camera, by Basic."""
        async with self.camera(camera_id, httpx.BasicAuth) as client:
            path = path or f"/v1/cameras/{camera_id}/events"
            return await client.post(path, content=body, headers={"content-type": content_type, **headers})

    def admin(self, **headers):
        """Headers of an administrator."""
        return {**self.bench.headers(case=None, purpose=None, roles=("administrator",)), **headers}

    async def ask(self, method, path, *, headers=None, **options):
        """One request of an administrator."""
        async with self.client() as client:
            return await client.request(method, path, headers=self.admin(**(headers or {})), **options)

    def metric(self, name, **labels):
        return self.metrics.registry.get_sample_value(name, labels) or 0
