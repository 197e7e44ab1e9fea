"""Puts the alerts service together: the only file that knows which store and broker its parts get."""

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from rasid.contract.envelope import Event
from rasid.contract.topics import ALERTS, CASES
from rasid.identity.audit_gate import AuditGate
from rasid.identity.problem import install
from rasid.identity.purpose import CASE_ROWS, SIGNS_OF_LIFE, CaseTable
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_tasks
from rasid.service.connections import connect_bus, connect_mongo, make_relay
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.tables import table_reader
from rasid.service.tools import Tools, make_tools
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.table import TableReader
from rasid.stream.tail import Tail
from services.alerts import api, covert_api, evidence_api, live_api, watchlist_api
from services.alerts.alert_desk import AlertDesk
from services.alerts.authorizations import AUTHORIZATION_ROWS, AuthorizationTable
from services.alerts.covert_desk import CovertDesk
from services.alerts.covert_steps import CovertLimits
from services.alerts.delivery import deliver
from services.alerts.evidence_desk import Bounds, EvidenceDesk
from services.alerts.live import LiveHub, LiveSettings
from services.alerts.live_audit import LiveAudit
from services.alerts.owners import Owners
from services.alerts.settings import SERVICE, AlertsSettings
from services.alerts.standing import Standing
from services.alerts.stores import Stores, make_stores
from services.alerts.watchlist_desk import WatchlistDesk
from services.alerts.withdrawing import Withdrawals

DESCRIPTION = (
    "Watchlists, and the alerts that ring when a camera reads a plate on one. An agency sees its own; every disclosure "
    "needs a case and a purpose, and is on record before it is made."
)


def create_app(settings: AlertsSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    verifier = make_verifier(tools)

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        await _assemble(app, tools, verifier, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=add_routes, assemble=assemble)


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    # The stream first: it is no alert's id.
    modules = (live_api, api, evidence_api, watchlist_api, covert_api)
    for router in (*(module.router for module in modules), covert_api.one_router):
        app.include_router(router)


async def _assemble(app: FastAPI, tools: Tools[AlertsSettings], verifier: TokenVerifier, stack: AsyncExitStack) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    stores = make_stores(await connect_mongo(tools, stack), tools)
    bus = await connect_bus(tools, stack)
    cases = make_cases(tools)
    gate = make_gate(bus.producer, cases, verifier, tools)
    authorizations = AuthorizationTable()
    rows = _rows(cases, authorizations, bus.log, tools)
    standing = Standing(cases, authorizations, rows.ready)
    withdrawals = _withdrawals(stores, standing, gate, tools)
    hub = _hub(bus.log, stores, gate, tools)
    relay = make_relay(stores.outbox, bus.producer, tools)
    bounds = Bounds(tools.settings.clip_longest_seconds, tools.settings.clip_reach_seconds)
    app.state.gate = gate
    app.state.live_hub = hub
    app.state.alert_desk = AlertDesk(stores.alerts, clock=tools.clock, wake=relay.wake)
    app.state.evidence_desk = EvidenceDesk(stores.alerts, bounds=bounds, clock=tools.clock, wake=relay.wake)
    app.state.watchlist_desk = WatchlistDesk(
        stores.entries,
        stores.watchlist,
        tools.clock,
        authorizations=authorizations,
        limits=CovertLimits(
            timedelta(seconds=tools.settings.covert_seconds),
            timedelta(seconds=tools.settings.covert_approval_seconds),
        ),
    )
    app.state.covert_desk = CovertDesk(stores.entries, stores.watchlist, tools.clock)

    tasks = await start_tasks(tools, verifier, stack)
    tasks.start("table of cases", rows.run())
    tasks.start("live stream", hub.run())
    tasks.start("live stream's ticks", hub.run_ticks())
    tasks.start("live stream's end", _close_at_the_end(hub, tools.lifecycle))
    tasks.start("outbox relay", relay.run())
    tasks.start("plate reads and clips", deliver(stores, bus, tools, standing, withdrawals))


def _withdrawals(stores: Stores, standing: Standing, gate: AuditGate, tools: Tools[AlertsSettings]) -> Withdrawals:
    return Withdrawals(
        stores.entries,
        stores.alerts,
        stores.watchlist,
        standing,
        gate.deleted,
        clock=tools.clock,
        pulse=tools.resting_pulse("withdrawals"),
    )


def _rows(
    cases: CaseTable, authorizations: AuthorizationTable, log: KafkaLog, tools: Tools[AlertsSettings]
) -> TableReader:
    """Reads both tables of the topic in one go."""

    def apply(key: str, event: Event[Any] | None) -> None:
        cases.apply(key, event)
        authorizations.apply(key, event)

    types = CASE_ROWS | AUTHORIZATION_ROWS
    return table_reader(
        CASES, types, apply, log=log, tools=tools, on_complete=cases.complete, in_any_order=SIGNS_OF_LIFE
    )


def _hub(kafka: KafkaLog, stores: Stores, gate: AuditGate, tools: Tools[AlertsSettings]) -> LiveHub:
    settings = tools.settings
    pulse = tools.pulse("live stream")
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


async def _close_at_the_end(hub: LiveHub, lifecycle: Lifecycle) -> None:
    await lifecycle.stopping.wait()
    hub.close()
