"""Puts the archive together: the only file that knows which stores and broker its parts get."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from fastapi import FastAPI

from rasid.contract.topics import CAMERAS
from rasid.identity.media_links import MediaLinks
from rasid.identity.problem import install
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_tasks
from rasid.service.connections import expiry_watch, make_relay
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.tables import case_reader, table_reader
from rasid.service.tools import Tools, make_tools
from services.archive import api, clip_api, erasure_api, holding_api, recording_api, release_api
from services.archive.cameras import CAMERA_STATE, CameraTable
from services.archive.delivery import deliver
from services.archive.desks import make_desks
from services.archive.engines import connect
from services.archive.indexes import INDEXES
from services.archive.object_lock import ObjectLock
from services.archive.settings import SERVICE, ArchiveSettings
from services.archive.spool import Spool

DESCRIPTION = (
    "Clips as evidence: their original bytes locked in the object store, who asked for them, who saw them, who holds "
    "them, and their end. Every disclosure needs a case and a purpose, and is on record before it is made."
)


@dataclass(frozen=True, slots=True)
class Found:
    """What must be usable before the process begins: keys of tokens, and a part of the spool."""

    verifier: TokenVerifier
    spool: Spool


def create_app(settings: ArchiveSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    found = Found(make_verifier(tools), _spool(tools))

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        await _assemble(app, tools, found, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=add_routes, assemble=assemble)


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    for router in (
        *(api.router, api.one_router, clip_api.router, recording_api.router, holding_api.router),
        *(release_api.list_router, release_api.router),
        *(erasure_api.list_router, erasure_api.router, erasure_api.keys_router, clip_api.media_router),
    ):
        app.include_router(router)


async def _assemble(app: FastAPI, tools: Tools[ArchiveSettings], found: Found, stack: AsyncExitStack) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    stack.callback(found.spool.close)
    engines = await connect(tools, stack)
    cases, cameras = make_cases(tools), CameraTable()
    relay = make_relay(engines.outbox, engines.bus.producer, tools)
    lock = ObjectLock(engines.prove_lock, clock=tools.clock, readiness=tools.readiness, metrics=tools.metrics)
    links = MediaLinks(tools.settings.media_key.get_secret_value(), service=SERVICE, clock=tools.clock)
    desks = make_desks(engines, tools, cameras=cameras, links=links, spool=found.spool, lock=lock, wake=relay.wake)
    app.state.gate = make_gate(engines.bus.producer, cases, found.verifier, tools)
    app.state.media_links = links
    app.state.evidence_desk = desks.evidence
    app.state.erasure_desk = desks.erasures
    app.state.release_desk = desks.releases
    app.state.intake = desks.intake
    app.state.showing = desks.showing

    tasks = await start_tasks(tools, found.verifier, stack)
    log = engines.bus.log
    tasks.start("table of cases", case_reader(cases, log=log, tools=tools).run())
    camera_rows = table_reader(CAMERAS, frozenset({CAMERA_STATE}), cameras.apply, log=log, tools=tools)
    tasks.start("table of cameras", camera_rows.run())
    tasks.start("object lock", lock.run())
    tasks.start("outbox relay", relay.run())
    tasks.start("expiry watch", expiry_watch(engines.mongo, INDEXES, tools).run())
    tasks.start("events and sweeps", deliver(engines, desks.sweep, tools))


def _spool(tools: Tools[ArchiveSettings]) -> Spool:
    settings = tools.settings
    spool = Spool(
        settings.clip_spool,
        limit_bytes=settings.clip_spool_bytes,
        body_bytes=settings.clip_bytes,
        idle_seconds=settings.clip_idle_seconds,
        upload_seconds=settings.clip_upload_seconds,
        ids=tools.ids,
    )
    leftovers = spool.open()
    tools.metrics.settled_uploads.labels(outcome="nothing").inc(leftovers)
    return spool
