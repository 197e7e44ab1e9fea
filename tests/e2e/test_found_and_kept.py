"""The walk through all four services: a payload rings, is found by half its plate, and its clip is kept as evidence.

Then again after a restart of every process. Plates, cameras and cases are made up at run time.
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from rasid.contract.topics import EVIDENCE
from rasid.errors import Refused
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.office_load import audited
from tests.support.town import Town, new_plate
from tools.demo.buckets import archive_bucket, try_to_delete
from tools.demo.drawing import plate_jpeg, scene_jpeg
from tools.demo.filming import altered, clip_mp4
from tools.demo.hikvision import PICTURE_KINDS, multipart
from tools.demo.searching import half_of
from tools.demo.walk import Walk

pytestmark = pytest.mark.timeout(240)


@dataclass
class Rung:
    """A wanted vehicle that has passed and rung, and the clip that a recorder has of it."""

    plate: str
    alert: dict[str, Any]
    clip: bytes

    @property
    def alert_id(self) -> str:
        return self.alert["alert_id"]


async def rings(town: Town) -> Rung:
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera, town.listening() as ears:
        pictures = dict(zip(PICTURE_KINDS, (plate_jpeg(plate), scene_jpeg(plate, 1)), strict=True))
        answer = await camera.post(*multipart(town.read(plate), pictures))
        assert answer.status_code == httpx.codes.OK, answer.text
        (alert,) = await eventually(lambda: ears.raised(plate), 20, "it rings")
    return Rung(plate, alert, clip_mp4(plate, seed=len(plate)))


async def stored(town: Town, rung: Rung) -> dict[str, Any]:
    """The evidence of its alert, with its clip."""
    async with town.archivist() as archivist:
        (asked,) = await eventually(lambda: archivist.of_alert(rung.alert_id), 30, "its clip is asked for")
        assert asked["state"] == "awaited"
        answer = await archivist.send(asked["evidence_id"], rung.clip)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.json()


async def clip_on_the_alert(town: Town, rung: Rung, **expected: Any) -> dict[str, Any] | None:
    """The clip as the alert shows it, once it is as expected."""
    async with town.officer() as officer:
        (clip,) = (await officer.alert(rung.alert_id)).json()["evidence"]
    return clip if all(clip[name] == value for name, value in expected.items()) else None


async def found(town: Town, rung: Rung) -> dict[str, Any] | None:
    """The passage, found by half of its plate."""
    async with town.searcher() as searcher:
        passages = await searcher.passages(half_of(rung.plate))
    return next((one for one in passages if rung.alert["detection_id"] in one["detection_ids"]), None)


async def test_the_walk_of_the_demo_takes_every_step_and_says_what_came_of_it(town: Town):
    rung = await rings(town)
    said: list[str] = []
    async with town.searcher() as searcher, town.archivist() as archivist:
        delete = partial(try_to_delete, town.platform.engines.objects)
        await Walk(searcher, archivist, town.platform.addresses(), delete, said.append).take(rung.alert)
    text = "\n".join(said)
    steps = [
        text.index(f"{number} {step}") for number, step in enumerate(("FOUND", "FOUND OUT", "STORED", "REFUSED"), 1)
    ]
    assert steps == sorted(steps)
    assert rung.plate in text
    assert "refuses to delete a version" in text


async def test_what_rings_is_found_by_half_its_plate_with_its_pictures(town: Town):
    rung = await rings(town)
    passage = await eventually(lambda: found(town, rung), 30, "it is found")
    assert passage["camera_id"] == rung.alert["camera_id"]
    async with town.searcher() as searcher:
        again = await searcher.client.get(f"/v1/passages/{passage['passage_id']}")
    assert again.json()["passage_id"] == passage["passage_id"]


async def test_its_clip_is_stored_as_it_came_and_stands_on_the_alert(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    sha256 = hashlib.sha256(rung.clip).hexdigest()
    assert evidence["clip"]["sha256"] == sha256
    async with town.archivist() as archivist:
        assert (await archivist.fetch(evidence["evidence_id"])).content == rung.clip
        piece = await archivist.fetch(evidence["evidence_id"], Range="bytes=10-19")
        assert (piece.status_code, piece.content) == (206, rung.clip[10:20])
        assert (await archivist.send(evidence["evidence_id"], rung.clip)).status_code == httpx.codes.OK
    clip = await eventually(lambda: clip_on_the_alert(town, rung, state="stored"), 30, "the alert shows it")
    assert (clip["evidence_id"], clip["sha256"]) == (evidence["evidence_id"], sha256)


async def test_an_altered_copy_is_found_out_by_its_hash_before_and_after(town: Town):
    rung = await rings(town)
    copy = altered(rung.clip)
    async with town.archivist() as archivist:
        (asked,) = await eventually(lambda: archivist.of_alert(rung.alert_id), 30, "its clip is asked for")
        cut = await archivist.send(asked["evidence_id"], copy, declared=rung.clip)
        assert (cut.status_code, cut.json()["type"]) == (422, "urn:rasid:problem:clip-digest-differs")
        assert (await archivist.send(asked["evidence_id"], rung.clip)).status_code == httpx.codes.CREATED
        late = await archivist.send(asked["evidence_id"], copy, declared=rung.clip)
        assert (late.status_code, late.json()["type"]) == (422, "urn:rasid:problem:clip-digest-differs")
        other = await archivist.send(asked["evidence_id"], copy)
        assert (other.status_code, other.json()["type"]) == (409, "urn:rasid:problem:clip-already-stored")
        assert (await archivist.fetch(asked["evidence_id"])).content == rung.clip
        assert (await archivist.verify(asked["evidence_id"])).json()["intact"] is True


async def test_the_store_itself_refuses_to_delete_what_is_kept(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    clip = evidence["clip"]
    async with town.archivist() as archivist, archive_bucket(town.platform.engines.objects) as bucket:
        for is_held in (False, True):
            if is_held:
                assert (await archivist.hold(evidence["evidence_id"])).status_code == httpx.codes.OK
            for bypass in (False, True):
                with pytest.raises(Refused):
                    await bucket.delete(clip["object"], clip["version_id"], bypass=bypass)
            assert (await archivist.fetch(evidence["evidence_id"])).content == rung.clip
    await eventually(lambda: clip_on_the_alert(town, rung, is_held=True), 30, "the alert shows that it is held")


async def test_after_a_restart_of_every_process_all_of_it_is_still_there(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    await eventually(lambda: found(town, rung), 30, "it is found")
    async with town.archivist() as archivist:
        assert (await archivist.hold(evidence["evidence_id"])).status_code == httpx.codes.OK
    await town.platform.stop()
    await town.platform.start()
    await eventually(lambda: found(town, rung), 30, "it is found again")
    await eventually(lambda: clip_on_the_alert(town, rung, state="stored", is_held=True), 30, "the alert shows it")
    async with town.archivist() as archivist:
        again = await eventually(lambda: archivist.of_alert(rung.alert_id), 30, "the archive knows the case")
        assert [one["clip"] for one in again] == [evidence["clip"]]
        assert (await archivist.fetch(evidence["evidence_id"])).content == rung.clip
        assert (await archivist.send(evidence["evidence_id"], rung.clip)).status_code == httpx.codes.OK
    async with archive_bucket(town.platform.engines.objects) as bucket:
        with pytest.raises(Refused):
            await bucket.delete(evidence["clip"]["object"], evidence["clip"]["version_id"])
    one_more = await rings(town)
    assert (await stored(town, one_more))["state"] == "stored"
    await eventually(lambda: found(town, one_more), 30, "what comes later is found")


async def test_two_persons_erase_what_one_alone_cannot(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    where = f"/v1/evidence/{evidence['evidence_id']}/erasure"
    both = ("supervisor", "senior-officer")
    async with town.archivist(*both) as one, town.archivist("senior-officer", who=town.second_name) as other:
        asked = await one.client.post(where, json={"reason": "court-order"})
        assert asked.status_code == httpx.codes.CREATED, asked.text
        decision = {"digest": asked.json()["digest"]}
        alone = await one.client.post(f"{where}/approval", json=decision)
        assert (alone.status_code, alone.json()["reasons"]) == (403, ["E4.two-persons-erase"])
        assert (await other.client.post(f"{where}/approval", json=decision)).status_code == httpx.codes.OK
        assert (await one.evidence(evidence["evidence_id"])).status_code == httpx.codes.NOT_FOUND
    await eventually(lambda: clip_on_the_alert(town, rung, state="erased"), 30, "the alert shows that it is gone")
    async with archive_bucket(town.platform.engines.objects) as bucket:
        assert await bucket.stat(evidence["clip"]["object"], evidence["clip"]["version_id"]) is None
    told = await ledger.events(town.platform.engines.kafka.address, EVIDENCE.name, "evidence.erased")
    assert [event.data.certificate.count(".") for event in told if event.data.alert_id == rung.alert_id] == [2]


async def test_without_a_case_neither_passages_nor_clips_are_shown(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    for person in (town.searcher(case_id="nobody-s"), town.archivist(case_id="nobody-s")):
        async with person as unknown:
            assert (await unknown.client.get("/v1/evidence/" + evidence["evidence_id"])).status_code in {403, 404}
            refused = await unknown.client.post("/v1/passages/search", json={"plate": rung.plate})
            assert refused.status_code in {403, 404}
            assert rung.plate.replace(" ", "") not in refused.text


async def test_a_shift_sees_the_clips_of_its_live_queue_and_searches_no_plates(town: Town):
    rung = await rings(town)
    await stored(town, rung)
    duty = {"case_id": town.duty_id, "purpose": "live-monitoring"}
    async with town.archivist("operator", **duty) as operator:
        (seen,) = await eventually(lambda: operator.of_alert(rung.alert_id), 30, "the shift sees the clip")
        assert (await operator.fetch(seen["evidence_id"])).content == rung.clip
        assert (await operator.hold(seen["evidence_id"])).status_code == httpx.codes.FORBIDDEN
    async with town.searcher("operator", **duty) as operator:
        assert (await operator.search(plate=rung.plate)).status_code == httpx.codes.FORBIDDEN


async def test_whatever_was_shown_stands_in_the_audit_log_by_its_digest(town: Town):
    rung = await rings(town)
    evidence = await stored(town, rung)
    await eventually(lambda: found(town, rung), 30, "it is found")
    async with town.searcher() as searcher, town.archivist() as archivist:
        answers = [
            await searcher.search(plate=half_of(rung.plate)),
            await archivist.evidence(evidence["evidence_id"]),
            await archivist.link(evidence["evidence_id"]),
        ]
    assert {answer.is_success for answer in answers} == {True}
    await audited(town, [answer.content for answer in answers])
