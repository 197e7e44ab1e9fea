"""The whole platform on one machine: engines, topics, keys and services, started and stopped in order."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from rasid.contract.topics import TOPICS
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.stream.admin import ensure_topics
from rasid.stream.producer import KafkaProducer
from tools.demo.buckets import ensure_buckets
from tools.demo.figures import memory_mebibytes
from tools.demo.services import Alerts, Archive, Casework, Eraser, Ingest, Issuer, Search, Service
from tools.demo.signing_in import sign_in
from tools.engines import Engines
from tools.engines.progress import Progress, quiet
from tools.issuer.desk import PERSON_SECONDS
from tools.keys import ensure_keys, issue, load_keys


class Platform:
    """Engines and services on one data folder; an async context manager. The engines are the demo's unless given."""

    def __init__(
        self,
        data: Path,
        *,
        say: Progress = quiet,
        settings: Mapping[str, str] | None = None,
        engines: Engines | None = None,
    ) -> None:
        self.engines = engines or Engines(data)
        self.clock = SystemClock()
        self.keys = ensure_keys(data)
        self._say = say
        self.data = data
        self._settings = dict(settings or {})
        self.ingest = Ingest(data, {})
        self.alerts = Alerts(data, {})
        self.search = Search(data, {})
        self.archive = Archive(data, {})
        self.eraser = Eraser(data, {})
        self.casework = Casework(data, {})
        self.issuer = Issuer(data)

    @property
    def services(self) -> tuple[Service, ...]:
        """The services, in the order a read passes them, what they all go by, and what deletes."""
        return (self.ingest, self.alerts, self.search, self.archive, self.casework, self.eraser)

    async def start(self) -> None:
        """Start what does not run yet; returns when every service says it is ready."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.engines.start(self._say))
            group.create_task(self.issuer.start(self._say))
        await ensure_topics(self.engines.kafka.address, TOPICS, brokers=self.engines.kafka.brokers)
        await ensure_buckets(self.engines.objects.address, self.engines.objects.admin)
        for service in self.services:
            own = self.eraser_environment() if service is self.eraser else self.environment(service.name)
            service.configure(own)
        async with asyncio.TaskGroup() as group:
            for service in self.services:
                group.create_task(service.start(self._say))

    async def stop(self) -> None:
        """Stop the services, then the engines."""
        await asyncio.gather(*(service.stop() for service in self.services))
        await self.issuer.stop()
        await self.engines.stop()

    def token(self, subject: str, agency: str, roles: Sequence[str]) -> str:
        """An access token as the issuer signs them, for somebody who cannot sign in there: a test makes them up."""
        return issue(
            load_keys(self.data),
            subject,
            agency,
            roles,
            lifetime_seconds=PERSON_SECONDS,
            clock=self.clock,
            issuer=self.issuer.address,
        )

    async def sign_in(self, name: str) -> str:
        """The access token of one of the demo's people, from the issuer."""
        return await sign_in(self.issuer.address, name)

    def producer(self, client_id: str) -> KafkaProducer:
        """A producer, for what a test makes up."""
        return KafkaProducer(
            self.engines.kafka.address,
            client_id,
            clock=self.clock,
            metrics=Metrics(CollectorRegistry()),
            deadline_seconds=10,
        )

    def addresses(self) -> Mapping[str, str]:
        """Where a person reaches what runs, by name."""
        services = {service.name: service.address for service in self.services if service is not self.eraser}
        return services | {"issuer": self.issuer.address, "Kafka": self.engines.kafka.address}

    def memory_mebibytes(self) -> Mapping[str, int | None]:
        """What each process takes up now."""
        parts = (*self.services, self.issuer, *self.engines.each)
        return {part.name: memory_mebibytes(part.pid) for part in parts}

    def environment(self, service: str) -> dict[str, str]:
        """The settings of a service other than the eraser, beside its port; to each engine it is its own user."""
        return {
            # What a test puts before Kafka leads to the listener that asks nobody.
            **self.engines.kafka.access(None if "RASID_KAFKA" in self._settings else service),
            **self.engines.mongo.access(service),
            **self.engines.objects.access(service),
            # Without RASID_TOKEN_KEYS: whose tokens count is read from the issuer, as in a city.
            "RASID_TOKEN_ISSUER": self.issuer.address,
            "RASID_PSEUDONYM_KEY": self.keys.pseudonym_key,
            "RASID_SEAL_KEY": self.keys.seal_key,
            "RASID_NONCE_KEY": self.keys.nonce_key,
            "RASID_MEDIA_KEY": self.keys.media_key,
            "RASID_CLIP_SPOOL": str(self.data / "archive-spool"),
            **self._settings,
        }

    def eraser_environment(self) -> dict[str, str]:
        """The settings of the eraser, which has the credential that may step over a lock, and little else."""
        return {
            **self.engines.mongo.access(self.eraser.name),
            **self.engines.objects.access(self.eraser.name),
            "RASID_CERTIFICATE_KEY": self.keys.certificate_key,
            **self._settings,
        }

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
