"""MinIO and SecantusDB's Rust server: what they acknowledge survives a kill, at the same address with the same keys."""

import asyncio
from ipaddress import ip_address

import psutil
import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from rasid.errors import Refused
from rasid.storage.objects import LockedBucket, ObjectStore
from tests.support.engines import killable
from tests.support.eventually import eventually
from tools.engines import Minio


@pytest.fixture
async def bucket(minio):
    store = ObjectStore(minio.address, *minio.admin)
    bucket = LockedBucket(store, "kept")
    await bucket.ensure()
    yield bucket
    await store.stop()


async def test_minio_is_back_after_kill_9_with_what_it_had_acknowledged_and_its_users(minio, bucket):
    engine = killable(minio)
    put = await bucket.put("one", b"object")
    before = (engine.address, engine.admin, engine.archive, engine.eraser)
    await engine.kill()
    await engine.start()
    assert (engine.address, engine.admin, engine.archive, engine.eraser) == before
    application = ObjectStore(engine.address, *engine.archive)
    assert await LockedBucket(application, "kept").get("one", put.version_id) == b"object"
    await application.stop()


async def test_minio_listens_on_this_machine_only_and_shows_no_key_in_its_command_line(minio):
    process = psutil.Process(killable(minio).pid)
    listening = [one for one in process.net_connections("inet") if one.status == "LISTEN"]
    assert listening
    assert all(ip_address(one.laddr.ip).is_loopback for one in listening)
    assert not {minio.admin.secret_key, minio.admin.access_key} & set(process.cmdline())


async def test_minio_spreads_an_object_over_four_drives(minio, bucket):
    await bucket.put("clips/spread", b"x" * 1_000_000)
    assert all(list(drive.rglob("clips/spread/*/part.1")) for drive in killable(minio).drives)


async def test_the_application_of_minio_deletes_nothing_not_even_what_it_has_let_go(minio, bucket):
    application = ObjectStore(minio.address, *minio.archive)
    mine = LockedBucket(application, "kept")
    put = await mine.put("held", b"evidence", is_held=True)
    await mine.release("held", put.version_id)
    for version_id in (put.version_id, None):
        with pytest.raises(Refused):
            await mine.delete("held", version_id)
    assert await mine.delete_many([put]) == [put.version_id]
    assert await mine.get("held", put.version_id) == b"evidence"
    await application.stop()


def count_of(address):
    client = AsyncIOMotorClient(address, serverSelectionTimeoutMS=5000)
    return client, client.test.get_collection("kept")


async def test_the_rust_server_keeps_every_write_it_acknowledged_when_it_is_killed_under_load(secantus_rs):
    engine = killable(secantus_rs)
    assert "--sync-on-commit" in psutil.Process(engine.pid).cmdline()
    client, rows = count_of(engine.address)
    acknowledged = []

    async def write(writer):
        for number in range(100_000):
            await rows.insert_one({"_id": f"{writer}-{number}"})
            acknowledged.append(f"{writer}-{number}")

    writers = [asyncio.create_task(write(writer)) for writer in range(4)]
    await eventually(lambda: len(acknowledged) >= 500, 30)
    await engine.kill()
    await asyncio.gather(*(asyncio.wait_for(_ended(writer), 30) for writer in writers))
    client.close()
    await engine.start()
    client, rows = count_of(engine.address)
    there = {row["_id"] async for row in rows.find()}
    client.close()
    assert set(acknowledged) - there == set()


async def _ended(task):
    task.cancel()
    await asyncio.wait([task])


async def test_a_transaction_is_whole_or_not_at_all_on_the_rust_server(secantus_rs):
    client, rows = count_of(secantus_rs.address)
    await rows.insert_one({"_id": "there"})

    async def insert_both(session):
        await rows.insert_one({"_id": "new"}, session=session)
        await rows.insert_one({"_id": "there"}, session=session)

    async with await client.start_session() as session:
        with pytest.raises(Exception, match=r"[Dd]uplicate"):
            await session.with_transaction(insert_both)
    assert await rows.count_documents({"_id": "new"}) == 0
    client.close()


def test_each_has_a_folder_of_its_own(tmp_path):
    assert Minio(tmp_path).folder == tmp_path / "minio"
