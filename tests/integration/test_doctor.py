"""`rasid doctor` on real engines: what set-up made is right, and each fault is told with its fix."""

import asyncio
import uuid

import pytest
from click.testing import CliRunner
from pymongo import MongoClient

from rasid.contract.topics import TOPICS
from services.search.settings import SearchSettings
from tools.cli import main
from tools.demo.buckets import ensure_buckets
from tools.deployment.object_credentials import variables
from tools.deployment.service_indexes import SERVICES


class Deployment:
    """Engines as `rasid setup` leaves them, with buckets of their own."""

    def __init__(self, kafka, mongo, objects):
        self.kafka, self.mongo, self.objects = kafka, mongo, objects
        mark = uuid.uuid4().hex[:8]
        self.pictures, self.evidence = f"pictures-{mark}", f"evidence-{mark}"

    def set_up(self):
        asyncio.run(
            ensure_buckets(self.objects.address, self.objects.admin, pictures=self.pictures, evidence=self.evidence)
        )
        self.run("setup")

    def credentials(self):
        each = {
            name: zip(variables(name), self.objects.of(name), strict=True) for name in ("ingest", "search", "archive")
        }
        return {variable: value for pairs in each.values() for variable, value in pairs}

    def run(self, command, **changes):
        variables = {
            "RASID_KAFKA": self.kafka.address,
            "RASID_KAFKA_BROKERS": str(self.kafka.brokers),
            "RASID_MONGO": self.mongo.address,
            "RASID_OBJECTS": self.objects.address,
            "RASID_OBJECTS_ROOT_USER": None,
            **self.credentials(),
            "RASID_PICTURES_BUCKET": self.pictures,
            "RASID_EVIDENCE_BUCKET": self.evidence,
        }
        return CliRunner(env=variables | changes).invoke(main, [command])


@pytest.fixture(scope="module")
def deployment(kafka, mongo, objects):
    found = Deployment(kafka, mongo, objects)
    found.set_up()
    return found


def wrong(done):
    """Each fault with its fix, by what was looked at."""
    lines = done.output.splitlines()
    faults = [number for number, line in enumerate(lines) if line.startswith("WRONG")]
    return {lines[number].split(":")[0].split(maxsplit=1)[1]: tuple(lines[number : number + 2]) for number in faults}


def test_what_was_set_up_has_no_fault(deployment):
    done = deployment.run("doctor")
    assert done.exit_code == 0, done.output
    assert f"{len(TOPICS)} topics are as the contract says" in done.output
    assert done.output.count("indexes are there") == len(SERVICES)
    assert "the object lock holds" in done.output
    assert "WRONG" not in done.output


def test_topics_of_another_number_of_brokers_are_told(deployment):
    done = deployment.run("doctor", RASID_KAFKA_BROKERS="1" if deployment.kafka.brokers == 3 else "3")
    (told, fix) = wrong(done)["Kafka"]
    assert done.exit_code == 1
    assert "min.insync.replicas" in told
    assert "RASID_KAFKA_BROKERS" in fix


def test_an_index_that_is_missing_and_one_that_is_another_are_told(deployment, monkeypatch):
    name = f"test_{uuid.uuid4().hex[:8]}"
    monkeypatch.setattr(SearchSettings.model_fields["database"], "default", name)
    with MongoClient(deployment.mongo.address) as client:
        client[name]["passages"].create_index("expires_at", expireAfterSeconds=7)
        (told, fix) = wrong(deployment.run("doctor"))[f"database {name}"]
    assert "passages by expires_at is another one" in told
    assert "is missing" in told
    assert "rasid setup" in fix


def test_a_wrong_credential_and_a_bucket_without_a_lock_are_told(deployment):
    secrets = {variables(name)[1]: "x" * 40 for name in ("ingest", "archive")}
    refused = wrong(deployment.run("doctor", **secrets))
    assert set(refused) == {f"bucket {deployment.pictures} as ingest", f"bucket {deployment.evidence} as archive"}
    assert all("RASID_OBJECTS_SECRET_KEY" in fix for _told, fix in refused.values())
    plain = wrong(deployment.run("doctor", RASID_EVIDENCE_BUCKET=deployment.pictures))
    (told, _fix) = plain[f"bucket {deployment.pictures} as archive"]
    assert "has no Object Lock" in told


def test_engines_that_do_not_answer_are_told_one_by_one(deployment):
    away = {"RASID_KAFKA": "127.0.0.1:1", "RASID_MONGO": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"}
    done = deployment.run("doctor", **away)
    assert set(wrong(done)) >= {"Kafka", "MongoDB"}
    assert done.exit_code == 1
    assert "the object lock holds" in done.output
