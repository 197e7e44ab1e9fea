"""Puts the alerts service together: the only file that knows which store and broker its parts get."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

import rasid
from rasid.contract.topics import ALERTS, CASES
from rasid.errors import ConfigurationError, Unavailable
from rasid.identity.audit_gate import AuditGate
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
from rasid.storage.mongo import Mongo
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.outbox import OutboxRelay
from rasid.stream.producer import KafkaProducer
from rasid.stream.table import TableReader
from rasid.stream.tail import Tail
from services.alerts import api, evidence_api, live_api, watchlist_api
from services.alerts.alert_desk import AlertDesk
from services.alerts.delivery import Bus, deliver
from services.alerts.evidence_desk import Bounds, EvidenceDesk
from services.alerts.live import LiveHub, LiveSettings
from services.alerts.live_audit import LiveAudit
from services.alerts.owners import Owners
from services.alerts.settings import SERVICE, AlertsSettings
from services.alerts.stores import Stores, make_stores
from services.alerts.tools import Tools
from services.alerts.watchlist_desk import WatchlistDesk

TITLE = "Rasid alerts"
DESCRIPTION = (
    "Watchlists, and the alerts that ring when a camera reads a plate on one. An agency sees its own; every disclosure "
    "needs a case and a purpose, and is on record before it is made."
)
CASE_STATE = "case.state"
# After a crash, what people did is told by another process no later than this.
RELAY_LEASE_SECONDS = 10.0


def create_app(settings: AlertsSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    clock = SystemClock()
    metrics = Metrics(CollectorRegistry())
    tools = Tools(settings, clock, RandomIds(), metrics, Readiness(), Watchdog(clock))
    verifier = TokenVerifier(settings.token_keys, settings.token_issuer, settings.token_audience, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _assemble(app, tools, verifier, lifecycle, stack)
            yield

    app = FastAPI(title=TITLE, description=DESCRIPTION, version=rasid.__version__, lifespan=lifespan)
    add_routes(app)
    app.include_router(health_router(tools.readiness, tools.watchdog, metrics.registry))
    return app


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    # The stream first: it is no alert's id.
    for module in (live_api, api, evidence_api, watchlist_api):
        app.include_router(module.router)


async def _assemble(
    app: FastAPI,
    tools: Tools,
    verifier: TokenVerifier,
    lifecycle: Lifecycle,
    stack: AsyncExitStack,
) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    tools.watchdog.start()
    stack.callback(tools.watchdog.stop)
    stores = make_stores(await _mongo(tools, lifecycle, stack), tools)
    producer = await stack.enter_async_context(_producer(tools))
    kafka = KafkaLog(tools.settings.kafka, SERVICE)
    cases = CaseTable(is_complete=False)
    gate = _gate(producer, cases, verifier, tools)
    hub = _hub(kafka, stores, gate, tools)
    relay = _relay(stores, producer, tools)
    app.state.gate = gate
    app.state.live_hub = hub
    app.state.alert_desk = AlertDesk(stores.alerts, clock=tools.clock, wake=relay.wake)
    app.state.evidence_desk = _evidence_desk(stores, relay, tools)
    app.state.watchlist_desk = WatchlistDesk(stores.entries, stores.watchlist, tools.clock)

    tasks = await stack.enter_async_context(Tasks(lifecycle.fail))
    life = tools.watchdog.pulse("the event loop", tools.settings.watchdog_seconds)
    tasks.start("signs of life", show_life(life, tools.clock))
    tasks.start("table of cases", _table(kafka, cases, tools).run())
    tasks.start("live stream", hub.run())
    tasks.start("live stream's ticks", hub.run_ticks())
    tasks.start("live stream's end", _close_at_the_end(hub, lifecycle))
    tasks.start("outbox relay", relay.run())
    tasks.start("plate reads and clips", deliver(stores, Bus(producer, kafka), tools, lifecycle))


async def _mongo(tools: Tools, lifecycle: Lifecycle, stack: AsyncExitStack) -> Mongo:
    settings = tools.settings
    mongo = Mongo(
        settings.mongo.get_secret_value(),
        settings.database,
        deadline_seconds=settings.store_deadline_seconds,
    )
    stack.push_async_callback(mongo.stop)
    try:
        await mongo.start()
    except Unavailable:
        pass  # it is waited for before the first read is taken
    except ConfigurationError as error:
        lifecycle.refuse(error)
        raise
    return mongo


def _producer(tools: Tools) -> KafkaProducer:
    return KafkaProducer(
        tools.settings.kafka,
        SERVICE,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=tools.settings.publish_deadline_seconds,
    )


def _relay(stores: Stores, producer: KafkaProducer, tools: Tools) -> OutboxRelay:
    return OutboxRelay(
        stores.outbox,
        producer,
        holder=tools.ids.new(),
        clock=tools.clock,
        metrics=tools.metrics,
        lease_seconds=RELAY_LEASE_SECONDS,
    )


def _evidence_desk(stores: Stores, relay: OutboxRelay, tools: Tools) -> EvidenceDesk:
    bounds = Bounds(tools.settings.clip_longest_seconds, tools.settings.clip_reach_seconds)
    return EvidenceDesk(stores.alerts, bounds=bounds, clock=tools.clock, wake=relay.wake)


def _gate(producer: KafkaProducer, cases: CaseTable, verifier: TokenVerifier, tools: Tools) -> AuditGate:
    return AuditGate(
        producer,
        cases,
        verifier,
        Pseudonyms(tools.settings.pseudonym_key.get_secret_value()),
        clock=tools.clock,
        ids=tools.ids,
        service=SERVICE,
        metrics=tools.metrics,
    )


def _hub(kafka: KafkaLog, stores: Stores, gate: AuditGate, tools: Tools) -> LiveHub:
    settings = tools.settings
    pulse = tools.watchdog.pulse("live stream", settings.watchdog_seconds)
    owners = Owners(stores.alerts, tools.clock, size=settings.live_window_events)
    return LiveHub(
        Tail(kafka, ALERTS.name, clock=tools.clock, pulse=pulse),
        LiveAudit(owners, gate.live),
        settings=LiveSettings(
            window_events=settings.live_window_events,
            queue_events=settings.live_queue_events,
            ping_seconds=settings.live_ping_seconds,
        ),
        clock=tools.clock,
        metrics=tools.metrics,
        readiness=tools.readiness,
        pulse=pulse,
    )


def _table(kafka: KafkaLog, cases: CaseTable, tools: Tools) -> TableReader:
    return TableReader(
        kafka,
        CASES.name,
        frozenset({CASE_STATE}),
        cases.apply,
        clock=tools.clock,
        readiness=tools.readiness,
        pulse=tools.watchdog.pulse("table of cases", tools.settings.watchdog_seconds),
        on_complete=cases.complete,
    )


async def _close_at_the_end(hub: LiveHub, lifecycle: Lifecycle) -> None:
    await lifecycle.stopping.wait()
    hub.close()
