"""The archive as it runs, for integration and fault tests: a process of its own on real engines."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import utc_text
from rasid.contract.tables import CameraStateV1
from rasid.contract.topics import EVIDENCE, TOPICS
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.storage.objects import LockedBucket, ObjectStore
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from rasid.testing.builders import case_state
from services.archive.digests import digest_field
from tests.support import ledger
from tests.support.casework import casework_alive
from tests.support.eventually import eventually
from tests.support.town import UNHURRIED
from tools.demo.connecting import http_client
from tools.demo.services import Archive, Eraser
from tools.engines import ports
from tools.keys import ISSUER, Keys, ensure_keys, issue

CLOCK = SystemClock()
AGENCY = "police"


class Replica(Archive):
    """The service on a port that nothing else on this machine asks for first."""

    def port_candidates(self) -> Iterable[int]:
        return ports.candidates(range(24000, 26000), self.folder)


class OtherReplica(Eraser):
    """The eraser beside it."""

    def port_candidates(self) -> Iterable[int]:
        return ports.candidates(range(24000, 26000), self.folder)


def environment(folder: Path, keys: Keys, *, kafka: Any, mongo: Any, objects: Any, **more: str) -> dict[str, str]:
    """Settings of an archive with a database and a bucket of its own."""
    mark = secrets.token_hex(4)
    return {
        **kafka.access("archive"),
        "RASID_MONGO": mongo.address,
        "RASID_DATABASE": f"test_{mark}",
        "RASID_OBJECTS": objects.address,
        "RASID_OBJECTS_ACCESS_KEY": objects.archive.access_key,
        "RASID_OBJECTS_SECRET_KEY": objects.archive.secret_key,
        "RASID_EVIDENCE_BUCKET": f"evidence-{mark}",
        "RASID_TOKEN_KEYS": str(keys.key_set),
        "RASID_PSEUDONYM_KEY": keys.pseudonym_key,
        "RASID_SEAL_KEY": keys.seal_key,
        **UNHURRIED,
        "RASID_MEDIA_KEY": keys.media_key,
        "RASID_CLIP_SPOOL": str(folder / "spool"),
        "RASID_SWEEP_SECONDS": "0.5",
        **more,
    }


def eraser_environment(settings: dict[str, str], keys: Keys, objects: Any) -> dict[str, str]:
    """Settings of the eraser of an archive with these settings."""
    same = ("RASID_MONGO", "RASID_DATABASE", "RASID_OBJECTS", "RASID_EVIDENCE_BUCKET")
    return {
        **{name: settings[name] for name in same},
        "RASID_OBJECTS_ACCESS_KEY": objects.eraser.access_key,
        "RASID_OBJECTS_SECRET_KEY": objects.eraser.secret_key,
        "RASID_CERTIFICATE_KEY": keys.certificate_key,
        "RASID_ERASE_SECONDS": "0.5",
    }


async def make_bucket(objects: Any, bucket: str) -> None:
    """As whoever sets up makes it: with the administrator's credential, which no service has."""
    store = ObjectStore(objects.address, *objects.admin)
    try:
        await LockedBucket(store, bucket).ensure()
    finally:
        await store.stop()


async def make_plain_bucket(objects: Any, bucket: str) -> None:
    """A bucket without versions and lock."""
    store = ObjectStore(objects.address, *objects.admin)
    try:
        await store.ensure_bucket(bucket)
    finally:
        await store.stop()


@dataclass
class Archivists:
    """The service, and what people and other services do with it. Every name is made up anew."""

    service: Archive
    bootstrap: str
    keys: Keys
    settings: dict[str, str]
    officer: str = field(default_factory=lambda: f"officer-{secrets.token_hex(3)}")
    case_id: str = field(default_factory=lambda: f"case-{secrets.token_hex(4)}")
    camera_id: str = field(default_factory=lambda: f"cam-{secrets.token_hex(4)}")

    @property
    def spool(self) -> Path:
        """Where clips lie while they are received."""
        return Path(self.settings["RASID_CLIP_SPOOL"])

    def bucket(self, keys: Any) -> tuple[LockedBucket, ObjectStore]:
        """The evidence bucket with a credential; stop the store after use."""
        store = ObjectStore(self.settings["RASID_OBJECTS"], *keys)
        return LockedBucket(store, self.settings["RASID_EVIDENCE_BUCKET"]), store

    def headers(self, *roles: str, subject: str | None = None, case_id: str | None = None) -> dict[str, str]:
        who = subject or self.officer
        issuer = self.settings.get("RASID_TOKEN_ISSUER", ISSUER)
        given = roles or ["investigator"]
        token = issue(self.keys, who, AGENCY, given, lifetime_seconds=600, clock=CLOCK, issuer=issuer)
        return {
            "Authorization": f"Bearer {token}",
            "Rasid-Case": case_id or self.case_id,
            "Rasid-Purpose": "stolen-vehicle",
        }

    @asynccontextmanager
    async def http(self, *roles: str, **who: str) -> AsyncIterator[httpx.AsyncClient]:
        headers = self.headers(*roles, **who)
        async with http_client(self.service.address, headers=headers, timeout=60) as client:
            yield client

    async def publish(self, *events: Event[Any]) -> None:
        metrics = Metrics(CollectorRegistry())
        async with KafkaProducer(self.bootstrap, "test", clock=CLOCK, metrics=metrics, deadline_seconds=10) as producer:
            for event in events:
                await producer.publish(event)

    async def open_case(self) -> None:
        """Publish the case and the camera, and wait until the service knows them."""
        await self.publish(case_state(self.case_id, assigned=(self.officer, "boss", "chief")), self._camera())
        await eventually(self._knows_both, 30, "the service knows the case and the camera")

    async def ask(self, **changes: Any) -> str:
        """Evidence that is awaited; returns its id."""
        start = CLOCK.now() - timedelta(seconds=60 + secrets.randbelow(10**6))
        body = {
            "camera_id": self.camera_id,
            "from_at": utc_text(start),
            "to_at": utc_text(start + timedelta(seconds=30)),
            "reason": "road-accident",
        }
        async with self.http() as client:
            answer = await client.post("/v1/evidence", json=body | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["evidence_id"])

    async def put(self, evidence_id: str, body: bytes, **headers: str) -> httpx.Response:
        """Send a clip with its digest."""
        digest = {"Repr-Digest": digest_field(hashlib.sha256(body).hexdigest())}
        async with self.http() as client:
            return await client.put(f"/v1/evidence/{evidence_id}/clip", content=body, headers=digest | headers)

    async def read(self, evidence_id: str) -> dict[str, Any]:
        async with self.http() as client:
            answer = await client.get(f"/v1/evidence/{evidence_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def link(self, evidence_id: str) -> str:
        async with self.http() as client:
            answer = await client.post(f"/v1/evidence/{evidence_id}/links")
        assert answer.status_code == 201, answer.text
        return f"{self.service.address}{answer.json()['url']}"

    async def events(self, evidence_id: str, *names: str) -> list[Event[Any]]:
        """What was told of this evidence, in order."""
        found = [await ledger.events(self.bootstrap, EVIDENCE.name, f"evidence.{name}") for name in names]
        return [event for events in found for event in events if event.data.evidence_id == evidence_id]

    async def has_told(self, evidence_id: str, name: str) -> None:
        """Wait until this was told and nothing waits to be told."""
        await eventually(lambda: self.events(evidence_id, name), 30, f"{name} is told")
        await eventually(self._nothing_waits, 30, "nothing waits")

    async def _nothing_waits(self) -> bool:
        async with self.http() as client:
            return "rasid_outbox_pending_documents 0.0" in (await client.get("/metrics")).text

    def requested(self, alert_id: str, evidence_id: str) -> Event[EvidenceRequestedV1]:
        """A request as the alerts service makes it."""
        now = CLOCK.now()
        data = EvidenceRequestedV1(
            evidence_id=evidence_id,
            alert_id=alert_id,
            case_id=self.case_id,
            camera_id=self.camera_id,
            from_at=utc_text(now - timedelta(seconds=30)),
            to_at=utc_text(now - timedelta(seconds=1)),
            reason="alert_raised",
            agency=AGENCY,
        )
        return new_event(caused_id(evidence_id, "requested"), "/alerts", now, data)

    def _camera(self) -> Event[CameraStateV1]:
        data = CameraStateV1(camera_id=self.camera_id, site_id=None, kind="fixed", state="active", version=1)
        return new_event(f"{self.camera_id}-1", "/ingest", CLOCK.now(), data)

    async def _knows_both(self) -> bool:
        body = {
            "camera_id": self.camera_id,
            "from_at": "2026-01-01T00:00:00Z",
            "to_at": "2026-01-01T00:00:01Z",
            "reason": "known-yet",
        }
        async with self.http() as client:
            return (await client.post("/v1/evidence", json=body)).status_code == httpx.codes.CREATED


@asynccontextmanager
async def running(folder: Path, *, kafka: Any, mongo: Any, objects: Any, **more: str) -> AsyncIterator[Archivists]:
    """An archive of its own with a bucket of its own, and people whose case and camera it knows."""
    keys = ensure_keys(folder)
    settings = environment(folder, keys, kafka=kafka, mongo=mongo, objects=objects, **more)
    await make_bucket(objects, settings["RASID_EVIDENCE_BUCKET"])
    await ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers)
    service = Replica(folder, settings)
    await service.start()
    people = Archivists(service, kafka.address, keys, settings)
    try:
        async with casework_alive(kafka.address):
            await people.open_case()
            yield people
    finally:
        await service.stop()
