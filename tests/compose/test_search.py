"""The walk's other half: what passed is found by half its plate, and its pictures are shown by link."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.compose.containers import Containers
from tests.compose.town import ContainerTown
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(1500)


async def test_a_passage_is_found_by_half_its_plate(containers: Containers, town: ContainerTown):
    plate = await town.passes()
    headers = {
        "Authorization": f"Bearer {town.token('investigator')}",
        "Rasid-Case": town.case_id,
        "Rasid-Purpose": "stolen-vehicle",
    }
    half = plate.replace(" ", "")[:-2] + "*"
    async with httpx.AsyncClient(base_url=containers.address("search"), headers=headers, timeout=30) as client:

        async def found() -> list[dict[str, Any]]:
            answer = await client.post("/v1/passages/search", json={"plate": half})
            assert answer.status_code in {200, 403}, answer.text
            items = answer.json().get("items", [])
            return [one for one in items if plate.replace(" ", "") in str(one).replace(" ", "")]

        (passage, *_) = await eventually(found, 60, "the passage is found")
        shown = []
        for picture in passage["pictures"]:
            link = await client.get(f"/v1/passages/{passage['passage_id']}/pictures/{picture['sha256']}")
            assert link.status_code == httpx.codes.OK, link.text
            shown.append((picture["sha256"], link.json()["url"]))
    assert len(shown) == 2
    async with httpx.AsyncClient(base_url=containers.address("search"), timeout=30) as anyone:
        for sha256, path in shown:
            assert hashlib.sha256((await anyone.get(path)).content).hexdigest() == sha256
