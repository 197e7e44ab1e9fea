"""A clip's way in over HTTP: what is taken, what is refused and why, and that nothing half is left."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.requests import ClientDisconnect

from rasid.contract.fields import utc_text
from rasid.errors import ConfigurationError, Full, Unavailable
from services.archive.digests import digest_field
from services.archive.evidence import object_key
from services.archive.incoming import IncomingBody
from services.archive.intake import Offer
from tests.support.clips import clip, in_fragments, lasting, recording
from tests.unit.archive.service import Proof, ServiceBench
from tools.demo.drawing import plate_jpeg

BODY = clip(200_000)
SHA256 = hashlib.sha256(BODY).hexdigest()


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def nothing_is_left(bench: ServiceBench, evidence_id: str) -> None:
    assert bench.evidence(evidence_id).state == "awaited"
    assert bench.evidence(evidence_id).clip is None
    assert "evidence.stored" not in bench.told()
    assert bench.leftovers() == []
    assert bench.spool._held_bytes == 0


async def test_a_clip_is_stored_under_its_digest_locked_noted_and_told(bench):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, BODY)
    assert answer.status_code == 201, answer.text
    stored = bench.evidence(evidence_id)
    assert stored.clip is not None
    assert answer.headers["etag"] == f'"{stored.revision}"'
    assert (stored.clip.sha256, stored.clip.size_bytes, stored.clip.media_type) == (SHA256, len(BODY), "video/mp4")
    assert stored.clip.duration_seconds == pytest.approx(2.0)
    assert [(track.codec, track.width) for track in stored.clip.tracks] == [("mpeg4", 64)]
    ((key, version_id),) = bench.clips.objects
    assert (key, version_id) == (object_key(SHA256), stored.clip.version_id)
    kept = bench.clips.objects[key, version_id]
    assert kept.body == BODY
    assert kept.locked_until >= stored.expires_at == bench.clock.now() + timedelta(days=21)
    assert bench.deeds(evidence_id) == ["requested", "received", "stored"]
    (told,) = [event for event in bench.store.events if event.type == "evidence.stored"]
    assert (told.data.evidence_id, told.data.version, told.data.sha256) == (evidence_id, 1, SHA256)
    assert bench.store.uploads == {}
    assert bench.leftovers() == []
    assert bench.woken >= 2


@pytest.mark.parametrize(
    ("container", "media_type"),
    [
        ("mp4", "video/mp4"),
        ("mov", "video/quicktime"),
        ("matroska", "video/x-matroska"),
        ("mpegts", "video/mp2t"),
        ("avi", "video/x-msvideo"),
        ("flv", "video/x-flv"),
        ("asf", "video/x-ms-asf"),
        ("mpeg", "video/mpeg"),
    ],
)
async def test_what_a_clip_is_is_told_from_its_bytes(bench, container, media_type):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, recording(container), headers={"Content-Type": "text/html"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["clip"]["media_type"] == media_type


async def test_the_same_bytes_again_change_nothing(bench):
    evidence_id = await bench.stored(BODY)
    for headers in ({}, {"Repr-Digest": "md5=:AAAA:"}):
        again = await bench.put(evidence_id, BODY, headers=headers)
        assert (again.status_code, again.json()["clip"]["sha256"]) == (200, SHA256)
    assert len(bench.clips.objects) == 1
    assert bench.told().count("evidence.stored") == 1


async def test_an_altered_copy_is_not_taken_for_the_clip_that_is_there_whatever_it_declares(bench):
    evidence_id = await bench.stored(BODY)
    copy = BODY[:-1] + bytes((BODY[-1] ^ 1,))
    answer = await bench.put(evidence_id, copy, headers={"Repr-Digest": digest_field(SHA256)})
    assert (answer.status_code, slug(answer)) == (422, "clip-digest-differs")


async def test_evidence_is_never_replaced(bench):
    evidence_id = await bench.stored(BODY)
    for headers in ({}, {"Repr-Digest": "md5=:AAAA:"}):
        other = await bench.put(evidence_id, clip(100_000), headers=headers)
        assert (other.status_code, slug(other)) == (409, "clip-already-stored")
    assert bench.evidence(evidence_id).clip.sha256 == SHA256
    assert len(bench.clips.objects) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "clip-empty"),
        (b"#EXTM3U\n#EXT-X-STREAM-INF\nhttp://10.0.0.1/secret.ts\n", "clip-is-a-list"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "clip-is-a-list"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', "clip-is-a-list"),
        (b"PK\x03\x04" + bytes(500), "clip-is-an-archive"),
        (b"\x1f\x8b\x08" + bytes(500), "clip-is-an-archive"),
        (b"a.mp4".ljust(257, b"\0") + b"ustar" + bytes(200), "clip-is-an-archive"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "clip-is-no-footage"),
        (b"\x7fELF" + bytes(500), "clip-unknown"),
        (bytes(5000), "clip-unknown"),
        (recording()[:600], "clip-unreadable"),
        (b"\x00\x00\x00\x18ftypisom" + b"\xff" * 5000, "clip-unreadable"),
        (lasting(2**63), "clip-duration"),
        (lasting(2**64 - 2), "clip-duration"),
        (lasting(86_401_000), "clip-duration"),
    ],
)
async def test_what_is_no_clip_is_refused_with_the_reason(bench, body, why):
    evidence_id = await bench.ask()
    named = {"Content-Type": "video/mp4", "Content-Disposition": 'attachment; filename="clip.mp4"'}
    answer = await bench.put(evidence_id, body, headers=named)
    assert (answer.status_code, slug(answer)) == (422, why), answer.text
    assert len(answer.json()["detail"]) > 20
    await nothing_is_left(bench, evidence_id)
    assert bench.clips.objects == {}


async def test_a_declared_length_that_is_too_large_is_refused_before_anything_is_read(bench):
    evidence_id = await bench.ask()
    asked = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal asked
        asked += 1
        yield BODY

    headers = {"Content-Length": "20000001", "Expect": "100-continue"}
    answer = await bench.put(evidence_id, chunks(), headers=headers)
    assert (answer.status_code, slug(answer), answer.headers["connection"]) == (413, "clip-too-large", "close")
    assert asked == 0
    await nothing_is_left(bench, evidence_id)


async def test_bytes_are_counted_whatever_was_declared(bench):
    evidence_id = await bench.ask()

    async def chunks() -> AsyncIterator[bytes]:
        yield recording()
        for _ in range(21):
            yield bytes(1_000_000)

    answer = await bench.put(evidence_id, chunks())
    assert (answer.status_code, slug(answer)) == (413, "clip-too-large")
    await nothing_is_left(bench, evidence_id)


async def test_bytes_other_than_those_that_were_declared_are_refused(bench):
    evidence_id = await bench.ask()
    headers = {"Repr-Digest": digest_field(hashlib.sha256(BODY + b"x").hexdigest())}
    answer = await bench.put(evidence_id, BODY, headers=headers)
    assert (answer.status_code, slug(answer)) == (422, "clip-digest-differs")
    await nothing_is_left(bench, evidence_id)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Repr-Digest": "sha-256=:AAAA:"}, "digest-malformed"),
        ({"Repr-Digest": "sha-256=yes"}, "digest-malformed"),
        ({"Content-Digest": digest_field("0" * 64)}, "digest-malformed"),
        ({"Content-Encoding": "gzip"}, "clip-encoded"),
        ({"Content-Range": "bytes 0-10/20"}, "clip-in-ranges"),
    ],
)
async def test_headers_that_cannot_be_are_refused(bench, headers, why):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, BODY, headers=headers)
    assert (answer.status_code, slug(answer)) == (400, why)
    await nothing_is_left(bench, evidence_id)


async def breaks_off(bench: ServiceBench, evidence_id: str, body: bytes, at: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield body[:at]
        raise ClientDisconnect

    offer = Offer(IncomingBody(chunks()), len(body), hashlib.sha256(body).hexdigest(), None, "officer-1", "case-1")
    with pytest.raises(ClientDisconnect):
        await bench.intake.take(bench.evidence(evidence_id), offer)
    await nothing_is_left(bench, evidence_id)


@pytest.mark.parametrize("tenth", range(10))
async def test_a_body_that_breaks_off_leaves_nothing(bench, tenth):
    evidence_id = await bench.ask()
    await breaks_off(bench, evidence_id, BODY, len(BODY) * tenth // 10)
    assert (await bench.put(evidence_id, BODY)).status_code == 201


async def test_a_body_that_breaks_off_at_every_tenth_byte_leaves_nothing(bench):
    evidence_id, body = await bench.ask(), recording(seconds=0.2)
    for at in range(0, len(body), 10):
        await breaks_off(bench, evidence_id, body, at)
    assert bench.store.uploads == {}
    assert bench.clips.objects == {}
    assert (await bench.put(evidence_id, body)).status_code == 201


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "9" * 30])
async def test_a_length_that_cannot_be_is_not_believed(bench, length):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, BODY, headers={"Content-Length": length})
    assert answer.status_code == (413 if length.isdecimal() else 201)
    if answer.status_code != 201:
        await nothing_is_left(bench, evidence_id)


async def test_a_file_whose_end_is_missing_is_said_to_be_cut_off_or_is_no_recording(bench):
    whole = in_fragments()
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, whole[:700])
    assert (answer.status_code, slug(answer)) == (422, "clip-unreadable")
    await nothing_is_left(bench, evidence_id)
    for size in (len(whole) // 2, len(whole)):
        answer = await bench.put(await bench.ask(), whole[:size])
        assert answer.status_code == 201, answer.text
        assert answer.json()["clip"]["is_cut_off"] is (size < len(whole))


async def test_a_body_that_comes_too_slowly_is_given_up(bench):
    evidence_id = await bench.ask()
    bench.spool._idle_seconds = 0.05
    never = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield BODY[:1000]
        await never.wait()

    answer = await bench.put(evidence_id, chunks())
    assert (answer.status_code, slug(answer)) == (408, "body-too-slow")
    await nothing_is_left(bench, evidence_id)


async def test_a_full_spool_says_so_and_takes_the_next_one_when_there_is_room(bench):
    evidence_id = await bench.ask()
    bench.spool._held_bytes = 40_000_000
    answer = await bench.put(evidence_id, BODY)
    assert (answer.status_code, slug(answer)) == (503, "spool-full")
    assert "Retry-After" in answer.headers
    bench.spool._held_bytes = 0
    await nothing_is_left(bench, evidence_id)
    assert (await bench.put(evidence_id, BODY)).status_code == 201


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (Full("the object store", "no room"), "store-full"),
        (
            Unavailable("the object store", "it has a fault, or its disks are full (InternalError)"),
            "store-takes-nothing",
        ),
        (Unavailable("the object store", "no answer within 5 s"), "store-takes-nothing"),
    ],
)
@pytest.mark.expects_errors("did not take")
async def test_a_store_that_is_full_or_away_is_told_and_the_clip_may_be_sent_again(bench, failure, why):
    evidence_id = await bench.ask()
    bench.clips.fails = failure
    answer = await bench.put(evidence_id, BODY)
    assert (answer.status_code, slug(answer)) == (503, why)
    assert "Retry-After" in answer.headers
    assert isinstance(failure, Full) or failure.detail in answer.json()["detail"]
    await nothing_is_left(bench, evidence_id)
    assert (await bench.put(evidence_id, BODY)).status_code == 201


@pytest.mark.expects_errors("no evidence is taken")
@pytest.mark.parametrize(
    ("proof", "why"),
    [
        (Proof(holds=False), "store-does-not-lock"),
        (ConfigurationError("the bucket has no Object Lock", "make another"), "store-refuses-us"),
    ],
)
async def test_a_store_that_lies_gets_no_evidence_and_the_fix_is_told(bench, proof, why):
    evidence_id = await bench.ask()
    bench.proof = proof
    await bench.lock.look()
    answer = await bench.put(evidence_id, BODY)
    assert (answer.status_code, slug(answer)) == (503, why)
    assert "To mend it" in answer.json()["detail"]
    assert "mend" in bench.readiness.waiting["object lock"]
    assert bench.clips.objects == {}
    bench.proof = Proof(holds=True)
    await bench.lock.look()
    assert bench.readiness.waiting == {}
    assert (await bench.put(evidence_id, BODY)).status_code == 201


async def test_a_clip_of_a_part_of_the_window_says_which_part_is_missing(bench):
    now = bench.clock.now()
    window = {"from_at": utc_text(now - timedelta(seconds=60)), "to_at": utc_text(now - timedelta(seconds=30))}
    evidence_id = await bench.ask(**window)
    shows = {"from_at": utc_text(now - timedelta(seconds=50)), "to_at": utc_text(now - timedelta(seconds=30))}
    answer = await bench.put(evidence_id, BODY, params=shows)
    assert answer.status_code == 201, answer.text
    assert [gap["to_at"] for gap in answer.json()["clip"]["gaps"]] == [answer.json()["clip"]["shows"]["from_at"]]
    other = await bench.ask()
    refused = await bench.put(other, BODY, params=shows)
    assert (refused.status_code, slug(refused)) == (422, "clip-of-another-time")


@pytest.mark.parametrize(
    "params",
    [
        {"from_at": "2026-01-01T00:00:00Z"},
        {"from_at": "2026-01-01T00:00:01Z", "to_at": "2026-01-01T00:00:00Z"},
        {"from_at": "yesterday", "to_at": "today"},
        {"colour": "red"},
    ],
)
async def test_a_time_that_cannot_be_is_refused(bench, params):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, BODY, params=params)
    assert answer.status_code == 422
    await nothing_is_left(bench, evidence_id)


async def test_nobody_sends_a_clip_without_the_gate(bench):
    evidence_id = await bench.ask()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app), base_url="http://archive") as anyone:
        answer = await anyone.put(f"/v1/evidence/{evidence_id}/clip", content=BODY)
    assert answer.status_code == 401
    for who in (bench.who("auditor"), bench.who("senior-officer"), bench.who(case="case-9")):
        assert (await bench.put(evidence_id, BODY, who=who)).status_code == 403
    await nothing_is_left(bench, evidence_id)


async def test_what_is_unknown_is_unknown(bench):
    assert (await bench.put("no-such", BODY)).status_code == 404


async def test_two_who_send_the_same_at_once_both_hear_that_it_is_there_and_the_second_copy_is_settled(bench):
    evidence_id = await bench.ask()
    answers = await asyncio.gather(*(bench.put(evidence_id, BODY) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert bench.told().count("evidence.stored") == 1
    assert len(bench.clips.objects) - len(bench.store.uploads) == 1


async def test_two_who_send_different_clips_at_once_one_of_them_is_the_evidence(bench):
    evidence_id = await bench.ask()
    answers = await asyncio.gather(*(bench.put(evidence_id, clip(100_000 + extra)) for extra in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert bench.evidence(evidence_id).clip.sha256 == winner["clip"]["sha256"]


async def test_a_still_picture_is_evidence_too_and_lasts_no_time(bench):
    evidence_id = await bench.ask()
    answer = await bench.put(evidence_id, plate_jpeg("13 A 12345"))
    assert answer.status_code == 201, answer.text
    stored = answer.json()["clip"]
    assert (stored["media_type"], stored["duration_seconds"]) == ("image/jpeg", None)
    assert stored["tracks"][0]["width"] > 0
