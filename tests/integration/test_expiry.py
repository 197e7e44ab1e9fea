"""What has expired is removed by the database itself, and it is seen when it is not."""

import asyncio
from datetime import timedelta

import pytest
from pymongo import AsyncMongoClient

from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.storage.expiry import ExpiryWatch
from rasid.storage.indexes import Index, ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.testing.clock import ManualClock
from services.alerts.indexes import INDEXES as ALERTS
from services.archive.indexes import INDEXES as ARCHIVE
from services.search.indexes import INDEXES as SEARCH
from tests.support.eventually import eventually

CLOCK = SystemClock()
REMOVING = [index for index in (*SEARCH, *ALERTS, *ARCHIVE) if index.expire_after_seconds is not None]


@pytest.fixture
async def database(secantus_rs):
    database = Mongo(secantus_rs.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=20)
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
async def quick_monitor(secantus_rs):
    """The database looks every second for what has expired, instead of every minute."""
    async with AsyncMongoClient(secantus_rs.address) as client:
        before = await client.admin.command({"getParameter": 1, "ttlMonitorSleepSecs": 1})
        await client.admin.command({"setParameter": 1, "ttlMonitorSleepSecs": 1})
        yield
        await client.admin.command({"setParameter": 1, "ttlMonitorSleepSecs": before["ttlMonitorSleepSecs"]})


def row(index: Index, number: int, **expires_in: float):
    return {"_id": f"{number}", index.keys[0][0]: CLOCK.now() + timedelta(**expires_in)}


@pytest.mark.usefixtures("quick_monitor")
async def test_every_collection_that_promises_it_loses_what_has_expired_and_nothing_else(database):
    assert {index.collection for index in REMOVING} >= {"passages", "lookbacks", "alerts", "ledgers"}
    await ensure_indexes(database, REMOVING)
    for index in REMOVING:
        collection = database.collection(index.collection)
        await collection.insert_many([row(index, 1, seconds=-1), row(index, 2, seconds=0.5), row(index, 3, hours=1)])

    async def left():
        return [[one["_id"] for one in await database.collection(index.collection).find({})] for index in REMOVING]

    async def is_gone():
        return await left() == [["3"]] * len(REMOVING)

    await eventually(is_gone, 30)


async def test_what_is_not_removed_is_told_by_its_age(database):
    index = Index("rows", (("expires_at", 1),), expire_after_seconds=0)
    clock, told = ManualClock(CLOCK.now()), []
    watch = ExpiryWatch(database, [index], clock=clock, on_overdue=told.append)
    rows = database.collection("rows")  # without the index: nothing removes from it
    assert await watch.overdue_seconds() == 0
    await rows.insert_many([row(index, 1, seconds=-60), row(index, 2, hours=1)])
    assert await watch.overdue_seconds() == 0
    await rows.insert_many([row(index, 3, seconds=-400), row(index, 4, seconds=-300)])
    looking = asyncio.create_task(watch.run())
    await eventually(lambda: told)
    looking.cancel()
    assert told[0] == pytest.approx(400, abs=5)


async def test_a_database_that_is_away_does_not_end_the_watch():
    database = Mongo("mongodb://127.0.0.1:1/", "nowhere", deadline_seconds=0.2)
    watch = ExpiryWatch(database, SEARCH, clock=ManualClock(), on_overdue=lambda _: None)
    looking = asyncio.create_task(watch.run())
    await asyncio.wait([looking], timeout=0.5)
    assert not looking.done()
    looking.cancel()
