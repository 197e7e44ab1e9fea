"""A service's connections to its engines. What is away is waited for elsewhere; what is wrong ends the process."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.log import get_logger
from rasid.runtime.settings import ProcessSettings, ServiceSettings
from rasid.runtime.tasks import Tasks
from rasid.service.tools import Tools
from rasid.storage.clock_watch import ClockWatch
from rasid.storage.expiry import ExpiryWatch
from rasid.storage.indexes import Index
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login as MongoLogin
from rasid.storage.outbox import MongoOutbox
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.login import Login
from rasid.stream.outbox import OutboxRelay
from rasid.stream.producer import KafkaProducer

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bus:
    """Kafka, to publish to and to read from."""

    producer: KafkaProducer
    log: KafkaLog


def kafka_login(settings: ServiceSettings) -> Login | None:
    """As whom the service speaks to Kafka; None when Kafka asks nobody."""
    if not settings.kafka_user:
        return None
    return Login(settings.kafka_user, settings.kafka_password.get_secret_value())


async def connect_bus(tools: Tools[ServiceSettings], stack: AsyncExitStack) -> Bus:
    """The bus; `stack` ends the connection."""
    login = kafka_login(tools.settings)
    if login is None:
        logger.warning("Kafka is used without a user, as the demo does: whoever reaches it may read and write all")
    producer = KafkaProducer(
        tools.settings.kafka,
        tools.service,
        clock=tools.clock,
        metrics=tools.metrics,
        deadline_seconds=tools.settings.publish_deadline_seconds,
        login=login,
    )
    log = KafkaLog(tools.settings.kafka, tools.service, login=login)
    return Bus(await stack.enter_async_context(producer), log)


def mongo_login(settings: ProcessSettings) -> MongoLogin | None:
    """As whom the process speaks to the database; None when the database asks nobody, or its address says who."""
    if not settings.mongo_user:
        return None
    return MongoLogin(settings.mongo_user, settings.mongo_password.get_secret_value())


async def connect_mongo(tools: Tools[ProcessSettings], stack: AsyncExitStack) -> Mongo:
    """The service's own database, whether or not it answers yet; from now on its clock is compared with ours.

    Raises ConfigurationError, and ends the process.
    """
    settings = tools.settings
    address = settings.mongo.get_secret_value()
    login = mongo_login(settings)
    mongo = Mongo(address, settings.database, login=login, deadline_seconds=settings.store_deadline_seconds)
    stack.push_async_callback(mongo.stop)
    try:
        await mongo.start()
    except Unavailable:
        pass  # whoever needs it first waits for it
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
        raise
    tasks = await stack.enter_async_context(Tasks(tools.lifecycle.fail))
    tasks.start("clock watch", _clock_watch(mongo, tools).run())
    return mongo


def _clock_watch(mongo: Mongo, tools: Tools[ProcessSettings]) -> ClockWatch:
    return ClockWatch(
        mongo,
        clock=tools.clock,
        on_ahead=tools.metrics.database_ahead.set,
        on_trouble=partial(tools.readiness.told, "the clock"),
    )


def expiry_watch(mongo: Mongo, indexes: Iterable[Index], tools: Tools[ProcessSettings]) -> ExpiryWatch:
    """Sees that the database removes what has expired."""
    return ExpiryWatch(mongo, indexes, clock=tools.clock, on_overdue=tools.metrics.overdue_documents.set)


def make_relay(
    outbox: MongoOutbox, producer: KafkaProducer, tools: Tools[ServiceSettings], *, poll_seconds: float = 1.0
) -> OutboxRelay:
    """Publishes what waits in the database to be told; looks after `poll_seconds` for what nobody woke it for."""
    return OutboxRelay(
        outbox,
        producer,
        holder=tools.ids.new(),
        clock=tools.clock,
        metrics=tools.metrics,
        lease_seconds=tools.settings.relay_lease_seconds,
        poll_seconds=poll_seconds,
    )
