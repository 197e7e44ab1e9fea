"""The clip behind a link: on record before, whole or in ranges, and an altered copy is found out."""

import hashlib
from typing import Any

import httpx
import pytest

from rasid.errors import Unavailable
from services.archive.digests import digest_field
from tests.support.archive_store import CHUNK_BYTES
from tests.support.clips import clip
from tests.unit.archive.service import ServiceBench

BODY = clip(300_000)
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
async def link(bench: ServiceBench) -> str:
    return await bench.link(await bench.stored(BODY))


async def fetch(bench: ServiceBench, link: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Without a token: the link is the permission."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app), base_url="http://archive") as anyone:
        return await anyone.request(method, link, headers=headers)


def kept(bench: ServiceBench) -> Any:
    (only,) = bench.clips.objects.values()
    return only


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


async def test_the_whole_clip_comes_back_byte_for_byte(bench, link):
    answer = await fetch(bench, link)
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["etag"] == f'"{SHA256}"'
    assert answer.headers["repr-digest"] == digest_field(SHA256)
    assert (answer.headers["content-type"], answer.headers["accept-ranges"]) == ("video/mp4", "bytes")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].endswith('.mp4"')


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-7", -7, None), ("bytes=65530-140000", 65530, 140001)],
)
async def test_a_range_is_just_that(bench, link, asked, start, end):
    answer = await fetch(bench, link, Range=asked)
    assert (answer.status_code, answer.content) == (206, BODY[start:end])
    first = start % len(BODY)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(BODY)}"
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_a_range_beyond_the_end_is_refused_with_the_size(bench, link):
    answer = await fetch(bench, link, Range=f"bytes={len(BODY)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")


async def test_a_range_of_another_version_is_the_whole(bench, link):
    other = await fetch(bench, link, Range="bytes=0-9", **{"If-Range": '"another"'})
    same = await fetch(bench, link, Range="bytes=0-9", **{"If-Range": f'"{SHA256}"'})
    assert (other.status_code, same.status_code) == (200, 206)


async def test_head_tells_the_same_without_the_bytes(bench, link):
    whole, head = await fetch(bench, link), await fetch(bench, link, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "repr-digest"):
        assert head.headers[name] == whole.headers[name]
    part = await fetch(bench, link, "HEAD", Range="bytes=0-9")
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


async def test_a_link_is_on_record_before_it_is_given_and_stands_in_the_custody(bench):
    evidence_id = await bench.stored(BODY)
    bench.gate.publisher.events.clear()
    await bench.link(evidence_id)
    records = bench.gate.records()
    assert [record.stage for record in records] == ["intent", "result"]
    assert records[0].operation == "consult"
    (viewed,) = [line for line in bench.evidence(evidence_id).custody if line.deed == "viewed"]
    assert (viewed.by, viewed.case_id) == ("officer-1", "case-1")


async def test_a_link_that_was_not_made_here_or_is_too_old_opens_nothing(bench, link):
    forged = await fetch(bench, link[:-2] + ("AA" if not link.endswith("AA") else "BB"))
    assert (forged.status_code, slug(forged)) == (403, "link-invalid")
    bench.clock.shift(301)
    late = await fetch(bench, link)
    assert (late.status_code, slug(late)) == (403, "link-expired")


async def test_a_clip_that_has_expired_is_not_shown_though_the_link_is_still_good(bench):
    evidence_id = await bench.stored(BODY)
    bench.clock.shift(21 * 86400 - 10)
    link = bench.links.make(evidence_id, subject="officer-1", case_id="case-1")
    assert (await fetch(bench, link=f"/v1/media/{link}")).status_code == 200
    bench.clock.shift(10)
    assert (await fetch(bench, link=f"/v1/media/{link}")).status_code == 404


@pytest.mark.expects_errors("not what was put")
@pytest.mark.parametrize("at", [0, CHUNK_BYTES + 5, len(BODY) - 1])
async def test_an_altered_copy_is_never_shown_whole(bench, at):
    evidence_id = await bench.stored(BODY)
    link = await bench.link(evidence_id)
    body = bytearray(BODY)
    body[at] ^= 1
    kept(bench).body = bytes(body)
    shown = b""
    with pytest.raises(AssertionError):  # how this transport tells of a response that was not completed
        shown = (await fetch(bench, link)).content
    assert len(shown) < len(BODY)
    assert bench.deeds(evidence_id)[-1] == "found_altered"
    assert bench.gate.metrics.altered._value.get() == 1


@pytest.mark.expects_errors("not what was put")
@pytest.mark.parametrize("change", [lambda body: body[:-1], lambda body: body + b"x", lambda body: b""])
async def test_a_copy_of_another_length_is_refused_at_once(bench, change):
    evidence_id = await bench.stored(BODY)
    link = await bench.link(evidence_id)
    kept(bench).body = change(BODY)
    for asked in ({}, {"Range": "bytes=10-20"}):
        answer = await fetch(bench, link, **asked)
        assert (answer.status_code, slug(answer)) == (409, "evidence-altered")


@pytest.mark.expects_errors("not what was put")
async def test_a_small_altered_clip_is_refused_before_a_byte_is_sent(bench):
    body = clip(0)
    assert len(body) < CHUNK_BYTES
    evidence_id = await bench.stored(body)
    link = await bench.link(evidence_id)
    kept(bench).body = body[:-1] + bytes([body[-1] ^ 1])
    answer = await fetch(bench, link)
    assert (answer.status_code, slug(answer)) == (409, "evidence-altered")


@pytest.mark.expects_errors("not what was put")
async def test_verifying_says_whether_it_is_intact(bench):
    evidence_id = await bench.stored(BODY)
    intact = await bench.send("POST", f"/v1/evidence/{evidence_id}/verify")
    assert (intact.status_code, intact.json()["intact"], intact.json()["sha256"]) == (200, True, SHA256)
    kept(bench).body = BODY[:-1] + b"\xff"
    altered = await bench.send("POST", f"/v1/evidence/{evidence_id}/verify")
    assert (altered.status_code, altered.json()["intact"]) == (200, False)
    assert bench.deeds(evidence_id)[-2:] == ["verified", "found_altered"]


async def test_there_is_no_link_to_what_has_not_come(bench):
    answer = await bench.send("POST", f"/v1/evidence/{await bench.ask()}/links")
    assert (answer.status_code, slug(answer)) == (409, "clip-not-stored")


@pytest.mark.expects_errors("unavailable")
async def test_a_store_that_is_away_is_told(bench, link):
    async def away(*_: Any) -> Any:
        raise Unavailable("the object store", "away")
        yield b""

    bench.clips.read_verified = away
    assert (await fetch(bench, link)).status_code == 503
