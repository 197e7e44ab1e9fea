"""The walk's second half: what passed is found by half its plate, its clip is locked, and nobody deletes it."""

import hashlib
import json

import httpx
import pytest

from tests.compose.containers import Containers
from tests.compose.records import Records
from tests.compose.town import ContainerTown
from tests.support.clips import clip
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(1500)
# Run inside the archive's container, with the credential it has: what would an intruder there be able to delete? The
# archive's own trials are left out: they stay locked for ten minutes only.
DELETE_EVERYTHING = """
import asyncio, json, os
from rasid.storage.objects import LockedBucket, ObjectStore

async def versions(bucket):
    return [version async for version in bucket.list() if not version.key.startswith("lock-proof/")]

async def main():
    store = ObjectStore(*(os.environ[f"RASID_OBJECTS{name}"] for name in ("", "_ACCESS_KEY", "_SECRET_KEY")))
    bucket = LockedBucket(store, os.environ.get("RASID_EVIDENCE_BUCKET", "rasid-evidence"))
    before = await versions(bucket)
    for version in before:
        for bypass in (False, True):
            try:
                await bucket.delete(version.key, version.version_id, bypass=bypass)
            except Exception:
                pass
    after = await versions(bucket)
    print(json.dumps({"before": [v.version_id for v in before], "after": [v.version_id for v in after]}))
    await store.stop()

asyncio.run(main())
"""


@pytest.fixture
def records(containers: Containers, town: ContainerTown) -> Records:
    return Records(containers, town)


async def test_a_passage_is_found_by_half_its_plate_with_its_pictures(records: Records, town: ContainerTown):
    plate = (await town.passes()).replace(" ", "")

    async def found() -> list[dict]:
        return [one for one in await records.passages(plate[:-2] + "*") if plate in one["plates"]]

    (passage,) = await eventually(found, 60, "the passage is found")
    pictures = await records.pictures(passage)
    assert len(pictures) == 2
    assert {hashlib.sha256(picture).hexdigest() for picture in pictures.values()} == set(pictures)


async def test_the_clip_of_an_alert_is_stored_and_comes_back_byte_for_byte(records: Records, town: ContainerTown):
    alert_id = await town.rings()
    evidence_id = await records.awaited(alert_id)
    body = clip(1_500_000)
    altered = await records.put_clip(evidence_id, body[:-1] + b"!", said=body)
    assert httpx.codes.is_client_error(altered.status_code), altered.text
    stored = await records.put_clip(evidence_id, body)
    assert stored.status_code == httpx.codes.CREATED, stored.text
    assert (await records.clip(evidence_id)).content == body
    part = await records.clip(evidence_id, Range="bytes=1000-1999")
    assert (part.status_code, part.content) == (httpx.codes.PARTIAL_CONTENT, body[1000:2000])
    await eventually(lambda: _told(town, alert_id), 30, "the alert says that its clip is stored")


async def test_no_clip_can_be_deleted_with_the_services_credential(
    containers: Containers, records: Records, town: ContainerTown
):
    evidence_id = await records.awaited(await town.rings())
    assert (await records.put_clip(evidence_id, clip())).status_code == httpx.codes.CREATED
    code, said = containers.one("archive").exec_run(["python", "-c", DELETE_EVERYTHING])
    assert code == 0, said
    found = json.loads(said.decode().splitlines()[-1])
    assert found["before"]
    assert found["after"] == found["before"]


async def _told(town: ContainerTown, alert_id: str) -> bool:
    async with town.officer() as officer:
        return "stored" in (await officer.alert(alert_id)).text
