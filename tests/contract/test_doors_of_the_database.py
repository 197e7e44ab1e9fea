"""Each process at the database's door: its own database works, and everything else is refused, by the server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from rasid.contract.databases import DATABASES
from rasid.errors import ConfigurationError
from rasid.runtime.clock import SystemClock
from rasid.storage.indexes import Index
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login
from rasid.storage.opening import open_database
from tests.support.engines import REAL
from tools.deployment.service_indexes import SERVICES
from tools.engines import GuardedMongo, GuardedSecantusRs
from tools.engines.mongo_admin import connected, ensure_administrator, ensure_users

Door = GuardedMongo | GuardedSecantusRs

NAMES = tuple(DATABASES)
# What no service may see, beside the databases of the others.
KEPT = ("admin", "local", "config", "rasid_oversight", "test")
INDEXES = {settings.model_fields["database"].default: indexes for settings, indexes in SERVICES}


@pytest.fixture
def door(guarded_mongo: Door) -> Door:
    """A database with a document of everybody."""
    with connected(guarded_mongo.server, guarded_mongo.users.root) as admin:
        for name in (*DATABASES.values(), *KEPT):
            if name not in {"local", "config"}:
                admin.client[name]["seen"].replace_one({"_id": 1}, {"_id": 1}, upsert=True)
    return guarded_mongo


@asynccontextmanager
async def as_user(door: Door, name: str, database: str, login: Login | None = None) -> AsyncIterator[Mongo]:
    mongo = Mongo(door.server, database, login=login or door.users.of(name))
    try:
        await mongo.start()
        yield mongo
    finally:
        await mongo.stop()


async def is_refused(work: Callable[[], Awaitable[object]]) -> bool:
    try:
        await work()
    except ConfigurationError:
        return True
    return False


DONE: dict[str, Callable[[Mongo], Awaitable[object]]] = {
    "find": lambda mongo: mongo.collection("seen").find({}),
    "count": lambda mongo: mongo.collection("seen").count({}),
    "insert": lambda mongo: mongo.collection("mine").insert({}),
    "replace": lambda mongo: mongo.collection("mine").replace({"_id": 2}, {"_id": 2}, upsert=True),
    "update": lambda mongo: mongo.collection("mine").update({"_id": 2}, {"$set": {"a": 1}}, upsert=True),
    "update many": lambda mongo: mongo.collection("mine").update_many([({"_id": 2}, {"$set": {"a": 1}})]),
    "delete": lambda mongo: mongo.collection("mine").delete({}),
    "look at indexes": lambda mongo: mongo.collection("mine").indexes(),
    "make an index": lambda mongo: mongo.collection("mine").ensure_index([("at", 1)], expire_after_seconds=0),
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_process_does_all_it_needs_in_its_own_database(door: Door, name: str):
    async with as_user(door, name, DATABASES[name]) as mongo:
        await open_database(mongo, INDEXES[DATABASES[name]], SystemClock())
        assert [work for work, do in DONE.items() if await is_refused(lambda do=do: do(mongo))] == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_process_is_refused_everything_in_every_other_database(door: Door, name: str):
    others = {*DATABASES.values(), *KEPT} - {DATABASES[name]}
    for other in sorted(others):
        async with as_user(door, name, other) as mongo:
            done = [work for work, do in DONE.items() if not await is_refused(lambda do=do: do(mongo))]
        assert (other, done) == (other, [])


@pytest.mark.parametrize("name", NAMES)
async def test_no_process_makes_users_or_gives_itself_rights(door: Door, name: str):
    login = door.users.of(name)
    root = [{"role": "root", "db": "admin"}]

    def ask(database: str, command: str, user: str, **more: object) -> None:
        with connected(door.server, login) as admin:
            admin.client[database].command(command, user, **more)

    for database in ("admin", DATABASES[name]):
        for command, user, more in (
            ("createUser", "mine", {"pwd": "known", "roles": root}),
            ("updateUser", login.user, {"roles": root}),
            ("grantRolesToUser", login.user, {"roles": root}),
            ("usersInfo", 1, {}),
            ("dropUser", "rasid-setup", {}),
            ("createRole", "mine", {"privileges": [], "roles": root}),
        ):
            with pytest.raises(ConfigurationError):
                await asyncio.to_thread(ask, database, command, user, **more)


async def test_what_is_done_through_an_aggregation_is_refused_as_well(door: Door):
    def write_elsewhere(stage: dict[str, object]) -> None:
        with connected(door.server, door.users.of("search")) as admin:
            admin.client["rasid_search"]["seen"].aggregate([stage])

    for stage in (
        {"$out": {"db": "rasid_alerts", "coll": "seen"}},
        {"$merge": {"into": {"db": "rasid_alerts", "coll": "seen"}}},
    ):
        with pytest.raises(ConfigurationError):
            await asyncio.to_thread(write_elsewhere, stage)


@pytest.mark.skipif(not REAL, reason="SecantusDB's Python server lets a collection be moved to any database")
async def test_a_collection_is_moved_to_no_other_database(door: Door):
    def move() -> None:
        with connected(door.server, door.users.of("search")) as admin:
            admin.command("renameCollection", "rasid_search.seen", to="rasid_alerts.moved")

    with pytest.raises(ConfigurationError):
        await asyncio.to_thread(move)


async def test_whoever_names_no_user_is_refused_and_told_why(door: Door):
    mongo = Mongo(door.server, "rasid_search")
    try:
        await mongo.start()
        with pytest.raises(ConfigurationError) as refused:
            await open_database(mongo, INDEXES["rasid_search"], SystemClock())
    finally:
        await mongo.stop()
    assert "RASID_MONGO_USER" in refused.value.fix


async def test_a_service_with_the_user_of_another_may_not_begin(door: Door):
    async with as_user(door, "ingest", "rasid_search") as mongo:
        with pytest.raises(ConfigurationError) as refused:
            await open_database(mongo, INDEXES["rasid_search"], SystemClock())
    assert "its own user" in refused.value.fix


async def test_a_wrong_password_is_said_to_be_one(door: Door):
    for login in (Login("rasid-search", "another"), Login("nobody", "known")):
        with pytest.raises(ConfigurationError) as refused:
            async with as_user(door, "search", "rasid_search", login):
                pass
        assert "password" in refused.value.problem
        assert login.password not in str(refused.value)
        assert "RASID_MONGO_PASSWORD" in refused.value.fix


async def test_a_database_that_asks_nobody_is_no_place_for_a_user(door: Door, mongo: GuardedMongo):
    """As one is whose mongod was started without its key: it takes the user, and lets everybody do everything."""
    login = Login("rasid-doors", "known")
    with connected(mongo.address, None) as admin:
        rights = [{"role": "readWrite", "db": "rasid_doors"}]
        known = admin.command("usersInfo", login.user)["users"]
        if not known:
            admin.command("createUser", login.user, pwd=login.password, roles=rights, mechanisms=["SCRAM-SHA-256"])
    asked = Mongo(mongo.address, "rasid_doors", login=login)
    try:
        await asked.start()
        with pytest.raises(ConfigurationError) as refused:
            await open_database(asked, [Index("things", [("at", 1)])], SystemClock())
    finally:
        await asked.stop()
    assert "asks nobody" in refused.value.problem
    assert "--keyFile" in refused.value.fix


def test_set_up_takes_back_what_a_former_version_gave_and_a_new_password_counts(door: Door):
    uri, root, before = door.server, door.users.root, door.users.of("alerts")
    with connected(uri, root) as admin:
        admin.command("updateUser", before.user, roles=[{"role": "readWriteAnyDatabase", "db": "admin"}])
    ensure_users(uri, root, {"alerts": "another-password"})
    with pytest.raises(ConfigurationError), connected(uri, before) as admin:
        admin.command("ping")
    with connected(uri, Login(before.user, "another-password")) as admin:
        admin.client["rasid_alerts"]["seen"].find_one()
    with pytest.raises(ConfigurationError), connected(uri, Login(before.user, "another-password")) as admin:
        admin.client["rasid_search"]["seen"].find_one()
    ensure_users(uri, root, {"alerts": before.password})


def test_an_administrator_that_is_not_known_is_not_made_by_whoever_comes(door: Door):
    with pytest.raises(ConfigurationError, match="does not take its administrator") as refused:
        ensure_administrator(door.server, Login("somebody", "known"))
    assert "To a version with users of the database" in refused.value.fix


def test_the_contract_names_the_databases_as_the_services_do():
    mine = {settings.__module__.split(".")[1]: settings.model_fields["database"].default for settings, _ in SERVICES}
    assert mine | {"eraser": "rasid_archive"} == DATABASES
