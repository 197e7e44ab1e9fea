"""The walk's second half: the clip of an alert is stored, locked, shown by link, and nobody deletes it."""

import hashlib
import json
from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.compose.containers import Containers
from tests.compose.town import ContainerTown
from tests.support.clips import clip
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(1500)
# Run inside the archive's container, with the credential it has: what would an intruder there be able to delete?
DELETE_EVERYTHING = """
import asyncio, json, os
from rasid.storage.objects import LockedBucket, ObjectStore

async def versions(bucket):
    return [version async for version in bucket.list()]

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


async def awaited(client: httpx.AsyncClient, alert_id: str) -> str:
    """The id of the clip that the alerts service asked for."""

    async def asked() -> list[dict[str, Any]]:
        answer = await client.get("/v1/evidence", params={"alert_id": alert_id})
        return list(answer.json()["items"]) if answer.status_code == httpx.codes.OK else []

    (evidence, *_) = await eventually(asked, 30, "the archive knows of the request")
    return str(evidence["evidence_id"])


async def test_the_clip_of_an_alert_is_stored_locked_and_comes_back_byte_for_byte(
    containers: Containers, town: ContainerTown
):
    alert_id = await town.rings()
    body = clip(1_500_000)
    digest = b64encode(hashlib.sha256(body).digest()).decode()
    headers = {
        "Authorization": f"Bearer {town.token('investigator')}",
        "Rasid-Case": town.case_id,
        "Rasid-Purpose": "stolen-vehicle",
    }
    async with httpx.AsyncClient(base_url=containers.address("archive"), headers=headers, timeout=60) as client:
        evidence_id = await awaited(client, alert_id)
        path_of_clip = f"/v1/evidence/{evidence_id}/clip"
        altered = await client.put(
            path_of_clip, content=body[:-1] + b"!", headers={"Repr-Digest": f"sha-256=:{digest}:"}
        )
        assert altered.status_code in {400, 409, 422}, altered.text
        stored = await client.put(path_of_clip, content=body, headers={"Repr-Digest": f"sha-256=:{digest}:"})
        assert stored.status_code == httpx.codes.CREATED, stored.text
        link = await client.post(f"/v1/evidence/{evidence_id}/links")
        assert link.status_code == httpx.codes.CREATED, link.text
        path = link.json()["url"]
    async with httpx.AsyncClient(base_url=containers.address("archive"), timeout=60) as anyone:
        assert (await anyone.get(path)).content == body
        part = await anyone.get(path, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, body[1000:2000])
    assert await eventually(lambda: _told(town, alert_id), 30, "the alert says that its clip is stored")
    code, said = containers.of("archive")[0].exec_run(["python", "-c", DELETE_EVERYTHING])
    assert code == 0, said
    found = json.loads(said.decode().splitlines()[-1])
    assert found["before"]
    assert set(found["before"]) <= set(found["after"]), "a locked clip was deleted with the service's credential"


async def _told(town: ContainerTown, alert_id: str) -> bool:
    async with town.officer() as officer:
        return "stored" in (await officer.alert(alert_id)).text
