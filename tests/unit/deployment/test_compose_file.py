"""What deploy/docker-compose.yml promises its reader; tests/compose looks whether it is true of the containers."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from rasid.contract.access import PRINCIPALS, principal
from rasid.contract.buckets import GRANTS
from rasid.contract.databases import DATABASES
from rasid.runtime.settings import ProcessSettings
from rasid.stream.login import Login
from tools.deployment import database_users, object_credentials
from tools.deployment.principals import variable
from tools.engines import kafka_config

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "docker-compose.yml").read_text(encoding="utf-8")
FILE = yaml.safe_load(TEXT)
PARTS: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name for name, part in PARTS.items() if part.get("command", [])[:2] == ["python", "-m"]}
ONCE = {"setup", "city"}
DOCKERFILES = sorted(DEPLOY.rglob("Dockerfile"))


def part(name: str) -> dict[str, Any]:
    return PARTS[name]


every = pytest.mark.parametrize("name", sorted(PARTS))


@every
def test_every_container_is_confined(name: str):
    confined = part(name)
    assert confined["read_only"] is True
    assert confined["cap_drop"] == ["ALL"]
    assert "cap_add" not in confined
    assert confined["security_opt"] == ["no-new-privileges:true"]
    assert not confined.get("privileged")
    assert confined.get("user", "not said") != "root"


@every
def test_every_container_has_limits(name: str):
    limited = part(name)
    assert limited["mem_limit"] == limited["memswap_limit"]
    assert float(limited["cpus"]) > 0
    assert limited["pids_limit"] > 0
    assert limited["logging"]["options"].keys() == {"max-size", "max-file"}
    assert limited["restart"] == ("no" if name in ONCE else "unless-stopped")


@every
def test_everything_that_lasts_says_how_it_is_and_has_time_to_stop(name: str):
    if name in ONCE or name == "grafana":
        return
    assert part(name)["healthcheck"]["test"]
    assert part(name)["stop_grace_period"]


@every
def test_ports_are_published_on_loopback_only_and_can_be_chosen(name: str):
    for port in part(name).get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:\$\{RASID_[A-Z]+_PORT:-\d+}:\d+", port), port


@every
def test_an_image_has_a_version_and_nothing_has_to_be_pulled(name: str):
    image = part(name)["image"]
    assert re.search(r":(\$\{[A-Z]+_VERSION:-v?[\d.]+}|\d+(-\d+)?)$", image), image
    assert "@sha256" not in image
    assert part(name).get("pull_policy") in {None, "never"}


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_a_dockerfile_needs_no_registry_of_its_own(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not text.lstrip().startswith("# syntax")
    sources = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert sources
    assert [source for source in sources if not re.fullmatch(r"[\w/.-]+:[\d.]*[\w.-]+", source)] == []
    assert re.search(r"^USER (?!root|0)", text, re.MULTILINE)


def test_the_image_is_built_once():
    assert [name for name, one in PARTS.items() if "build" in one] == ["minio", "setup"]


def test_the_engines_are_reached_from_inside_alone():
    assert FILE["networks"]["inside"]["internal"] is True
    assert [part(name)["networks"] for name in ("kafka", "mongo", "minio")] == [["inside"]] * 3


def test_every_variable_is_explained_in_the_example_and_none_is_left_over():
    asked = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", TEXT))
    example = (DEPLOY / ".env.example").read_text(encoding="utf-8")
    assert asked == set(re.findall(r"^([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    assert re.findall(r"\n\n[A-Z]\w*=", example) == [], "each has a word above it"


def test_the_examples_defaults_are_those_of_the_file():
    example = dict(re.findall(r"^(\w+)=(.+)$", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    defaults = dict(re.findall(r"\$\{([A-Z][A-Z0-9_]*):?-([^}]+)}", TEXT))
    assert defaults == example


def settings_of(name: str) -> type[BaseSettings]:
    module = import_module(f"{part(name)['command'][2]}.settings")
    (found,) = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, ProcessSettings) and one.__module__ == module.__name__
    ]
    return found


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_is_told_all_that_it_must_be_told_and_nothing_it_does_not_know(name: str):
    fields = settings_of(name).model_fields
    told = {variable.removeprefix("RASID_").lower() for variable in part(name)["environment"]}
    assert told <= set(fields)
    assert {field for field, info in fields.items() if info.is_required()} <= told


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_listens_where_it_is_published(name: str):
    if name == "eraser":
        assert "ports" not in part(name)
        assert part(name)["networks"] == ["inside"]
        return
    (published,) = part(name)["ports"]
    assert published.endswith(f":{part(name)['environment']['RASID_PORT']}")


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_process_is_told_its_own_credential_of_the_object_store_and_no_other(name: str):
    said = str(part(name)["environment"])
    told = set(re.findall(r"\$\{(RASID_OBJECTS_(?:ACCESS|SECRET)_KEY\w*|RASID_ERASER_\w+|MINIO_\w+)", said))
    assert told == (set(object_credentials.variables(name)) if name in GRANTS else set())


def test_setup_is_told_every_credential_of_the_object_store():
    assert {variable for name in GRANTS for variable in object_credentials.variables(name)} <= set(
        part("setup")["environment"]
    )


def test_the_eraser_alone_is_told_the_credential_that_steps_over_a_lock_and_the_key_of_certificates():
    told = {name: str(one.get("environment")) for name, one in PARTS.items()}
    for secret in ("RASID_ERASER_SECRET_KEY", "RASID_ERASER_ACCESS_KEY"):
        assert {name for name, said in told.items() if secret in said} == {"setup", "eraser"}, secret
    assert {name for name, said in told.items() if "RASID_CERTIFICATE_KEY" in said} == {"eraser"}
    eraser = part("eraser")["environment"]
    assert not {name for name in eraser if "KAFKA" in name or "TOKEN" in name or "MEDIA" in name}


@pytest.mark.parametrize("name", sorted(OURS - {"eraser"}))
def test_a_service_is_its_own_user_of_kafka_and_told_no_other_password(name: str):
    environment = part(name)["environment"]
    assert environment["RASID_KAFKA_USER"] == principal(name)
    said = str(environment)
    assert set(re.findall(r"RASID_KAFKA_PASSWORD_\w+|RASID_KAFKA_ROOT\w+", said)) == {variable(name)}


def test_setup_alone_is_told_the_password_of_every_user_of_kafka():
    told = part("setup")["environment"]
    assert {variable(name) for name in PRINCIPALS} <= set(told)
    rooted = {name for name, one in PARTS.items() if "RASID_KAFKA_ROOT_PASSWORD" in str(one.get("environment"))}
    assert rooted == {"setup", "kafka"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_is_its_own_user_of_the_database_and_told_no_other_password(name: str):
    environment = part(name)["environment"]
    assert environment["RASID_MONGO_USER"] == principal(name)
    said = str(environment)
    assert set(re.findall(r"RASID_MONGO_PASSWORD_\w+|RASID_MONGO_(?:ROOT|MEMBER)\w+", said)) == {
        database_users.variable(name)
    }


def test_setup_alone_is_told_the_password_of_every_user_of_the_database():
    told = part("setup")["environment"]
    assert {database_users.variable(name) for name in DATABASES} <= set(told)
    rooted = {name for name, one in PARTS.items() if "RASID_MONGO_ROOT_PASSWORD" in str(one.get("environment"))}
    assert rooted == {"setup", "mongo"}


def test_the_database_asks_everybody_and_keeps_its_members_key_from_its_command_line():
    mongo = part("mongo")
    assert "--keyFile=/tmp/member.key" in mongo["command"]
    assert "umask 077" in mongo["entrypoint"][2]
    assert "MEMBER_KEY:" not in str(mongo["entrypoint"]), (
        "what Compose fills in there is seen by whoever lists processes"
    )


def test_kafkas_open_listener_is_reached_from_its_own_container_alone():
    listeners = dict(one.split("://") for one in part("kafka")["environment"]["KAFKA_LISTENERS"].split(","))
    assert {name for name, where in listeners.items() if not where.startswith("127.0.0.1:")} == {"DOOR"}


def test_kafka_is_set_as_the_engine_of_the_tests_is():
    addresses = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs"}
    password = "${RASID_KAFKA_ROOT_PASSWORD:?is missing - run `make secrets`}"
    door = kafka_config.Door(9092, Login("rasid-setup", password))
    lines = kafka_config.properties(1, 9094, {1: 9093}, door).splitlines()
    wanted = dict(line.split("=", 1) for line in lines if line.split("=", 1)[0] not in addresses)
    told = {name: str(value) for name, value in part("kafka")["environment"].items()}
    assert {name: told.get(f"KAFKA_{name.upper().replace('-', '___').replace('.', '_')}") for name in wanted} == wanted
