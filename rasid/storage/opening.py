"""What every service asks of its database before it begins, and what `rasid doctor` asks of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rasid.errors import ConfigurationError
from rasid.runtime.clock import Clock
from rasid.storage.indexes import Index, ensure_indexes
from rasid.storage.mongo import Mongo

OLDEST = "7.0"
OLDEST_WIRE_VERSION = 21
# Retention, holds and the order of what happened rest on clocks; a synchronized one is off by milliseconds.
MAX_SKEW = timedelta(seconds=30)


async def open_database(mongo: Mongo, indexes: Iterable[Index], clock: Clock) -> None:
    """Check the server and make the indexes that are missing. Raises Unavailable and ConfigurationError."""
    await check_server(mongo, clock)
    await check_door(mongo)
    await ensure_indexes(mongo, indexes)


async def check_door(mongo: Mongo) -> None:
    """Refuse to be a user where nobody is asked: it keeps nobody else from reading all. Raises Unavailable as well."""
    if mongo.login is not None and not await mongo.asks_who_we_are():
        raise ConfigurationError(
            "the database asks nobody who they are, or its user here is an administrator",
            "start mongod with --keyFile (docs/operations.md, 'To a version with users of the database'), and give "
            "each service its own user",
        )


async def check_server(mongo: Mongo, clock: Clock) -> None:
    """Refuse a database that is too old, keeps no replica set or has another time. Raises Unavailable as well."""
    asked_at = clock.now()
    hello = await mongo.hello()
    check_hello(hello, asked_at + (clock.now() - asked_at) / 2)


def check_hello(hello: Mapping[str, Any], now: datetime) -> None:
    """Look at a server's answer to `hello`, which it gave at `now` by our clock; raises ConfigurationError."""
    if hello.get("maxWireVersion", 0) < OLDEST_WIRE_VERSION:
        raise ConfigurationError(
            f"the database is older than MongoDB {OLDEST}", f"upgrade it to {OLDEST} or newer: RASID_MONGO names it"
        )
    if "setName" not in hello:
        raise ConfigurationError(
            "the database is no replica set, and there are no transactions without one",
            "start mongod with --replSet and run `rasid setup`, which initiates a set of one",
        )
    ahead = ahead_seconds(hello, now)
    if abs(ahead) > MAX_SKEW.total_seconds():
        raise ConfigurationError(
            f"the database's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} this machine's",
            "synchronize both with NTP (`timedatectl` and `chronyc tracking` show which of them is wrong)",
        )


def ahead_seconds(hello: Mapping[str, Any], now: datetime) -> float:
    """How far the clock of a server that answered `hello` at `now` by ours is ahead of ours."""
    ahead: timedelta = hello["localTime"] - now
    return ahead.total_seconds()
