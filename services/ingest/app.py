"""Puts ingest together: the only file that knows which store, broker and object store its parts get."""

import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from rasid.errors import ConfigurationError
from rasid.identity.problem import install
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_tasks
from rasid.service.connections import make_relay
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.tools import Tools, make_tools
from rasid.storage.mongo import Collection, Document
from services.ingest import api, explain_api, site_api, ways_in
from services.ingest.adapters import ADAPTERS
from services.ingest.admission import Admission
from services.ingest.api import Reception
from services.ingest.devices import Devices
from services.ingest.digest import Nonces
from services.ingest.door import Door
from services.ingest.engines import Engines, connect
from services.ingest.intake import Intake
from services.ingest.pictures import Pictures, Retention
from services.ingest.pull import api as pull_api
from services.ingest.pull.api import PullDesk
from services.ingest.registry import api as registry_api
from services.ingest.registry import credential_api, files_api, history_api
from services.ingest.registry.credential_desk import CredentialDesk
from services.ingest.registry.credential_store import MongoCredentials
from services.ingest.registry.device_documents import controller_of, device_of
from services.ingest.registry.entries import CAMERAS, SITES, E
from services.ingest.registry.history_store import MongoHistory
from services.ingest.registry.parts import Registry
from services.ingest.registry.registrar import Book, References
from services.ingest.registry.store import MongoTable
from services.ingest.settings import SERVICE, IngestSettings
from services.ingest.site_api import SiteReception
from services.ingest.strangers import Strangers
from services.ingest.surroundings import Surroundings
from services.ingest.turn import Turn
from services.ingest.upload import Uploads
from services.ingest.viid import api as viid_api
from services.ingest.watch import api as watch_api
from services.ingest.watch.presence import Presence

DESCRIPTION = "What cameras send becomes events, durable before the camera is answered; and the registry of cameras."


def create_app(settings: IngestSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    verifier = make_verifier(tools)

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        await _assemble(app, tools, verifier, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=add_routes, assemble=assemble)


def served(app: FastAPI) -> ASGIApp:
    """The application with cameras' posts answered before it."""
    return api.CameraPosts(app)


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    registry = (registry_api, credential_api, files_api, history_api)
    for module in (api, *registry, explain_api, site_api, viid_api, pull_api, watch_api):
        app.include_router(module.router)
    api.describe_credentials(app)


async def _assemble(app: FastAPI, tools: Tools[IngestSettings], verifier: TokenVerifier, stack: AsyncExitStack) -> None:
    """Connect, put the parts together and start them; what is pushed on `stack` ends in the opposite order."""
    engines = await connect(tools, stack)
    relay = make_relay(engines.outbox, engines.producer, tools)
    # no route of this service needs a case: it shows no subject data
    cases = make_cases(tools, is_complete=True)
    app.state.gate = make_gate(engines.producer, cases, verifier, tools)
    presence = Presence()
    pictures = _pictures(engines, tools)
    stack.push_async_callback(pictures.close)
    app.state.reception = _reception(engines, pictures, presence, tools)
    app.state.viid = ways_in.viid_reception(engines, app.state.reception, tools)
    app.state.sites = _sites(engines, app.state.reception, presence, tools)
    app.state.registry = _registry(engines, app.state.reception.door.strangers, relay.wake, tools)
    app.state.health = ways_in.health_desk(engines)
    app.state.history = MongoHistory(engines.mongo, tools.clock)
    credentials = ways_in.pull_credentials(engines, tools)
    pulling = await ways_in.pulling(engines, app.state.reception, credentials, tools, stack)
    app.state.pulls = PullDesk(app.state.registry.cameras, credentials, pulling.statuses)
    tasks = await start_tasks(tools, verifier, stack)
    tasks.start("surroundings", _look_after(engines.surroundings, tools.lifecycle))
    for follower, name in zip(engines.followers, ("cameras", "sites"), strict=True):
        tasks.start(f"follower of {name}", follower.run())
    tasks.start("history of the registry", app.state.history.run())
    tasks.start("outbox relay", relay.run())
    for drain in engines.spooling.drains:
        tasks.start("drain of a spool", drain.run())
    tasks.start("spools left behind", engines.spooling.orphans.run())
    tasks.start("cameras that are asked", pulling.run())
    tasks.start("watch of the cameras", ways_in.watching(engines, presence, relay.wake, tools).run())
    tasks.start("watch of how cameras read", ways_in.quality(engines, presence, tools).run())
    ways_in.start(tasks, app.state.reception, app.state.sites, tools)


async def _look_after(surroundings: Surroundings, lifecycle: Lifecycle) -> None:
    try:
        await surroundings.run()
    except* ConfigurationError as wrong:
        for error in wrong.exceptions:
            if isinstance(error, ConfigurationError):
                lifecycle.refuse(error)


def _door(devices: Devices, nonces: Nonces, strangers: Strangers, tools: Tools[IngestSettings]) -> Door:
    unknown, now = tools.ids.secret(), tools.clock.now()
    admission = Admission(devices, nonces, unknown_password=unknown, started_at=now)
    return Door(devices, admission, nonces, strangers, tools.clock, tools.metrics)


def _strangers(tools: Tools[IngestSettings]) -> Strangers:
    return Strangers(f"{socket.gethostname()}:{tools.settings.port}", tools.clock.now())


def _pictures(engines: Engines, tools: Tools[IngestSettings]) -> Pictures:
    settings = tools.settings
    return Pictures(
        engines.objects,
        settings.pictures_bucket,
        Retention(timedelta(seconds=settings.faces_retention_seconds), timedelta(seconds=settings.retention_seconds)),
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=settings.picture_deadline_seconds,
        linger_seconds=settings.picture_linger_seconds,
        ids=tools.ids,
        shelter=engines.spooling.pictures,
        on_state=partial(tools.readiness.told, "pictures"),
    )


def _reception(engines: Engines, pictures: Pictures, presence: Presence, tools: Tools[IngestSettings]) -> Reception:
    settings = tools.settings
    nonces = Nonces(settings.nonce_key.get_secret_value().encode(), settings.nonce_seconds)
    return Reception(
        door=_door(engines.devices, nonces, _strangers(tools), tools),
        turn=Turn(time.thread_time, tools.clock, tools.metrics),
        uploads=Uploads(
            limit_bytes=settings.body_bytes,
            deadline_seconds=settings.body_seconds,
            memory_bytes=settings.bodies_bytes,
        ),
        intake=Intake(
            engines.spooling.publisher,
            pictures,
            metrics=tools.metrics,
            deadline_seconds=settings.publish_deadline_seconds,
            heard=presence.heard,
        ),
        clock=tools.clock,
        metrics=tools.metrics,
    )


def _sites(
    engines: Engines,
    reception: Reception,
    presence: Presence,
    tools: Tools[IngestSettings],
) -> SiteReception:
    return SiteReception(
        door=_door(engines.controllers, reception.door.nonces, reception.door.strangers, tools),
        uploads=reception.uploads,
        publisher=engines.spooling.publisher,
        clock=tools.clock,
        deadline_seconds=tools.settings.publish_deadline_seconds,
        presence=presence,
    )


def _registry(
    engines: Engines,
    strangers: Strangers,
    wake: Callable[[], None],
    tools: Tools[IngestSettings],
) -> Registry:
    def on_camera(document: Document) -> None:
        engines.devices.apply(device_of(document))

    def on_site(document: Document) -> None:
        engines.controllers.apply(controller_of(document))

    def desk(book: Book[E], collection: Collection, on_write: Callable[[Document], None]) -> CredentialDesk[E]:
        return CredentialDesk(
            book,
            MongoCredentials(collection, book.kind, counter, tools.clock, on_write),
            clock=tools.clock,
            ids=tools.ids,
            overlap_seconds=tools.settings.credential_overlap_seconds,
        )

    counter = engines.counter
    of_cameras, of_sites = (engines.mongo.collection(kind.name) for kind in (CAMERAS, SITES))
    site_table = MongoTable(of_sites, SITES, counter, tools.clock, on_site)
    adapters = frozenset(adapter.NAME for adapter in ADAPTERS)
    known = References(site_table, adapters, is_loopback_asked=tools.settings.pull_loopback)
    cameras = Book(MongoTable(of_cameras, CAMERAS, counter, tools.clock, on_camera), known, wake)
    sites = Book(site_table, None, wake)
    return Registry(
        sites=sites,
        cameras=cameras,
        credentials=desk(cameras, of_cameras, on_camera),
        site_credentials=desk(sites, of_sites, on_site),
        strangers=strangers,
    )
