"""What an intruder in one container would find: looked at from inside and through Docker's API, not in the file."""

import re

import psutil
import pytest

from rasid.contract.buckets import GRANTS, NAMES, Bucket
from rasid.contract.databases import DATABASES
from tests.compose.containers import ENGINES, ONCE, PUBLISHED, SERVICES, UNSEEN, Containers, health, published_port

pytestmark = pytest.mark.timeout(1500)

LASTING = (*ENGINES, *PUBLISHED, *UNSEEN)


def status(container, name: str) -> str:
    """A line of what the kernel says of the container's first process."""
    code, text = container.exec_run(["cat", "/proc/1/status"])
    assert code == 0, text
    found = re.search(rf"^{name}:\s*(.*)$", text.decode(), re.MULTILINE)
    assert found, name
    return found[1]


def test_everything_is_up_and_healthy(containers: Containers):
    assert {name: health(containers.one(name)) for name in LASTING} == dict.fromkeys(LASTING, "healthy")
    assert {name: containers.one(name).attrs["State"]["ExitCode"] for name in ONCE} == dict.fromkeys(ONCE, 0)


@pytest.mark.parametrize("name", LASTING)
def test_a_container_runs_as_a_plain_user_without_rights(containers: Containers, name: str):
    container = containers.one(name)
    assert "0" not in status(container, "Uid").split()
    assert "0" not in status(container, "Gid").split()
    for rights in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status(container, rights), 16) == 0, rights
    assert status(container, "NoNewPrivs") == "1"
    assert not container.attrs["HostConfig"]["Privileged"]


@pytest.mark.parametrize("name", LASTING)
def test_the_root_file_system_cannot_be_written(containers: Containers, name: str):
    code, text = containers.one(name).exec_run(["cat", "/proc/1/mountinfo"])
    assert code == 0
    (root,) = [line for line in text.decode().splitlines() if line.split()[4] == "/"]
    assert "ro" in root.split()[5].split(",")


@pytest.mark.parametrize("name", LASTING)
def test_a_container_has_limits_and_comes_back_by_itself(containers: Containers, name: str):
    host = containers.one(name).attrs["HostConfig"]
    assert host["Memory"] > 0
    assert host["MemorySwap"] == host["Memory"], "no swap: a service that swaps is late without anybody knowing"
    assert host["NanoCpus"] > 0
    assert host["PidsLimit"] > 0
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    assert host["LogConfig"]["Config"].keys() >= {"max-size", "max-file"}, "a log must not fill the disk"


@pytest.mark.parametrize("name", LASTING)
def test_nothing_is_kept_in_a_nameless_volume(containers: Containers, name: str):
    volumes = [mount["Name"] for mount in containers.one(name).attrs["Mounts"] if mount["Type"] == "volume"]
    assert [volume for volume in volumes if not volume.startswith(containers.project)] == []


def test_what_is_published_is_published_on_loopback_only(containers: Containers):
    for name in LASTING:
        bindings = [one for bound in containers.one(name).ports.values() for one in bound or ()]
        assert {binding["HostIp"] for binding in bindings} == ({"127.0.0.1"} if name in PUBLISHED else set()), name
    listening = {
        (one.laddr.ip, one.laddr.port) for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN
    }
    published = {published_port(containers.one(name)) for name in PUBLISHED}
    assert {(ip, port) for ip, port in listening if port in published} == {("127.0.0.1", port) for port in published}


# Run inside a container, with what it has: writes an unreadable record to a topic as the container's own user.
WRITES = """
import asyncio, os, sys
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError
from rasid.stream.login import Login, client_options

async def write():
    login = Login(os.environ["RASID_KAFKA_USER"], os.environ["RASID_KAFKA_PASSWORD"])
    options = client_options(login) if sys.argv[2] == "as itself" else {}
    async with AIOKafkaProducer(bootstrap_servers=os.environ["RASID_KAFKA"], **options) as producer:
        await producer.send_and_wait(sys.argv[1], b"{}")

try:
    asyncio.run(write())
except TopicAuthorizationFailedError:
    sys.exit("refused")
"""


def writes(containers: Containers, name: str, topic: str, how: str = "as itself") -> tuple[int, str]:
    code, text = containers.one(name).exec_run(["python", "-c", WRITES, topic, how])
    return code, text.decode().strip()


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("alerts", "rasid.detections.v1"),
        ("alerts", "rasid.audit.v1.dlq"),
        ("search", "rasid.cases.v1"),
        ("archive", "rasid.faces.v1"),
        ("casework", "rasid.evidence.v1"),
        ("ingest", "rasid.alerts.v1"),
    ],
)
def test_a_containers_credential_is_refused_the_topic_of_another(containers: Containers, name: str, topic: str):
    code, said = writes(containers, name, topic)
    assert (code, said.splitlines()[-1]) == (1, "refused")


def test_the_bus_knows_nobody_without_a_name(containers: Containers):
    code, said = writes(containers, "alerts", "rasid.alerts.v1", "as nobody")
    assert code != 0
    assert "refused" not in said


# Run inside a container, with what it has: reads and writes a database of the container's own, or of another.
USES = """
import asyncio, os, sys
from rasid.errors import ConfigurationError
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login

async def use():
    login = Login(os.environ["RASID_MONGO_USER"], os.environ["RASID_MONGO_PASSWORD"])
    mongo = Mongo(os.environ["RASID_MONGO"], sys.argv[1], login=login if sys.argv[2] == "as itself" else None)
    await mongo.start()
    collection = mongo.collection("confinement")
    for work in (lambda: collection.find({}), lambda: collection.insert({}), lambda: collection.delete({})):
        try:
            await work()
            print("done")
        except ConfigurationError:
            print("refused")

asyncio.run(use())
"""


def uses(containers: Containers, name: str, database: str, how: str = "as itself") -> list[str]:
    code, text = containers.one(name).exec_run(["python", "-c", USES, database, how])
    assert code == 0, text
    return text.decode().split()


@pytest.mark.parametrize("name", [*SERVICES, *UNSEEN])
def test_a_containers_credential_opens_its_own_database_and_no_other(containers: Containers, name: str):
    own = DATABASES[name]
    assert uses(containers, name, own) == ["done"] * 3
    for other in sorted({*DATABASES.values(), "admin"} - {own}):
        assert (other, uses(containers, name, other)) == (other, ["refused"] * 3)
    assert uses(containers, name, own, "as nobody") == ["refused"] * 3


# Run inside a container, with what it has: looks into a bucket.
SEES = """
import os, sys
from minio import Minio
from minio.error import S3Error

address = os.environ["RASID_OBJECTS"].removeprefix("http://")
keys = os.environ["RASID_OBJECTS_ACCESS_KEY"], os.environ["RASID_OBJECTS_SECRET_KEY"]
try:
    list(Minio(address, *keys, secure=False, region="us-east-1").list_objects(sys.argv[1]))
except S3Error as error:
    sys.exit(error.code)
"""


@pytest.mark.parametrize("name", GRANTS)
def test_a_containers_credential_sees_the_buckets_it_needs_and_no_other(containers: Containers, name: str):
    given = {grant.bucket for grant in GRANTS[name]}
    for bucket in Bucket:
        code, text = containers.one(name).exec_run(["python", "-c", SEES, NAMES[bucket]])
        assert (code, text.decode().strip()) == ((0, "") if bucket in given else (1, "AccessDenied"))


@pytest.mark.parametrize("name", [*ENGINES, *UNSEEN])
def test_what_nobody_outside_talks_to_is_on_the_inner_network_alone(containers: Containers, name: str):
    networks = containers.one(name).attrs["NetworkSettings"]["Networks"]
    assert list(networks) == [f"{containers.project}_inside"]
    assert containers.client.networks.get(f"{containers.project}_inside").attrs["Internal"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_told_only_the_secrets_that_it_needs(containers: Containers, name: str):
    told = {line.partition("=")[0] for line in containers.one(name).attrs["Config"]["Env"]}
    assert not told & {"RASID_SIGNING_KEY", "MINIO_ROOT_PASSWORD", "RASID_OBJECTS_ROOT_PASSWORD", "GRAFANA_PASSWORD"}
    assert not {one for one in told if "ERASE" in one or "CERTIFICATE" in one}
    assert not {one for one in told if one.startswith("RASID_") and ("ROOT" in one or "MEMBER" in one)}


def test_the_erasers_credential_is_in_the_environment_of_no_other_container_that_lasts(containers: Containers):
    secret = containers.settings["RASID_ERASER_SECRET_KEY"]
    has_it = [name for name in LASTING if any(secret in line for line in containers.one(name).attrs["Config"]["Env"])]
    assert has_it == ["eraser"]


def test_the_image_holds_no_secret(containers: Containers):
    image = containers.client.images.get(f"rasid:{containers.project}")
    said = str(image.attrs["Config"]) + str(image.history())
    secrets = [value for value in containers.settings.values() if len(value) >= 32]
    assert secrets
    assert [secret for secret in secrets if secret in said] == []


def test_setting_up_once_more_changes_nothing(containers: Containers):
    said = containers.compose("run", "--rm", "setup")
    assert "Everything the services need is there." in said
