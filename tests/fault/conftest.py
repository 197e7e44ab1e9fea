"""A platform for fault tests; every test begins with all of it running and may leave it in ruins."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from rasid.runtime.clock import SystemClock
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login
from rasid.storage.outbox import MongoOutbox
from tests.support.archive import Archivists
from tests.support.engines import new_engines
from tests.support.eventually import eventually
from tests.support.mortal import doom, mortal
from tests.support.town import UNHURRIED, Town
from tools.demo.buckets import EVIDENCE
from tools.demo.platform import Platform
from tools.demo.services import Service

# Where services note what they have yet to tell.
TELLING = {
    "ingest": ("sites", "cameras"),
    "alerts": ("alerts",),
    "archive": ("evidence",),
    "casework": ("cases", "authorizations"),
}


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    settings = {
        "RASID_DRAIN_SECONDS": "3",
        "RASID_SWEEP_SECONDS": "0.5",
        "RASID_ERASE_SECONDS": "0.5",
        # Whoever is killed here is started again within about this time: waiting longer for it shows nothing more.
        "RASID_SESSION_SECONDS": "3",
        "RASID_RELAY_LEASE_SECONDS": "3",
        # A plate that is read on and on rings again after two minutes, rightly, and a busy machine takes longer here.
        "RASID_PASSAGE_WINDOW_SECONDS": "3600",
    }
    folder = tmp_path_factory.mktemp("platform")
    platform = Platform(folder, settings=UNHURRIED | settings, engines=new_engines(folder))
    for service in platform.services:
        service.launcher = mortal(service)
    asyncio.run(platform.start())
    yield platform
    asyncio.run(platform.stop())


@pytest.fixture
async def town(platform: Platform) -> Town:
    await platform.start()
    town = Town(platform)
    await town.open_cases()
    return town


async def nothing_waits(service: Service) -> bool:
    """Whether the relay of this service has nothing left to tell."""
    told = service.environment()
    user = told.get("RASID_MONGO_USER")
    login = Login(user, told["RASID_MONGO_PASSWORD"]) if user else None
    mongo = Mongo(told["RASID_MONGO"], f"rasid_{service.name}", login=login, deadline_seconds=20)
    try:
        await mongo.start()
        return not await MongoOutbox(mongo, TELLING.get(service.name, ()), SystemClock()).oldest(1)
    finally:
        await mongo.stop()


@asynccontextmanager
async def dying_at(service: Service, point: str, type_name: str = "*", count: int = 1) -> AsyncIterator[None]:
    """Tell a service to kill itself at a step; when the block ends it must have died, and is started anew."""
    await eventually(lambda: nothing_waits(service), 30, "all is told that an earlier test left: telling it could kill")
    await doom(service, point, type_name, count)
    yield
    await eventually(lambda: not service.running, 30, f"{service.name} dies at {point}")
    await service.start()


async def archivists(town: Town) -> Archivists:
    """People of the archive of this platform, with a case and a camera that it knows."""
    platform = town.platform
    settings = {**platform.environment("archive"), "RASID_EVIDENCE_BUCKET": EVIDENCE}
    people = Archivists(platform.archive, platform.engines.kafka.address, platform.keys, settings)
    await people.open_case()
    return people
