"""`rasid setup` on real engines: what is missing is made, what is there stays, and what is wrong is told."""

import asyncio

from click.testing import CliRunner, Result

from rasid.contract.topics import TOPICS
from rasid.stream.admin import check_topics
from tools.cli import main

WITHOUT_STORE = dict.fromkeys(("RASID_OBJECTS_ROOT_USER", "RASID_OBJECTS_ROOT_PASSWORD", "RASID_OBJECTS_ACCESS_KEY"))


def set_up(*arguments: str) -> Result:
    return CliRunner(env=WITHOUT_STORE).invoke(main, ["setup", *arguments])


def test_topics_and_the_replica_set_are_there_afterwards_however_often(kafka, mongo):
    where = ("--kafka", kafka.address, "--mongo", mongo.address)
    for _ in range(2):
        done = set_up(*where)
        assert done.exit_code == 0, done.output
        assert f"{len(TOPICS)} topics are as the contract says" in done.output
        assert "has its primary" in done.output
        assert "left alone" in done.output
    assert asyncio.run(check_topics(kafka.address, TOPICS, brokers=1)) == []


def test_an_engine_that_does_not_answer_is_waited_for_and_then_told(mongo):
    done = set_up("--kafka", "127.0.0.1:1", "--mongo", mongo.address, "--wait", "1")
    assert done.exit_code == 1
    assert "waiting: Kafka is unavailable" in done.output
    assert "To mend it:" in done.output


def test_a_database_that_does_not_answer_is_told(kafka):
    done = set_up(
        "--kafka", kafka.address, "--mongo", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200", "--wait", "1"
    )
    assert done.exit_code == 1
    assert "the database is unavailable" in done.output
