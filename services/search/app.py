"""Puts the search service together: the only file that knows which store and broker its parts get."""

from contextlib import AsyncExitStack

from fastapi import FastAPI

from rasid.contract.topics import CAMERAS
from rasid.identity.media_links import MediaLinks
from rasid.identity.problem import install
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.serve import Lifecycle
from rasid.service.application import make_app, start_tasks
from rasid.service.connections import connect_bus, connect_mongo
from rasid.service.doors import make_cases, make_gate, make_verifier
from rasid.service.object_store import connect_objects
from rasid.service.tables import case_reader, table_reader
from rasid.service.tools import Tools, make_tools
from services.search import api, lookback_api, media_api
from services.search.delivery import deliver
from services.search.lookback_desk import LookbackDesk
from services.search.paging import Cursors
from services.search.picture_desk import PictureDesk
from services.search.registry import Registry
from services.search.search_desk import SearchDesk
from services.search.settings import SERVICE, SearchSettings
from services.search.stores import Stores, make_stores

DESCRIPTION = (
    "Where was this vehicle, and what passed here? Reads merged into passages, found by plate, time and place. Every "
    "search needs a case and a purpose, and is on record before it is answered."
)
CAMERA_ROWS = frozenset({"camera.state", "site.state"})


def create_app(settings: SearchSettings, lifecycle: Lifecycle) -> FastAPI:
    """The application; it connects to its engines when its lifespan begins. Raises ConfigurationError."""
    tools = make_tools(SERVICE, settings, lifecycle)
    verifier = make_verifier(tools)

    async def assemble(app: FastAPI, stack: AsyncExitStack) -> None:
        await _assemble(app, tools, verifier, stack)

    return make_app(tools, description=DESCRIPTION, add_routes=add_routes, assemble=assemble)


def add_routes(app: FastAPI) -> None:
    """The routes and the way errors are answered."""
    install(app)
    for router in (api.router, media_api.router, lookback_api.router, lookback_api.one_router):
        app.include_router(router)


async def _assemble(app: FastAPI, tools: Tools[SearchSettings], verifier: TokenVerifier, stack: AsyncExitStack) -> None:
    """Connect and put everything together; what is pushed on `stack` ends in the opposite order."""
    stores = make_stores(await connect_mongo(tools, stack), tools)
    bus = await connect_bus(tools, stack)
    cases, registry = make_cases(tools), Registry(is_complete=False)
    app.state.gate = make_gate(bus.producer, cases, verifier, tools)
    app.state.metrics = tools.metrics
    app.state.cursors = Cursors(tools.settings.media_key.get_secret_value())
    app.state.search_desk = _desk(stores, registry, tools)
    app.state.lookback_desk = LookbackDesk(stores.lookbacks, registry, retention=stores.retention, clock=tools.clock)
    app.state.picture_desk = _pictures(stores, tools, stack)

    tasks = await start_tasks(tools, verifier, stack)
    tasks.start("table of cases", case_reader(cases, log=bus.log, tools=tools).run())
    cameras = table_reader(
        CAMERAS, CAMERA_ROWS, registry.apply, log=bus.log, tools=tools, on_complete=registry.complete
    )
    tasks.start("table of cameras", cameras.run())
    tasks.start("reads and reports", deliver(stores, bus, tools))


def _desk(stores: Stores, registry: Registry, tools: Tools[SearchSettings]) -> SearchDesk:
    return SearchDesk(
        stores.passages,
        stores.lexicon,
        registry,
        stores.knowledge,
        retention=stores.retention,
        clock=tools.clock,
    )


def _pictures(stores: Stores, tools: Tools[SearchSettings], stack: AsyncExitStack) -> PictureDesk:
    settings = tools.settings
    links = MediaLinks(settings.media_key.get_secret_value(), service=SERVICE, clock=tools.clock)
    return PictureDesk(stores.passages, connect_objects(tools, stack), settings.pictures_bucket, links, tools.clock)
