"""Puts ingest together: the only file that knows which store, broker and object store its parts get."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

import rasid
from rasid.errors import ConfigurationError
from rasid.identity.audit_gate import AuditGate
from rasid.identity.problem import install
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness, health_router
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher
from rasid.runtime.serve import Lifecycle
from rasid.runtime.tasks import Tasks
from rasid.runtime.watchdog import Watchdog, show_life
from rasid.storage.mongo import Document
from rasid.stream.outbox import OutboxRelay
from services.ingest import api, credential_api, explain_api, files_api, registry_api
from services.ingest.adapters import ADAPTERS
from services.ingest.admission import Admission
from services.ingest.api import Reception
from services.ingest.credential_desk import CredentialDesk
from services.ingest.digest import Nonces
from services.ingest.engines import Engines, Tools, connect
from services.ingest.intake import Intake
from services.ingest.pictures import Pictures
from services.ingest.registrar import Book, References
from services.ingest.registry import CAMERAS, SITES
from services.ingest.registry_parts import Registry
from services.ingest.settings import SERVICE, IngestSettings
from services.ingest.store import MongoCredentials, MongoTable, device_of
from services.ingest.surroundings import Surroundings
from services.ingest.tattile_listener import Limits, TattileListener
from services.ingest.upload import Uploads

DESCRIPTION = "What cameras send becomes events, durable before the camera is answered; and the registry of cameras."


def create_app(settings: IngestSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins."""
    clock = SystemClock()
    metrics = Metrics(CollectorRegistry())
    tools = Tools(clock, RandomIds(), metrics, Readiness(), Watchdog(clock))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _assemble(app, settings, lifecycle, tools, stack)
            yield

    app = FastAPI(title=f"Rasid {SERVICE}", description=DESCRIPTION, version=rasid.__version__, lifespan=lifespan)
    add_routes(app)
    app.include_router(health_router(tools.readiness, tools.watchdog, metrics.registry))
    return app


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    # The cameras' route is the application's own, as an included router is asked twice, and the first that is asked:
    # it is on the path of every read.
    app.router.routes[:0] = api.router.routes
    for module in (registry_api, credential_api, files_api, explain_api):
        app.include_router(module.router)
    api.describe_credentials(app)


async def _assemble(
    app: FastAPI,
    settings: IngestSettings,
    lifecycle: Lifecycle,
    tools: Tools,
    stack: AsyncExitStack,
) -> None:
    """Connect, put the parts together and start them; what is pushed on `stack` ends in the opposite order."""
    tools.watchdog.start()
    stack.callback(tools.watchdog.stop)
    engines = await connect(settings, lifecycle, tools, stack)
    relay = OutboxRelay(
        engines.outbox,
        engines.producer,
        holder=tools.ids.new(),
        clock=tools.clock,
        metrics=tools.metrics,
    )
    app.state.gate = _gate(settings, engines.producer, tools)
    app.state.reception = _reception(settings, engines, tools)
    app.state.registry = _registry(settings, engines, relay.wake, tools)
    tasks = await stack.enter_async_context(Tasks(lifecycle.fail))
    pulse = tools.watchdog.pulse("the event loop", settings.watchdog_seconds)
    tasks.start("signs of life", show_life(pulse, tools.clock))
    tasks.start("surroundings", _look_after(engines.surroundings, lifecycle))
    tasks.start("registry follower", engines.follower.run())
    tasks.start("outbox relay", relay.run())
    if settings.tattile_port is not None:
        tasks.start("tattile listener", _listen(settings, settings.tattile_port, app.state.reception, tools, lifecycle))


async def _look_after(surroundings: Surroundings, lifecycle: Lifecycle) -> None:
    try:
        await surroundings.run()
    except* ConfigurationError as wrong:
        for error in wrong.exceptions:
            if isinstance(error, ConfigurationError):
                lifecycle.refuse(error)


async def _listen(
    settings: IngestSettings,
    port: int,
    parts: Reception,
    tools: Tools,
    lifecycle: Lifecycle,
) -> None:
    listener = TattileListener(
        parts.devices,
        parts.uploads,
        parts.intake,
        clock=tools.clock,
        metrics=tools.metrics,
        limits=Limits(settings.tattile_connections, settings.drain_seconds),
        on_state=partial(tools.readiness.told, "the Tattile listener"),
    )
    try:
        await listener.run(settings.host, port)
    except ConfigurationError as error:
        lifecycle.refuse(error)


def _gate(settings: IngestSettings, publisher: Publisher, tools: Tools) -> AuditGate:
    return AuditGate(
        publisher,
        CaseTable(),  # no route of this service needs a case: it shows no subject data
        TokenVerifier(settings.token_keys, settings.token_issuer, settings.token_audience, tools.clock),
        Pseudonyms(settings.pseudonym_key.get_secret_value()),
        clock=tools.clock,
        ids=tools.ids,
        service=SERVICE,
        metrics=tools.metrics,
    )


def _reception(settings: IngestSettings, engines: Engines, tools: Tools) -> Reception:
    devices = engines.devices
    nonces = Nonces(settings.nonce_key.get_secret_value().encode(), settings.nonce_seconds)
    pictures = Pictures(
        engines.objects,
        settings.pictures_bucket,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=settings.picture_deadline_seconds,
        on_state=partial(tools.readiness.told, "pictures"),
    )
    return Reception(
        devices=devices,
        admission=Admission(
            devices,
            nonces,
            unknown_password=tools.ids.secret(),
            started_at=tools.clock.now(),
        ),
        nonces=nonces,
        uploads=Uploads(
            limit_bytes=settings.body_bytes,
            deadline_seconds=settings.body_seconds,
            memory_bytes=settings.bodies_bytes,
        ),
        intake=Intake(
            engines.producer,
            pictures,
            metrics=tools.metrics,
            deadline_seconds=settings.publish_deadline_seconds,
        ),
        clock=tools.clock,
        metrics=tools.metrics,
    )


def _registry(settings: IngestSettings, engines: Engines, wake: Callable[[], None], tools: Tools) -> Registry:
    def on_write(document: Document) -> None:
        engines.devices.apply(device_of(document))

    counter = engines.counter
    collection = engines.mongo.collection(CAMERAS.name)
    sites = MongoTable(engines.mongo.collection(SITES.name), SITES, counter, tools.clock)
    known = References(sites, frozenset(adapter.NAME for adapter in ADAPTERS))
    cameras = Book(MongoTable(collection, CAMERAS, counter, tools.clock, on_write), known, wake)
    return Registry(
        sites=Book(sites, None, wake),
        cameras=cameras,
        credentials=CredentialDesk(
            cameras,
            MongoCredentials(collection, counter, on_write),
            clock=tools.clock,
            ids=tools.ids,
            overlap_seconds=settings.credential_overlap_seconds,
        ),
    )
