"""Puts the archive together: the only file that knows which stores and broker its parts get."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

import rasid
from rasid.contract.topics import CAMERAS, CASES
from rasid.identity.audit_gate import AuditGate
from rasid.identity.media_links import MediaLinks
from rasid.identity.problem import install
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness, health_router
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from rasid.runtime.serve import Lifecycle
from rasid.runtime.tasks import Tasks
from rasid.runtime.watchdog import Watchdog, show_life
from rasid.stream.outbox import OutboxRelay
from rasid.stream.table import Apply, TableReader
from services.archive import api, clip_api, erasure_api, holding_api
from services.archive.cameras import CAMERA_STATE, CameraTable
from services.archive.certificates import Notary
from services.archive.delivery import deliver
from services.archive.desks import make_desks
from services.archive.engines import Engines, connect
from services.archive.object_lock import ObjectLock
from services.archive.settings import SERVICE, ArchiveSettings
from services.archive.spool import Spool
from services.archive.tools import Tools

TITLE = "Rasid archive"
DESCRIPTION = (
    "Clips as evidence: their original bytes locked in the object store, who asked for them, who saw them, who holds "
    "them, and their end. Every disclosure needs a case and a purpose, and is on record before it is made."
)
CASE_STATE = "case.state"
# After a crash, what people did is told by another process no later than this.
RELAY_LEASE_SECONDS = 10.0


def create_app(settings: ArchiveSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    clock = SystemClock()
    metrics = Metrics(CollectorRegistry())
    tools = Tools(settings, clock, RandomIds(), metrics, Readiness(), Watchdog(clock))
    verifier = TokenVerifier(settings.token_keys, settings.token_issuer, settings.token_audience, clock)
    notary = Notary(settings.certificate_key.get_secret_value())
    spool = _spool(tools)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(spool.close)
            await _assemble(app, tools, verifier=verifier, notary=notary, spool=spool, lifecycle=lifecycle, stack=stack)
            yield

    app = FastAPI(title=TITLE, description=DESCRIPTION, version=rasid.__version__, lifespan=lifespan)
    add_routes(app)
    app.include_router(health_router(tools.readiness, tools.watchdog, metrics.registry))
    return app


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    for router in (
        *(api.router, api.one_router, clip_api.router, holding_api.router),
        *(erasure_api.list_router, erasure_api.router, erasure_api.keys_router, clip_api.media_router),
    ):
        app.include_router(router)


async def _assemble(
    app: FastAPI,
    tools: Tools,
    *,
    verifier: TokenVerifier,
    notary: Notary,
    spool: Spool,
    lifecycle: Lifecycle,
    stack: AsyncExitStack,
) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    tools.watchdog.start()
    stack.callback(tools.watchdog.stop)
    engines = await connect(tools, lifecycle, stack)
    cases, cameras = CaseTable(is_complete=False), CameraTable()
    relay = _relay(engines, tools)
    lock = ObjectLock(engines.prove_lock, clock=tools.clock, readiness=tools.readiness, metrics=tools.metrics)
    links = MediaLinks(tools.settings.media_key.get_secret_value(), service=SERVICE, clock=tools.clock)
    desks = make_desks(
        engines, tools, cameras=cameras, notary=notary, links=links, spool=spool, lock=lock, wake=relay.wake
    )
    app.state.gate = _gate(engines, cases, verifier, tools)
    app.state.media_links = links
    app.state.notary = notary
    app.state.evidence_desk = desks.evidence
    app.state.erasure_desk = desks.erasures
    app.state.intake = desks.intake
    app.state.showing = desks.showing

    tasks = await stack.enter_async_context(Tasks(lifecycle.fail))
    life = tools.watchdog.pulse("the event loop", tools.settings.watchdog_seconds)
    tasks.start("signs of life", show_life(life, tools.clock))
    tasks.start(
        "table of cases", _table(engines, CASES.name, CASE_STATE, cases.apply, tools, on_complete=cases.complete).run()
    )
    tasks.start("table of cameras", _table(engines, CAMERAS.name, CAMERA_STATE, cameras.apply, tools).run())
    tasks.start("object lock", lock.run())
    tasks.start("outbox relay", relay.run())
    tasks.start("events and sweeps", deliver(engines, desks.sweep, tools, lifecycle))


def _spool(tools: Tools) -> Spool:
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


def _relay(engines: Engines, tools: Tools) -> OutboxRelay:
    return OutboxRelay(
        engines.outbox,
        engines.producer,
        holder=tools.ids.new(),
        clock=tools.clock,
        metrics=tools.metrics,
        lease_seconds=RELAY_LEASE_SECONDS,
    )


def _gate(engines: Engines, cases: CaseTable, verifier: TokenVerifier, tools: Tools) -> AuditGate:
    return AuditGate(
        engines.producer,
        cases,
        verifier,
        Pseudonyms(tools.settings.pseudonym_key.get_secret_value()),
        clock=tools.clock,
        ids=tools.ids,
        service=SERVICE,
        metrics=tools.metrics,
    )


def _table(
    engines: Engines,
    topic: str,
    type_name: str,
    apply: Apply,
    tools: Tools,
    *,
    on_complete: Callable[[], None] | None = None,
) -> TableReader:
    return TableReader(
        engines.kafka,
        topic,
        frozenset({type_name}),
        apply,
        clock=tools.clock,
        readiness=tools.readiness,
        pulse=tools.watchdog.pulse(f"table {topic}", tools.settings.watchdog_seconds),
        on_complete=on_complete,
    )
