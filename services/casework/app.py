"""Puts casework together: the only file that knows which store and broker its parts get."""

from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from rasid.identity.policy_files import load_policy
from rasid.identity.problem import install
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_tasks
from rasid.service.connections import connect_bus, connect_mongo, make_relay
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.tables import case_reader
from rasid.service.tools import Tools, make_tools
from rasid.storage.outbox import MongoOutbox
from services.casework import api, approval_api, authorization_api, file_api, people_api
from services.casework.authorization import DecisionTimes
from services.casework.authorization_desk import AuthorizationBounds, AuthorizationDesk
from services.casework.case_desk import Bounds, CaseDesk
from services.casework.deadlines import Deadlines
from services.casework.delivery import Parts, deliver
from services.casework.file_desk import FileDesk
from services.casework.file_store import MongoFiles
from services.casework.handlers import SelfLinks
from services.casework.heart import Heart
from services.casework.settings import SERVICE, CaseworkSettings
from services.casework.store import AUTHORIZATIONS, CASES, MongoAuthorizations, MongoCases

DESCRIPTION = (
    "Cases: what an agency works on, who may use it, with whom it is shared and until when. Every other service goes "
    "by what is said here, a moment later; while it is silent nothing is disclosed anywhere."
)
# Another process may hold the lease: how often it looks for what was decided here.
RELAY_SECONDS = 0.25


def create_app(settings: CaseworkSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    verifier = make_verifier(tools)
    bounds = bounds_of(settings)

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        await _assemble(app, tools, verifier, bounds, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=add_routes, assemble=assemble)


def bounds_of(settings: CaseworkSettings) -> Bounds:
    """What limits a case, by the settings and the policy. Raises ConfigurationError."""
    return Bounds(
        timedelta(days=settings.duty_longest_days),
        timedelta(days=settings.share_longest_days),
        load_policy(settings.policy).operational,
    )


def authorization_bounds_of(settings: CaseworkSettings) -> AuthorizationBounds:
    """What limits an authorization."""
    return AuthorizationBounds(
        timedelta(days=settings.authorization_longest_days),
        DecisionTimes(
            timedelta(hours=settings.approval_hours),
            timedelta(hours=settings.urgent_request_hours),
            timedelta(hours=settings.urgent_decision_hours),
        ),
    )


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    for router in (
        *(api.router, api.one_router, people_api.router, file_api.router),
        *(authorization_api.router, authorization_api.one_router, approval_api.router, approval_api.one_router),
    ):
        app.include_router(router)


async def _assemble(
    app: FastAPI, tools: Tools[CaseworkSettings], verifier: TokenVerifier, bounds: Bounds, stack: AsyncExitStack
) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    mongo = await connect_mongo(tools, stack)
    bus = await connect_bus(tools, stack)
    outbox = MongoOutbox(mongo, [CASES, AUTHORIZATIONS], tools.clock, tells_tables=True)
    relay = make_relay(outbox, bus.producer, tools, poll_seconds=RELAY_SECONDS)
    cases = make_cases(tools)
    desk = CaseDesk(MongoCases(mongo), bounds=bounds, clock=tools.clock, wake=relay.wake)
    authorizations = AuthorizationDesk(
        MongoAuthorizations(mongo),
        bounds=authorization_bounds_of(tools.settings),
        clock=tools.clock,
        wake=relay.wake,
    )
    files = FileDesk(MongoFiles(mongo))
    heart = Heart(
        bus.producer,
        outbox,
        untold_seconds=tools.settings.untold_seconds,
        on_state=partial(tools.readiness.told, "the heartbeat"),
        clock=tools.clock,
        metrics=tools.metrics,
    )
    app.state.gate = make_gate(bus.producer, cases, verifier, tools)
    app.state.case_desk = desk
    app.state.authorization_desk = authorizations
    app.state.file_desk = files

    tasks = await start_tasks(tools, verifier, stack)
    tasks.start("table of cases", case_reader(cases, log=bus.log, tools=tools).run())
    tasks.start("outbox relay", relay.run())
    parts = Parts(mongo, bus, heart, Deadlines(desk, authorizations, clock=tools.clock), SelfLinks(files))
    tasks.start("heartbeat, deadlines and links", deliver(parts, tools))
