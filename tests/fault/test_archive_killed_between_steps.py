"""SIGKILL between every pair of steps of a clip's way in and out: no half clip, nothing lost that was answered."""

import contextlib
import hashlib

import httpx
import pytest

from services.archive.evidence import object_key
from tests.fault.conftest import archivists, dying_at
from tests.support.archive import Archivists
from tests.support.clips import clip
from tests.support.eventually import eventually
from tests.support.town import Town
from tools.demo.connecting import http_client

PUBLISH = "rasid.stream.producer:KafkaProducer.publish_message:after"
CLEAR = "rasid.storage.outbox:MongoOutbox.clear"
STORE = "services.archive.store:MongoStore"
CLIPS = "services.archive.clip_store:BucketClips"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def archive(town: Town) -> Archivists:
    return await archivists(town)


async def versions(archive: Archivists, key: str) -> int:
    """How many copies the store has."""
    bucket, store = archive.bucket(
        (archive.settings["RASID_OBJECTS_ACCESS_KEY"], archive.settings["RASID_OBJECTS_SECRET_KEY"])
    )
    try:
        return len([version async for version in bucket.list(key)])
    finally:
        await store.stop()


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.archive.spool:_Writing.add:after", "*"),
        ("services.archive.spool:_Writing.finish:after", "*"),
        ("services.archive.probing:Prober.probe:after", "*"),
        (f"{STORE}.begin:after", "*"),
        (f"{CLIPS}.put:after", "*"),
        (f"{STORE}.save:before", "*"),
        (f"{STORE}.save:after", "*"),
        (f"{STORE}.end:before", "*"),
        (PUBLISH, "evidence.stored"),
        (f"{CLEAR}:before", "*"),
        (f"{CLEAR}:after", "*"),
    ],
)
async def test_killed_while_a_clip_comes_in_there_is_all_of_it_or_nothing(
    archive: Archivists, point: str, type_name: str
):
    body = clip(3_000_000)
    evidence_id = await archive.ask()
    await archive.has_told(evidence_id, "requested")
    async with dying_at(archive.service, point, type_name):
        with contextlib.suppress(httpx.TransportError):
            await archive.put(evidence_id, body)
    found = await archive.read(evidence_id)
    assert found["state"] in {"awaited", "stored"}
    assert list(archive.spool.rglob("*.clip")) == []
    answer = await archive.put(evidence_id, body)
    assert answer.status_code in {200, 201}, answer.text
    async with http_client(timeout=30) as anyone:
        assert (await anyone.get(await archive.link(evidence_id))).content == body
    await eventually(lambda: archive.events(evidence_id, "stored"), 30, "it is told")
    assert len({event.id for event in await archive.events(evidence_id, "stored")}) == 1
    deeds = [line["deed"] for line in (await archive.read(evidence_id))["custody"]]
    assert deeds == ["requested", "received", "stored", "viewed"]


async def test_killed_after_the_store_has_all_of_it_the_clip_need_not_be_sent_again(archive: Archivists):
    body = clip(3_000_000)
    evidence_id = await archive.ask()
    async with dying_at(archive.service, f"{CLIPS}.put:after"):
        with contextlib.suppress(httpx.TransportError):
            await archive.put(evidence_id, body)

    async def stored() -> bool:
        return bool((await archive.read(evidence_id))["state"] == "stored")

    await eventually(stored, 30, "the upload is settled")
    assert await versions(archive, object_key(hashlib.sha256(body).hexdigest())) == 1
    async with http_client(timeout=30) as anyone:
        assert (await anyone.get(await archive.link(evidence_id))).content == body


@pytest.mark.parametrize(
    ("who", "point", "type_name"),
    [
        ("archive", f"{STORE}.save:after", "*"),
        ("eraser", "services.archive.eraser.erasure:Eraser.finish:before", "*"),
        ("eraser", f"{CLIPS}.release:after", "*"),
        ("eraser", f"{CLIPS}.delete:after", "*"),
        ("eraser", f"{STORE}.save:before", "*"),
        ("eraser", f"{STORE}.save:after", "*"),
        ("archive", PUBLISH, "evidence.erased"),
    ],
)
async def test_killed_while_a_clip_is_erased_it_is_erased_once_and_certified(
    archive: Archivists, town: Town, *, who: str, point: str, type_name: str
):
    body = clip(10_000)
    evidence_id = await archive.ask()
    assert (await archive.put(evidence_id, body)).status_code == 201
    path = f"/v1/evidence/{evidence_id}"
    async with archive.http() as client:
        assert (await client.post(f"{path}/holds")).status_code == 200
    async with archive.http("supervisor", subject="boss") as client:
        asked = await client.post(f"{path}/erasure", json={"reason": "court-order"})
    await archive.has_told(evidence_id, "held")
    chief = archive.http("senior-officer", subject="chief")
    async with dying_at(getattr(town.platform, who), point, type_name), chief as client:
        with contextlib.suppress(httpx.TransportError):
            await client.post(f"{path}/erasure/approval", json={"digest": asked.json()["digest"]})

    async def certified() -> bool:
        async with archive.http() as client:
            return (await client.get(f"{path}/certificate")).status_code == 200

    await eventually(certified, 30, "what was decided is done")
    assert await versions(archive, object_key(hashlib.sha256(body).hexdigest())) == 0
    await eventually(lambda: archive.events(evidence_id, "erased"), 30, "it is told")
    assert len({event.id for event in await archive.events(evidence_id, "erased")}) == 1
