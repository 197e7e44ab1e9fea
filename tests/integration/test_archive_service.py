"""The archive as it runs: a process of its own on a real broker, a real database and a real object store."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from rasid.contract.fields import utc_text
from rasid.contract.topics import TOPICS
from rasid.errors import Refused
from rasid.storage.objects import Retention
from rasid.stream.admin import ensure_topics
from services.archive.digests import digest_field
from tests.support.archive import (
    CLOCK,
    Archivists,
    OtherReplica,
    Replica,
    environment,
    eraser_environment,
    make_bucket,
    make_plain_bucket,
)
from tests.support.casework import casework_alive
from tests.support.clips import clip
from tests.support.engines import S3_STORES
from tests.support.eventually import eventually
from tools.demo.connecting import http_client
from tools.keys import ensure_keys, sign_machine

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module", params=S3_STORES)
def store(request) -> Any:
    """Each object store in turn: what holds with one holds with the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def archive(kafka, mongo, store, tmp_path_factory) -> Iterator[Archivists]:
    folder = tmp_path_factory.mktemp("archive")
    keys = ensure_keys(folder)
    settings = environment(folder, keys, kafka=kafka, mongo=mongo, objects=store)
    service = Replica(folder, settings)
    asyncio.run(make_bucket(store, settings["RASID_EVIDENCE_BUCKET"]))
    asyncio.run(ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers))
    asyncio.run(service.start())
    yield Archivists(service, kafka.address, keys, settings)
    asyncio.run(service.stop())


@pytest.fixture
async def eraser(archive, store, tmp_path) -> AsyncIterator[OtherReplica]:
    """The other process of the same archive."""
    service = OtherReplica(tmp_path, eraser_environment(archive.settings, archive.keys, store))
    await service.start()
    yield service
    await service.stop()


@pytest.fixture(autouse=True)
async def _open(archive) -> AsyncIterator[None]:
    await archive.service.start()
    async with casework_alive(archive.bootstrap):
        await archive.open_case()
        yield


async def test_a_clip_that_is_sent_is_stored_told_and_comes_back_byte_for_byte(archive):
    body = clip(3_000_000)
    evidence_id = await archive.ask()
    answer = await archive.put(evidence_id, body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["clip"]["size_bytes"] == len(body)
    await eventually(lambda: archive.events(evidence_id, "stored"), 20, "it is told")
    (told,) = await archive.events(evidence_id, "stored")
    assert (told.data.version, told.data.size_bytes, told.data.media_type) == (1, len(body), "video/mp4")
    link = await archive.link(evidence_id)
    async with http_client(timeout=30) as anyone:
        whole = await anyone.get(link)
        part = await anyone.get(link, headers={"Range": "bytes=1000000-2099999"})
    assert (whole.status_code, whole.content) == (200, body)
    assert (part.status_code, part.content) == (206, body[1_000_000:2_100_000])
    deeds = [line["deed"] for line in (await archive.read(evidence_id))["custody"]]
    assert deeds == ["requested", "received", "stored", "viewed"]


async def test_a_request_of_the_alerts_service_is_awaited_and_what_became_of_it_is_told(archive):
    evidence_id, alert_id = secrets.token_hex(8), secrets.token_hex(8)
    await archive.publish(archive.requested(alert_id, evidence_id))

    async def awaited() -> bool:
        async with archive.http() as client:
            return (await client.get(f"/v1/evidence/{evidence_id}")).status_code == 200

    await eventually(awaited, 20, "the request is known")
    assert (await archive.put(evidence_id, clip(10_000))).status_code == 201
    await eventually(lambda: archive.events(evidence_id, "stored"), 20, "it is told")
    (told,) = await archive.events(evidence_id, "stored")
    assert (told.data.alert_id, told.data.agency, told.data.case_id) == (alert_id, "police", archive.case_id)


async def test_the_store_refuses_to_delete_or_shorten_what_the_archive_stored(archive, store):
    evidence_id = await archive.ask()
    await archive.put(evidence_id, clip(10_000))
    stored = (await archive.read(evidence_id))["clip"]
    bucket, connection = archive.bucket(store.archive)
    try:
        for bypass in (False, True):
            with pytest.raises(Refused):
                await bucket.delete(stored["object"], stored["version_id"], bypass=bypass)
            soon = Retention(CLOCK.now() + timedelta(seconds=2))
            with pytest.raises(Refused):
                await bucket.set_retention(stored["object"], stored["version_id"], soon, bypass=bypass)
        found = await bucket.stat(stored["object"], stored["version_id"])
    finally:
        await connection.stop()
    assert found is not None
    assert found.retention is not None
    assert utc_text(found.retention.keep_until)[:19] == stored["locked_until"][:19]
    async with archive.http() as client:
        verified = await client.post(f"/v1/evidence/{evidence_id}/verify")
    assert verified.json()["intact"] is True


async def test_a_hold_is_set_in_the_store_and_two_persons_erase_what_is_held(archive, store, eraser):
    evidence_id = await archive.ask()
    await archive.put(evidence_id, clip(10_000))
    path = f"/v1/evidence/{evidence_id}"
    async with archive.http() as client:
        held = await client.post(f"{path}/holds")
    assert held.status_code == 200, held.text
    stored = held.json()["clip"]
    bucket, connection = archive.bucket(store.eraser)
    try:
        with pytest.raises(Refused):
            await bucket.delete(stored["object"], stored["version_id"], bypass=True)
        async with archive.http("supervisor", subject="boss") as client:
            asked = await client.post(f"{path}/erasure", json={"reason": "court-order"})
        digest = {"digest": asked.json()["digest"]}
        async with archive.http("senior-officer", "supervisor", subject="boss") as client:
            assert (await client.post(f"{path}/erasure/approval", json=digest)).status_code == 403
        async with archive.http("senior-officer", subject="chief") as client:
            done = await client.post(f"{path}/erasure/approval", json=digest)
        assert (done.status_code, done.json()["evidence_state"]) == (200, "erasing"), done.text
        await eventually(lambda: archive.events(evidence_id, "erased"), 20, "it is told")
        assert await bucket.stat(stored["object"], stored["version_id"]) is None
    finally:
        await connection.stop()
    steps = await archive.events(evidence_id, "stored", "held", "erased")
    assert [event.data.version for event in steps] == [1, 2, 3]


async def test_with_all_that_the_archive_is_told_nobody_deletes_a_locked_or_a_held_clip(archive):
    evidence_id = await archive.ask()
    await archive.put(evidence_id, clip(10_000))
    async with archive.http() as client:
        stored = (await client.post(f"/v1/evidence/{evidence_id}/holds")).json()["clip"]
    mine = archive.settings["RASID_OBJECTS_ACCESS_KEY"], archive.settings["RASID_OBJECTS_SECRET_KEY"]
    assert [name for name in archive.settings if "ERASE" in name or "CERTIFICATE" in name] == []
    bucket, connection = archive.bucket(mine)
    place = stored["object"], stored["version_id"]
    try:
        for is_held in (True, False):
            if not is_held:
                await bucket.release(*place)
            for bypass in (False, True):
                with pytest.raises(Refused):
                    await bucket.delete(*place, bypass=bypass)
                with pytest.raises(Refused):
                    await bucket.set_retention(*place, None, bypass=bypass)
        assert await bucket.stat(*place) is not None
    finally:
        await connection.stop()


async def test_what_two_persons_decided_waits_for_the_eraser_over_every_restart(archive, store, tmp_path):
    evidence_id = await archive.ask()
    await archive.put(evidence_id, clip(10_000))
    path = f"/v1/evidence/{evidence_id}"
    async with archive.http("supervisor", subject="boss") as client:
        asked = await client.post(f"{path}/erasure", json={"reason": "court-order"})
    async with archive.http("senior-officer", subject="chief") as client:
        done = await client.post(f"{path}/erasure/approval", json={"digest": asked.json()["digest"]})
    assert (done.status_code, done.json()["evidence_state"]) == (200, "erasing"), done.text
    await archive.service.kill()
    eraser = OtherReplica(tmp_path, eraser_environment(archive.settings, archive.keys, store))
    await eraser.start()
    try:
        await archive.service.start()
        await archive.open_case()
        await eventually(lambda: archive.events(evidence_id, "erased"), 20, "it is told by the archive's relay")
        async with archive.http() as client:
            certificate = (await client.get(f"{path}/certificate")).json()["certificate"]
            keys = KeySet.import_key_set((await client.get("/v1/certificates/keys")).json())
        assert b"court-order" in jws.deserialize_compact(certificate, keys, algorithms=["Ed25519"]).payload
    finally:
        await eraser.stop()


async def test_a_recorder_delivers_what_it_heard_is_awaited_and_stands_in_the_custody(archive):
    evidence_id, body = await archive.ask(), clip(1_000_000)
    token = sign_machine(
        archive.keys.signing_key, "recorder-7", "police", ["rasid:clips.deliver"], lifetime_seconds=300, clock=CLOCK
    )
    where = f"/v1/recordings/{evidence_id}"
    async with http_client(archive.service.address, headers={"Authorization": f"Bearer {token}"}) as recorder:
        answer = await recorder.put(where, content=body)
        assert (answer.status_code, set(answer.json())) == (201, {"evidence_id", "sha256", "size_bytes"}), answer.text
        assert (await recorder.get(f"/v1/evidence/{evidence_id}")).status_code == 401
    async with archive.http() as person:
        assert (await person.put(where, content=body)).status_code == 401
    assert [line["by"] for line in (await archive.read(evidence_id))["custody"]][1:] == ["recorder-7"] * 2
    await eventually(lambda: archive.events(evidence_id, "stored"), 20, "it is told")


async def test_what_was_stored_is_there_after_a_kill_and_the_same_clip_sent_again_changes_nothing(archive):
    body = clip(1_000_000)
    evidence_id = await archive.ask()
    assert (await archive.put(evidence_id, body)).status_code == 201
    await archive.service.kill()
    await archive.service.start()
    assert (await archive.put(evidence_id, body)).status_code == 200
    async with http_client(timeout=30) as anyone:
        assert (await anyone.get(await archive.link(evidence_id))).content == body
    told = await eventually(lambda: archive.events(evidence_id, "stored"), 30, "it is told")
    assert len({event.id for event in told}) == 1


@pytest.mark.parametrize("tenth", [0, 3, 9])
async def test_a_connection_that_breaks_off_leaves_nothing(archive, tenth):
    body = clip(2_000_000)
    evidence_id = await archive.ask()
    headers = archive.headers() | {"Content-Length": str(len(body)), "Host": "archive"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    address = archive.service.address.rpartition(":")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address[2]))
    writer.write(f"PUT /v1/evidence/{evidence_id}/clip HTTP/1.1\r\n{head}\r\n".encode())
    writer.write(body[: len(body) * tenth // 10])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    del reader
    await eventually(lambda: not list(archive.spool.rglob("*.clip")), 10, "the spool is empty")
    found = await archive.read(evidence_id)
    assert (found["state"], found["clip"]) == ("awaited", None)
    assert (await archive.put(evidence_id, body)).status_code == 201


async def test_a_body_longer_than_it_was_declared_is_not_taken_for_the_clip(archive):
    body = clip(200_000)
    evidence_id = await archive.ask()
    headers = archive.headers() | {"Content-Length": str(len(body) - 1000), "Host": "archive"}
    headers["Repr-Digest"] = digest_field(hashlib.sha256(body).hexdigest())
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", int(archive.service.address.rpartition(":")[2]))
    writer.write(f"PUT /v1/evidence/{evidence_id}/clip HTTP/1.1\r\n{head}\r\n".encode() + body)
    answer = await reader.readline()
    writer.close()
    assert answer.split()[1] in {b"400", b"422"}
    assert (await archive.read(evidence_id))["state"] == "awaited"


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"<!DOCTYPE html>", "clip-is-no-footage"),
        (b"#EXTM3U\n", "clip-is-a-list"),
        (b"PK\x03\x04", "clip-is-an-archive"),
    ],
)
async def test_whoever_sends_something_else_hears_why(archive, head, why):
    evidence_id = await archive.ask()
    answer = await archive.put(evidence_id, head + bytes(30_000_000))
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:rasid:problem:{why}")
    assert list(archive.spool.rglob("*.clip")) == []


async def test_whoever_may_not_send_hears_it(archive):
    evidence_id = await archive.ask()
    async with archive.http("auditor") as client:
        answer = await client.put(f"/v1/evidence/{evidence_id}/clip", content=bytes(30_000_000))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:rasid:problem:policy-denied")
    async with http_client(archive.service.address, timeout=30) as anyone:
        answer = await anyone.put(f"/v1/evidence/{evidence_id}/clip", content=bytes(30_000_000))
    assert answer.status_code == 401


class Unready(Replica):
    """One that will say that it is not ready, and is tested for what it then does."""

    async def answers(self) -> bool:
        async with http_client(timeout=2) as client:
            try:
                lock = (await client.get(f"{self.address}/ready")).json()["waiting"].get("object lock", "")
            except httpx.TransportError:
                return False
        return "to mend it" in lock


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, "store-does-not-lock"),
        ({"RASID_OBJECTS_SECRET_KEY": "wrong"}, "store-refuses-us"),
        ({"RASID_EVIDENCE_BUCKET": "without-lock"}, "store-refuses-us"),
    ],
)
async def test_a_store_that_does_not_lock_gets_no_evidence(kafka, mongo, store, archive, tmp_path, *, change, why):
    admin = {"RASID_OBJECTS_ACCESS_KEY": store.admin.access_key, "RASID_OBJECTS_SECRET_KEY": store.admin.secret_key}
    settings = environment(tmp_path, archive.keys, kafka=kafka, mongo=mongo, objects=store)
    await make_bucket(store, settings["RASID_EVIDENCE_BUCKET"])
    await make_plain_bucket(store, "without-lock")
    people = Archivists(Unready(tmp_path, settings | admin | change), kafka.address, archive.keys, settings)
    await people.service.start()
    try:
        await people.open_case()
        evidence_id = await people.ask()
        answer = await people.put(evidence_id, clip(10_000))
        assert (answer.status_code, answer.json()["type"]) == (503, f"urn:rasid:problem:{why}"), answer.text
        assert "To mend it" in answer.json()["detail"]
        assert (await people.read(evidence_id))["state"] == "awaited"
    finally:
        await people.service.stop()
