"""What `rasid setup` says and does when something is not as it should be."""

import pytest
from click.testing import CliRunner, Result

from rasid.contract.buckets import GRANTS, Bucket
from rasid.stream.login import Login
from tools.deployment import setup_cli
from tools.deployment.object_credentials import variables
from tools.engines.object_keys import Keys

PARTS = ("access", "secret")
STORE = {
    "RASID_OBJECTS": "http://minio:9000",
    "RASID_OBJECTS_ROOT_USER": "root",
    "RASID_OBJECTS_ROOT_PASSWORD": "root-secret",
    **{variable: f"{name}-{part}" for name in GRANTS for part, variable in zip(PARTS, variables(name), strict=True)},
}


asked: list[object] = []


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch):
    async def as_it_is(*_: object, **__: object) -> list[str]:
        return []

    monkeypatch.setattr(setup_cli, "ensure_topics", as_it_is)
    monkeypatch.setattr(setup_cli, "check_topics", as_it_is)
    monkeypatch.setattr(setup_cli, "ensure_replica_set", lambda *_: "replica set 'rasid' has its primary")

    async def indexes(*_: object) -> int:
        return 7

    monkeypatch.setattr(setup_cli, "ensure_all_indexes", indexes)

    async def buckets(address: str, admin: Keys, *, pictures: str, evidence: str, days: dict[str | None, int]) -> None:
        asked.append((address, admin, pictures, evidence, days))

    monkeypatch.setattr(setup_cli, "ensure_buckets", buckets)
    monkeypatch.setattr(setup_cli, "ensure_users", lambda *said: asked.append(said) or ("a-former-key",))
    asked.clear()


def run(**variables: str | None) -> Result:
    return CliRunner(env=dict.fromkeys(STORE) | variables).invoke(setup_cli.setup)


def test_users_of_kafka_are_made_by_its_administrator_alone(monkeypatch: pytest.MonkeyPatch):
    said: list[object] = []

    def made(kafka: str, root: object, access: object) -> str:
        said.append((kafka, root))
        return "1 user"

    monkeypatch.setattr(setup_cli, "ensure_principals", made)
    assert "left alone, for want of its administrator (RASID_KAFKA_ROOT_USER)" in run().output
    assert said == []
    root = {"RASID_KAFKA_ROOT_USER": "root", "RASID_KAFKA_ROOT_PASSWORD": "guess-me"}
    done = run(**root, RASID_KAFKA_ROOT_MECHANISM="PLAIN", RASID_KAFKA="kafka:9092")
    assert said == [("kafka:9092", Login("root", "guess-me", "PLAIN"))]
    assert "Kafka: 1 user" in done.output
    assert "guess-me" not in done.output


def test_buckets_come_first_then_who_may_use_them():
    done = run(**STORE)
    assert done.exit_code == 0, done.output
    address, admin = "http://minio:9000", Keys("root", "root-secret")
    users = {name: Keys(f"{name}-access", f"{name}-secret") for name in GRANTS}
    assert asked == [
        (address, admin, "rasid-pictures", "rasid-evidence", {None: 21, "face": 3}),
        (address, admin, users, {Bucket.PICTURES: "rasid-pictures", Bucket.EVIDENCE: "rasid-evidence"}),
    ]


def test_what_was_taken_back_is_counted_and_not_named():
    said = run(**STORE).output
    assert "former credentials taken back: 1" in said
    assert "a-former-key" not in said


def test_how_long_pictures_are_kept_is_given_and_said():
    done = run(**STORE, RASID_PICTURES_DAYS="90", RASID_FACES_DAYS="4")
    assert asked[0][-1] == {None: 90, "face": 4}  # type: ignore[index]
    assert "rasid-pictures is removed after 90 days, of faces after 4" in done.output


def test_how_many_indexes_are_there_is_said():
    assert "7 indexes of the services are there" in run(**STORE).output


def test_no_secret_is_said():
    said = run(**STORE).output
    assert [value for name, value in STORE.items() if name.endswith(("PASSWORD", "SECRET_KEY")) and value in said] == []


@pytest.mark.parametrize("missing", [name for name in STORE if name != "RASID_OBJECTS"])
def test_without_one_of_the_credentials_the_object_store_is_left_alone(missing: str):
    done = run(**STORE | {missing: None})
    assert done.exit_code == 0
    assert "left alone" in done.output
    assert asked == []


def test_a_topic_that_holds_data_is_never_altered_but_told(monkeypatch: pytest.MonkeyPatch):
    async def differ(*_: object, **__: object) -> list[str]:
        return ["rasid.alerts.v1 has 3 partitions instead of 1"]

    monkeypatch.setattr(setup_cli, "check_topics", differ)
    done = run(**STORE)
    assert done.exit_code == 1
    assert "rasid.alerts.v1 has 3 partitions instead of 1" in done.output
    assert "To mend it: alter them" in done.output
