"""Bytes that are altered between the object store and the archive are found out in a part of a clip, over HTTP."""

import httpx
import pytest

from rasid.runtime.hashing import CHUNK_BYTES
from tests.support.archive import Archivists, running
from tests.support.clips import clip
from tests.support.tampering import Tampering

pytestmark = pytest.mark.timeout(180)

# Of what comes over a connection: only chunks of clips are so long.
FLIP_AT = 300_000


class Behind:
    """An object store as it is reached through somebody who alters what it answers."""

    def __init__(self, objects, address):
        self.admin, self.archive, self.eraser = objects.admin, objects.archive, objects.eraser
        self.address = address


async def deeds(people: Archivists, evidence_id: str) -> list[str]:
    return [line["deed"] for line in (await people.read(evidence_id))["custody"]]


async def test_no_part_of_an_altered_clip_is_shown_and_its_custody_says_so(kafka, mongo, s3, tmp_path):
    body = clip(3 * CHUNK_BYTES + 5)
    async with (
        Tampering(s3.address, flip_at=FLIP_AT) as proxy,
        running(tmp_path, kafka=kafka, mongo=mongo, objects=Behind(s3, proxy.address)) as people,
        httpx.AsyncClient(timeout=30) as anyone,
    ):
        evidence_id = await people.ask()
        assert (await people.put(evidence_id, body)).status_code == 201
        link = await people.link(evidence_id)
        part = {"Range": f"bytes={CHUNK_BYTES - 1}-{CHUNK_BYTES}"}
        refused = await anyone.get(link, headers=part)
        assert proxy.flipped == 1
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:rasid:problem:evidence-altered")
        assert (await deeds(people, evidence_id))[-1] == "found_altered"
        # It was altered on the way, over each connection once: what is stored is intact.
        proxy.flip_at = None
        shown = await anyone.get(link, headers=part)
        assert (shown.status_code, shown.content) == (206, body[CHUNK_BYTES - 1 : CHUNK_BYTES + 1])
