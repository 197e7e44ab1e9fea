"""The demo's engines, for real: what they acknowledge survives a kill, and nothing of them outlives its owner."""

import asyncio
import io
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import urllib3
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from minio import Minio
from motor.motor_asyncio import AsyncIOMotorClient

from tests.support.eventually import eventually
from tools.engines import EngineError, Engines, Mongo, Objects, ports
from tools.engines.folder_lock import holder
from tools.engines.state import lock_file

END_SECONDS = 10.0
NAMES = ("kafka", "mongo", "objects")


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """All three, started once; every test leaves them running."""
    all_of_them = Engines(tmp_path_factory.mktemp("engines"))
    asyncio.run(all_of_them.start())
    yield all_of_them
    asyncio.run(all_of_them.stop())
    assert left_on(all_of_them.folder) == []


def left_on(folder):
    """Processes that work in the folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def sockets_of(engine):
    """Files the engine made outside of its folder."""
    return [leftover for leftover in engine.leftovers() if Path(leftover).exists()]


async def nothing_is_left_on(folder, seconds=END_SECONDS):
    await eventually(lambda: not left_on(folder), seconds, f"no process on {folder}")


async def write_record(kafka):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=kafka.brokers)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=kafka.address, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait("kept", b"record")
    finally:
        await producer.stop()


async def read_record(kafka):
    consumer = AIOKafkaConsumer(
        "kept", bootstrap_servers=kafka.address, group_id="readers", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return (await asyncio.wait_for(consumer.getone(), 20)).value
    finally:
        await consumer.stop()


def database(mongo):
    return AsyncIOMotorClient(mongo.address, serverSelectionTimeoutMS=5000)


async def write_document(mongo):
    client = database(mongo)
    await client.test.kept.insert_one({"_id": 1, "value": "document"})
    client.close()


async def read_document(mongo):
    client = database(mongo)
    try:
        return (await client.test.kept.find_one({"_id": 1}))["value"].encode()
    finally:
        client.close()


def bucket(objects):
    pool = urllib3.PoolManager(timeout=5, retries=False)
    address = objects.address.removeprefix("http://")
    return Minio(
        address, objects.access_key, objects.secret_key, secure=False, region="us-east-1", http_client=pool
    ), pool


async def write_object(objects):
    client, pool = bucket(objects)
    client.make_bucket("kept")
    client.put_object("kept", "one", io.BytesIO(b"object"), 6)
    pool.clear()


async def read_object(objects):
    client, pool = bucket(objects)
    answer = client.get_object("kept", "one")
    try:
        return answer.read()
    finally:
        answer.close()
        pool.clear()


WRITE = {"kafka": write_record, "mongo": write_document, "objects": write_object}
READ = {"kafka": read_record, "mongo": read_document, "objects": read_object}
VALUE = {"kafka": b"record", "mongo": b"document", "objects": b"object"}


@pytest.mark.parametrize("name", NAMES)
async def test_after_kill_9_it_is_back_at_the_same_address_with_what_it_had_acknowledged(engines, name):
    engine = getattr(engines, name)
    await WRITE[name](engine)
    address, pid = engine.address, engine.pid
    assert psutil.pid_exists(pid)
    await engine.kill()
    assert not engine.running
    assert engine.pid is None
    assert not psutil.pid_exists(pid)
    await engine.start()
    assert engine.address == address
    assert engine.pid not in {None, pid}
    assert await READ[name](engine) == VALUE[name]


@pytest.mark.parametrize("name", NAMES)
async def test_the_process_id_is_that_of_the_engine_itself(engines, name):
    program = {"kafka": "kafka.Kafka", "mongo": "secantus", "objects": "-s3=true"}[name]
    assert program in psutil.Process(getattr(engines, name).pid).cmdline()


async def test_it_listens_on_this_machine_only(engines):
    for engine in engines.each:
        listening = [one for one in psutil.Process(engine.pid).net_connections("inet") if one.status == "LISTEN"]
        assert len(listening) >= len(engine.port_names)
        assert {one.laddr.ip.removeprefix("::ffff:") for one in listening} == {"127.0.0.1"}


async def test_it_always_writes_through_to_the_disk(engines):
    assert "--sync-on-commit" in psutil.Process(engines.mongo.pid).cmdline()


async def test_the_keys_of_the_object_store_are_for_its_owner_only(engines):
    assert stat.S_IMODE(engines.objects.keys_file.stat().st_mode) == 0o600
    assert len(engines.objects.secret_key) >= 40


async def test_a_paused_engine_answers_nothing_until_it_is_resumed(engines):
    engines.mongo.pause()
    assert not await engines.mongo.answers_in_time()
    assert engines.mongo.running
    engines.mongo.resume()
    assert await engines.mongo.answers_in_time()


async def test_starting_what_runs_changes_nothing(engines):
    before = [engine.pid for engine in engines.each]
    await engines.start()
    assert [engine.pid for engine in engines.each] == before


async def test_a_second_start_on_the_same_folder_is_refused(engines):
    with pytest.raises(EngineError, match=f"already belongs to process {os.getpid()}") as refused:
        await Engines(engines.folder).start()
    assert "--data" in refused.value.fix
    assert engines.running
    assert await engines.mongo.answers_in_time()


async def test_a_port_that_somebody_took_is_replaced_and_that_is_told(tmp_path):
    mongo, told = Mongo(tmp_path), []
    await mongo.start()
    await write_document(mongo)
    await mongo.kill()
    old = mongo.port("mongo")
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((ports.LOOPBACK, old))
        squatter.listen()
        await mongo.start(told.append)
    try:
        assert mongo.port("mongo") != old
        assert any(f"port {old} (mongo) was taken" in line for line in told)
        assert await read_document(mongo) == b"document"
    finally:
        await mongo.kill()


async def test_an_engine_that_cannot_start_says_what_its_log_says(tmp_path):
    class Broken(Mongo):
        def command(self):
            return (sys.executable, "-c", "raise SystemExit('the disk is made of cheese')")

    broken = Broken(tmp_path)
    with pytest.raises(EngineError, match="made of cheese"):
        await broken.start()
    assert not broken.running
    assert holder(broken.owner_lock) is None


async def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EngineError, match="cannot be started on") as refused:
        await Mongo(tmp_path / "file").start()
    assert "--data" in refused.value.fix


# Started by a shell's background job, as CI may be, a process begins with SIGINT ignored; at a terminal it does not.
OWNER = """
import asyncio, signal, sys
from pathlib import Path
from tools.engines import Engines, KafkaCluster, Mongo

signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    owned = {kind}(Path(sys.argv[1]))
    await owned.start()
    print("ready", flush=True)
    try:
        await asyncio.sleep(600)
    finally:
        await owned.stop()
        print("stopped", flush=True)

asyncio.run(main())
"""


def owner_of(kind, folder):
    """A process that owns engines, once they are ready; in a process group of its own, as a shell would start it."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(kind=kind), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    assert owner.stdout.readline() == b"ready\n"
    return owner


async def test_when_the_owner_is_killed_its_engines_end_even_a_paused_one_and_the_folder_starts_again(tmp_path):
    with owner_of("Engines", tmp_path) as owner:
        assert len(left_on(tmp_path)) == 6  # three engines, three guards
        os.kill(holder(Mongo(tmp_path).engine_lock), signal.SIGSTOP)
        owner.kill()
    await nothing_is_left_on(tmp_path)
    assert sockets_of(Objects(tmp_path)) == []
    (tmp_path / "kafka" / "store" / ".lock").touch()  # what a power cut leaves
    again = Engines(tmp_path)
    await again.start()
    await asyncio.gather(*(engine.kill() for engine in again.each))
    assert left_on(tmp_path) == []


async def test_a_start_right_after_the_owner_was_killed_waits_for_the_rest_of_it(tmp_path):
    with owner_of("Mongo", tmp_path) as owner:
        owner.kill()
    mongo = Mongo(tmp_path)
    await mongo.start()
    assert await mongo.answers_in_time()
    await mongo.kill()


async def test_ctrl_c_reaches_the_owner_and_not_the_engine_which_stops_in_order(tmp_path):
    with owner_of("Mongo", tmp_path) as owner:
        pid = holder(Mongo(tmp_path).engine_lock)
        assert os.getpgid(pid) != os.getpgid(owner.pid)
        os.killpg(owner.pid, signal.SIGINT)
        assert owner.stdout.read() == b"stopped\n"
    assert left_on(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a process to its parent")
async def test_when_the_guard_itself_is_killed_the_engine_ends(tmp_path):
    mongo = Mongo(tmp_path)
    await mongo.start()
    psutil.Process(mongo.pid).parent().kill()
    await nothing_is_left_on(tmp_path)
    assert not mongo.running
    await mongo.start()
    await mongo.kill()


def rasid_engines(*arguments):
    return subprocess.run(
        [sys.executable, "-c", "from tools.engines.cli import engines; engines()", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


async def test_up_status_and_down_from_the_command_line(tmp_path):
    data = ("--data", str(tmp_path))
    assert rasid_engines("status", *data).returncode == 1
    up = rasid_engines("up", *data)
    assert up.returncode == 0, up.stderr
    told = json.loads((tmp_path / "engines.json").read_text())
    assert set(told["engines"]) == set(NAMES)
    assert all(engine["address"] in up.stdout for engine in told["engines"].values())

    again = rasid_engines("up", *data)
    assert (again.returncode, "already" in again.stdout) == (0, True)
    os.kill(told["engines"]["mongo"]["pid"], signal.SIGKILL)  # its supervisor starts it again
    await eventually(lambda: "ended by itself" in (tmp_path / "engines.json").read_text(), 20)
    status = rasid_engines("status", *data)
    assert "ended by itself" in status.stdout
    assert status.returncode == 0, status.stdout
    assert status.stdout.count("MB") == 3

    os.kill(holder(lock_file(tmp_path)), signal.SIGKILL)
    await nothing_is_left_on(tmp_path)
    assert rasid_engines("status", *data).returncode == 1
    up = rasid_engines("up", *data)  # over what the killed supervisor has left written
    assert (up.returncode, "already" in up.stdout) == (0, False)

    down = rasid_engines("down", *data)
    assert (down.returncode, down.stdout) == (0, "The engines are down\n")
    assert left_on(tmp_path) == []
    assert not (tmp_path / "engines.json").exists()
    assert rasid_engines("down", *data).stdout == "The engines were not up\n"


async def test_up_on_engines_of_another_program_is_refused_with_the_reason(engines):
    up = rasid_engines("up", "--data", str(engines.folder))
    assert up.returncode == 1
    assert f"already belongs to process {os.getpid()}" in up.stderr
    assert "To mend it" in up.stderr
    down = rasid_engines("down", "--data", str(engines.folder))
    assert (down.returncode, f"by process {os.getpid()}" in down.stderr) == (1, True)
    assert rasid_engines("status", "--data", str(engines.folder)).returncode == 0
