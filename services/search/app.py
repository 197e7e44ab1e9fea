"""Puts the search service together: the only file that knows which store and broker its parts get."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

import rasid
from rasid.contract.topics import CAMERAS, CASES
from rasid.errors import ConfigurationError, Unavailable
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
from rasid.storage.mongo import Mongo
from rasid.storage.objects import ObjectStore
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.producer import KafkaProducer
from rasid.stream.table import Apply, TableReader
from services.search import api, media_api
from services.search.delivery import deliver
from services.search.paging import Cursors
from services.search.picture_desk import PictureDesk
from services.search.registry import Registry
from services.search.search_desk import SearchDesk
from services.search.settings import SERVICE, SearchSettings
from services.search.stores import Stores, make_stores
from services.search.tools import Tools

TITLE = "Rasid search"
DESCRIPTION = (
    "Where was this vehicle, and what passed here? Reads merged into passages, found by plate, time and place. Every "
    "search needs a case and a purpose, and is on record before it is answered."
)
CASE_ROWS = frozenset({"case.state"})
CAMERA_ROWS = frozenset({"camera.state", "site.state"})


def create_app(settings: SearchSettings, lifecycle: Lifecycle) -> FastAPI:
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
    for module in (api, media_api):
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
    cases, registry = CaseTable(is_complete=False), Registry(is_complete=False)
    app.state.gate = _gate(producer, cases, verifier, tools)
    app.state.metrics = tools.metrics
    app.state.cursors = Cursors(tools.settings.media_key.get_secret_value())
    app.state.search_desk = _desk(stores, registry, tools)
    app.state.picture_desk = _pictures(stores, tools, stack)

    tasks = await stack.enter_async_context(Tasks(lifecycle.fail))
    life = tools.watchdog.pulse("the event loop", tools.settings.watchdog_seconds)
    tasks.start("signs of life", show_life(life, tools.clock))
    tasks.start(
        "table of cases", _table(kafka, CASES.name, CASE_ROWS, cases.apply, tools, on_complete=cases.complete).run()
    )
    tasks.start(
        "table of cameras",
        _table(kafka, CAMERAS.name, CAMERA_ROWS, registry.apply, tools, on_complete=registry.complete).run(),
    )
    tasks.start("reads and reports", deliver(stores, producer, kafka, tools, lifecycle))


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


def _desk(stores: Stores, registry: Registry, tools: Tools) -> SearchDesk:
    return SearchDesk(
        stores.passages,
        stores.lexicon,
        registry,
        stores.knowledge,
        retention=stores.retention,
        clock=tools.clock,
    )


def _pictures(stores: Stores, tools: Tools, stack: AsyncExitStack) -> PictureDesk:
    settings = tools.settings
    objects = ObjectStore(
        settings.objects,
        settings.objects_access_key,
        settings.objects_secret_key.get_secret_value(),
        connections=settings.objects_connections,
    )
    stack.push_async_callback(objects.stop)
    links = MediaLinks(settings.media_key.get_secret_value(), service=SERVICE, clock=tools.clock)
    return PictureDesk(stores.passages, objects, settings.pictures_bucket, links, tools.clock)


def _table(
    kafka: KafkaLog,
    topic: str,
    rows: frozenset[str],
    apply: Apply,
    tools: Tools,
    *,
    on_complete: Callable[[], None] | None = None,
) -> TableReader:
    return TableReader(
        kafka,
        topic,
        rows,
        apply,
        clock=tools.clock,
        readiness=tools.readiness,
        pulse=tools.watchdog.pulse(f"table {topic}", tools.settings.watchdog_seconds),
        on_complete=on_complete,
    )
