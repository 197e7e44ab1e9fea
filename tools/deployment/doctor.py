"""What a deployment must be, asked of its engines one by one: by the same checks with which the services begin."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from rasid.contract.topics import TOPICS
from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import Clock, SystemClock
from rasid.runtime.ids import RandomIds
from rasid.runtime.settings import ServiceSettings
from rasid.storage.indexes import Index, check_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login as MongoLogin
from rasid.storage.objects import LockedBucket, ObjectStore, prove_lock
from rasid.storage.opening import check_server
from rasid.stream.checks import check_kafka
from rasid.stream.login import Login
from services.archive.object_lock import EVIDENCE
from tools.deployment.service_indexes import SERVICES
from tools.engines.object_keys import Keys

AWAY_FIX = "see whether it runs and is reachable from here, and what its own log says (`docker compose logs`)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the engines are. Of the object store only what there are keys for is asked."""

    kafka: str
    brokers: int
    login: Login | None = None
    mongo: str
    mongo_login: MongoLogin | None = None
    objects: str
    keys: Mapping[str, Keys]
    pictures: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `look` says what it found; it raises ConfigurationError and Unavailable."""

    title: str
    look: Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `fix` is empty when nothing is wrong."""

    title: str
    says: str
    fix: str = ""


def checks(where: Where, clock: Clock | None = None) -> Sequence[Check]:
    """All of them, in the order in which a fault in one explains faults in those behind it."""
    return tuple(_checks(where, clock or SystemClock()))


async def examine(some: Sequence[Check]) -> list[Finding]:
    """Look at all of them at once; whatever is wrong with one, the others are looked at as well."""
    return await asyncio.gather(*map(_finding, some))


async def _finding(check: Check) -> Finding:
    try:
        return Finding(check.title, await check.look())
    except ConfigurationError as error:
        return Finding(check.title, error.problem, error.fix)
    except Unavailable as error:
        return Finding(check.title, str(error), AWAY_FIX)


def _checks(where: Where, clock: Clock) -> Iterator[Check]:
    yield Check("Kafka", partial(_kafka, where))
    yield Check("MongoDB", partial(_server, where, clock))
    for settings, indexes in SERVICES:
        yield Check(f"database {_database(settings)}", partial(_indexes, where, _database(settings), indexes))
    for name in ("ingest", "search"):
        if keys := where.keys.get(name):
            yield Check(f"bucket {where.pictures} as {name}", partial(_pictures, where, keys))
    if keys := where.keys.get("archive"):
        yield Check(f"bucket {where.evidence} as archive", partial(_evidence, where, keys, clock))


async def _kafka(where: Where) -> str:
    await check_kafka(where.kafka, TOPICS, brokers=where.brokers, login=where.login)
    return f"new enough, and {len(TOPICS)} topics are as the contract says"


async def _server(where: Where, clock: Clock) -> str:
    async with _connected(where, "admin") as mongo:
        await check_server(mongo, clock)
    return "new enough, a replica set, and its clock is ours"


async def _indexes(where: Where, database: str, indexes: Sequence[Index]) -> str:
    async with _connected(where, database) as mongo:
        await check_indexes(mongo, indexes)
    return f"{len(indexes)} indexes are there"


async def _pictures(where: Where, keys: Keys) -> str:
    async with _store(where, keys) as store:
        await store.ensure_bucket(where.pictures)
    return "there, and the credential is taken"


async def _evidence(where: Where, keys: Keys, clock: Clock) -> str:
    async with _store(where, keys) as store:
        bucket = LockedBucket(store, where.evidence)
        await bucket.ensure()
        verdict = await prove_lock(bucket, clock.now(), RandomIds())
    if not verdict.holds:
        raise ConfigurationError(f"the object store does not hold its locks ({verdict})", EVIDENCE.fix)
    return str(verdict)


def _database(settings: type[ServiceSettings]) -> str:
    name: str = settings.model_fields["database"].default
    return name


@asynccontextmanager
async def _connected(where: Where, database: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(where.mongo, database, login=where.mongo_login)
    try:
        await mongo.start()
        yield mongo
    finally:
        await mongo.stop()


@asynccontextmanager
async def _store(where: Where, keys: Keys) -> AsyncIterator[ObjectStore]:
    store = ObjectStore(where.objects, *keys)
    try:
        yield store
    finally:
        await store.stop()
