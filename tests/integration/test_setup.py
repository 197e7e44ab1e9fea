"""`rasid setup` on real engines: what is missing is made, what is there stays, and what is wrong is told."""

import asyncio
import uuid
from contextlib import contextmanager

from click.testing import CliRunner, Result
from pymongo import MongoClient

from rasid.contract.databases import DATABASES
from rasid.contract.topics import TOPICS
from rasid.stream.admin import check_topics
from rasid.stream.checks import check_kafka
from rasid.stream.login import Login
from services.search.settings import SearchSettings
from tools.cli import main
from tools.deployment.database_users import variable
from tools.deployment.service_indexes import SERVICES
from tools.engines import Mongo
from tools.engines.mongo_admin import connected

WITHOUT_STORE = dict.fromkeys(("RASID_OBJECTS_ROOT_USER", "RASID_OBJECTS_ROOT_PASSWORD", "RASID_OBJECTS_ACCESS_KEY"))


@contextmanager
def running(engine):
    asyncio.run(engine.start())
    try:
        yield
    finally:
        asyncio.run(engine.stop())


def set_up(*arguments: str) -> Result:
    return CliRunner(env=WITHOUT_STORE).invoke(main, ["setup", *arguments])


def test_topics_and_the_replica_set_are_there_afterwards_however_often(kafka, mongo):
    where = ("--kafka", kafka.address, "--brokers", str(kafka.brokers), "--mongo", mongo.address)
    for _ in range(2):
        done = set_up(*where)
        assert done.exit_code == 0, done.output
        assert f"{len(TOPICS)} topics are as the contract says" in done.output
        assert "has its primary" in done.output
        assert "indexes of the services are there" in done.output
        assert "left alone" in done.output
    assert asyncio.run(check_topics(kafka.address, TOPICS, brokers=kafka.brokers)) == []
    with MongoClient(mongo.address) as client:
        for settings, indexes in SERVICES:
            database = client[settings.model_fields["database"].default]
            for index in indexes:
                made = [list(one["key"].items()) for one in database[index.collection].list_indexes()]
                assert list(index.keys) in made


def test_users_and_rights_are_there_afterwards_and_a_new_password_counts(guarded_kafka, mongo):
    """As compose tells it: the administrator is known by PLAIN, everybody else by what set-up makes."""
    root, search = guarded_kafka.users.root, guarded_kafka.users.of("search")
    told = {
        **WITHOUT_STORE,
        "RASID_KAFKA": guarded_kafka.guarded_address,
        "RASID_KAFKA_ROOT_USER": root.user,
        "RASID_KAFKA_ROOT_PASSWORD": root.password,
        "RASID_KAFKA_ROOT_MECHANISM": root.mechanism,
        "RASID_MONGO": mongo.address,
    }
    done = CliRunner(env={**told, "RASID_KAFKA_PASSWORD_SEARCH": "a-new-one"}).invoke(main, ["setup"])
    assert done.exit_code == 0, done.output
    assert "2 users have their passwords; 0 rights given, 0 taken away" in done.output
    for login in (Login(search.user, "a-new-one"), Login(root.user, root.password)):
        asyncio.run(check_kafka(guarded_kafka.guarded_address, TOPICS[:2], brokers=1, login=login, service="search"))
    done = CliRunner(env={**told, "RASID_KAFKA_PASSWORD_SEARCH": search.password}).invoke(main, ["setup"])
    assert done.exit_code == 0, done.output


class AskingMongo(Mongo):
    """The demo's server as a deployment's: it asks everybody."""

    def options(self, cache_size):
        return (*super().options(cache_size), "--auth")


def test_a_data_folder_from_before_there_were_users_gets_them_while_nobody_is_asked(tmp_path):
    """As an upgrade does it: users first, then the door. Documents stay, and set-up may run as often as it likes."""
    before, after = Mongo(tmp_path), AskingMongo(tmp_path)
    told = {
        **WITHOUT_STORE,
        "RASID_MONGO_ROOT_USER": "rasid-setup",
        "RASID_MONGO_ROOT_PASSWORD": "known",
        **{variable(name): f"of-{name}" for name in DATABASES},
    }

    def set_up(engine, **changes):
        return CliRunner(env=told | changes).invoke(main, ["setup", "--only", "mongo", "--mongo", engine.address])

    with running(before):
        with MongoClient(before.address) as client:
            client["rasid_search"]["seen"].insert_one({"_id": 1})
        done = set_up(before)
        assert done.exit_code == 0, done.output
        assert "6 users have their passwords, each its own database; its administrator was made" in done.output
        assert "indexes of the services are there" in done.output
    with running(after):
        done = set_up(after)
        assert done.exit_code == 0, done.output
        assert "administrator was made" not in done.output
        with MongoClient(after.address, username="rasid-search", password="of-search") as client:
            assert client["rasid_search"]["seen"].find_one() == {"_id": 1}
        refused = set_up(after, RASID_MONGO_ROOT_PASSWORD="another")
        assert refused.exit_code == 1
        assert "does not take its administrator rasid-setup" in refused.output


def test_a_search_that_was_rebuilt_under_another_name_has_its_user_there(guarded_mongo):
    users = guarded_mongo.users
    told = {
        **WITHOUT_STORE,
        "RASID_MONGO": guarded_mongo.server,
        "RASID_MONGO_ROOT_USER": users.root.user,
        "RASID_MONGO_ROOT_PASSWORD": users.root.password,
        variable("search"): users.of("search").password,
    }
    for name in ("rasid_search_new", "rasid_search"):
        done = CliRunner(env=told | {"RASID_SEARCH_DATABASE": name}).invoke(main, ["setup", "--only", "mongo"])
        assert done.exit_code == 0, done.output
        with connected(guarded_mongo.server, users.of("search")) as admin:
            admin.client[name]["seen"].find_one()


def test_an_index_that_is_there_and_is_another_is_told_and_left_alone(kafka, mongo, monkeypatch):
    name = f"test_{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(SearchSettings.model_fields["database"], "default", name)
    with MongoClient(mongo.address) as client:
        client[name]["passages"].create_index("expires_at", expireAfterSeconds=7)
        done = set_up("--kafka", kafka.address, "--brokers", str(kafka.brokers), "--mongo", mongo.address)
        assert done.exit_code == 1
        assert "another index of passages by expires_at" in done.output
        (other,) = [row for row in client[name]["passages"].list_indexes() if "expireAfterSeconds" in row]
        assert other["expireAfterSeconds"] == 7


def test_an_engine_that_does_not_answer_is_waited_for_and_then_told(mongo):
    done = set_up("--kafka", "127.0.0.1:1", "--mongo", mongo.address, "--wait", "1")
    assert done.exit_code == 1
    assert "waiting: Kafka is unavailable" in done.output
    assert "To mend it:" in done.output


def test_a_database_that_does_not_answer_is_told(kafka):
    nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"
    where = ("--kafka", kafka.address, "--brokers", str(kafka.brokers), "--mongo", nowhere)
    done = set_up(*where, "--wait", "1")
    assert done.exit_code == 1
    assert "the database is unavailable" in done.output
