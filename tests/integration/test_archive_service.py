"""The archive as it runs: a process of its own on a real broker, a real database and a real object store."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from rasid.contract.topics import TOPICS
from rasid.stream.admin import ensure_topics
from tests.support.archive import Archivists, Replica, environment, make_bucket
from tests.support.clips import clip
from tests.support.eventually import eventually
from tools.keys import ensure_keys

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def archive(kafka, mongo, objects, tmp_path_factory) -> Iterator[Archivists]:
    folder = tmp_path_factory.mktemp("archive")
    keys = ensure_keys(folder)
    settings = environment(folder, keys, kafka=kafka, mongo=mongo, objects=objects)
    service = Replica(folder, settings)
    asyncio.run(make_bucket(objects, settings["RASID_EVIDENCE_BUCKET"]))
    asyncio.run(ensure_topics(kafka.address, TOPICS, brokers=1))
    asyncio.run(service.start())
    yield Archivists(service, kafka.address, keys)
    asyncio.run(service.stop())


@pytest.fixture(autouse=True)
async def _open(archive) -> None:
    await archive.service.start()
    await archive.open_case()


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
    async with httpx.AsyncClient(timeout=30) as anyone:
        whole = await anyone.get(link)
        part = await anyone.get(link, headers={"Range": "bytes=1000000-2099999"})
    assert (whole.status_code, whole.content) == (200, body)
    assert (part.status_code, part.content) == (206, body[1_000_000:2_100_000])
    deeds = [line["deed"] for line in (await archive.read(evidence_id))["custody"]]
    assert deeds == ["requested", "received", "stored", "viewed"]
