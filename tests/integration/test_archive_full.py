"""Disks that are really full: the spool's and the object store's. A clear answer, nothing half, and it goes on."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.archive import Archivists, running
from tests.support.clips import clip
from tests.support.engines import ANY
from tests.support.full import Tiny, small_disk
from tools.engines import Minio
from tools.engines.minio import RECIPE

pytestmark = pytest.mark.timeout(180)

MEBIBYTE = 1024 * 1024


async def refused(people: Archivists, evidence_id: str, answer: Any) -> str:
    """Check that nothing half is there after a refusal; returns its slug."""
    assert answer.status_code == 503, answer.text
    assert "Retry-After" in answer.headers
    found = await people.read(evidence_id)
    assert (found["state"], found["clip"]) == ("awaited", None)
    assert list(people.spool.rglob("*.clip")) == []
    assert await people.events(evidence_id, "stored") == []
    return str(answer.json()["type"]).rpartition(":")[2]


async def versions(people: Archivists, objects: Any) -> list[Any]:
    """All that the store has of clips."""
    bucket, connection = people.bucket(objects.archive)
    try:
        return [version async for version in bucket.list("clips/")]
    finally:
        await connection.stop()


async def test_a_full_disk_of_the_spool_is_told_and_a_clip_that_fits_is_taken_afterwards(
    kafka, mongo, objects, tmp_path
):
    with small_disk(tmp_path / "small", 3) as small:
        spool = {"RASID_CLIP_SPOOL": str(small / "spool")}
        async with running(tmp_path, kafka=kafka, mongo=mongo, objects=objects, **spool) as people:
            evidence_id = await people.ask()
            answer = await people.put(evidence_id, clip(5 * MEBIBYTE))
            assert await refused(people, evidence_id, answer) == "spool-full"
            assert "ENOSPC" in answer.json()["detail"]
            assert (await people.put(evidence_id, clip(2 * MEBIBYTE))).status_code == 201


@pytest.fixture(params=["seaweedfs", "minio"])
def full_store(request, tmp_path) -> Iterator[Callable[[], Any]]:
    """An object store whose disk is soon full."""
    if request.param == "seaweedfs":
        engine: Any = Tiny(tmp_path / "tiny", buckets=ANY)
        asyncio.run(engine.start())
        yield engine
        asyncio.run(engine.stop())
        return
    if not RECIPE.is_built():
        pytest.skip("MinIO was not built on this machine: make engines")
    with small_disk(tmp_path / "small", 100) as small:
        engine = Minio(small, buckets=ANY)
        asyncio.run(engine.start())
        yield engine
        asyncio.run(engine.stop())


async def test_a_full_object_store_is_told_and_what_it_has_stays(kafka, mongo, full_store, tmp_path):
    async with running(tmp_path, kafka=kafka, mongo=mongo, objects=full_store) as people:
        kept, size_bytes = [], MEBIBYTE if isinstance(full_store, Tiny) else 12 * MEBIBYTE
        for _ in range(20):
            evidence_id = await people.ask()
            answer = await people.put(evidence_id, clip(size_bytes))
            if answer.status_code != 201:
                break
            kept.append(evidence_id)
        assert await refused(people, evidence_id, answer) in {"store-full", "store-takes-nothing"}
        assert "full" in answer.json()["detail"] or "room" in answer.json()["detail"]
        assert len(await versions(people, full_store)) == len(kept) > 0
        async with people.http() as client:
            for evidence_id in kept:
                assert (await client.post(f"/v1/evidence/{evidence_id}/verify")).json()["intact"] is True
