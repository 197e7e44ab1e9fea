"""The clip behind a link: on record before, whole or in ranges, and an altered copy is found out."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from rasid.errors import Unavailable
from rasid.runtime.hashing import CHUNK_BYTES
from services.archive.digests import digest_field
from tests.support.clips import clip
from tests.unit.archive.service import ServiceBench

BODY = clip(2 * CHUNK_BYTES + 300_000)
SHA256 = hashlib.sha256(BODY).hexdigest()
EDGES = ((0, CHUNK_BYTES - 1), (CHUNK_BYTES, 2 * CHUNK_BYTES - 1), (2 * CHUNK_BYTES, len(BODY) - 1))
"""The first and the last byte of each chunk."""


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


def flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


async def sent(bench: ServiceBench, link: str, **headers: str) -> tuple[bytes, bool]:
    """What goes out of a GET, byte for byte, and whether it is brought to its end."""
    messages: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        messages.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": link, "query_string": b"", "headers": raw, "http_version": "1.1"}
    await bench.app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    is_ok = messages and messages[0]["status"] in {200, 206}
    return (body if is_ok else b""), bool(is_ok and not messages[-1]["more_body"])


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
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        (f"bytes=-{len(BODY) - 1}", 1, None),
        (f"bytes=-{len(BODY) + 1}", 0, None),
        (f"bytes=0-{CHUNK_BYTES - 1}", 0, CHUNK_BYTES),
        (f"bytes={CHUNK_BYTES}-{2 * CHUNK_BYTES - 1}", CHUNK_BYTES, 2 * CHUNK_BYTES),
        (f"bytes={CHUNK_BYTES - 1}-{CHUNK_BYTES}", CHUNK_BYTES - 1, CHUNK_BYTES + 1),
        (f"bytes={len(BODY) - 1}-{len(BODY) + 5}", len(BODY) - 1, None),
    ],
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
async def test_not_one_altered_byte_of_a_copy_is_shown(bench, at):
    evidence_id = await bench.stored(BODY)
    link = await bench.link(evidence_id)
    kept(bench).body = flipped(BODY, at)
    shown, is_complete = await sent(bench, link)
    assert BODY.startswith(shown)
    assert len(shown) <= at // CHUNK_BYTES * CHUNK_BYTES
    assert not is_complete
    assert bench.deeds(evidence_id)[-1] == "found_altered"
    assert bench.gate.metrics.altered._value.get() == 1


@pytest.mark.expects_errors("not what was put")
@pytest.mark.parametrize("chunk", range(3))
async def test_one_altered_byte_is_found_by_every_range_that_touches_its_chunk_and_by_no_other(bench, chunk):
    evidence_id = await bench.stored(BODY)
    link = await bench.link(evidence_id)
    kept(bench).body = flipped(BODY, chunk * CHUNK_BYTES + 1000)
    for number, (first, last) in enumerate(EDGES):
        for asked in (first, last):
            answer = await fetch(bench, link, Range=f"bytes={asked}-{asked}")
            if number == chunk:
                assert (answer.status_code, slug(answer)) == (409, "evidence-altered")
            else:
                assert (answer.status_code, answer.content) == (206, BODY[asked : asked + 1])
    suffix = await fetch(bench, link, Range="bytes=-1")
    assert suffix.status_code == (409 if chunk == len(EDGES) - 1 else 206)
    assert bench.deeds(evidence_id)[-1] == "found_altered"


@pytest.mark.expects_errors("not what was put")
async def test_a_range_breaks_off_before_the_chunk_that_is_altered(bench):
    link = await bench.link(await bench.stored(BODY))
    kept(bench).body = flipped(BODY, 2 * CHUNK_BYTES)
    shown, is_complete = await sent(bench, link, Range=f"bytes=10-{len(BODY) - 2}")
    assert (shown, is_complete) == (BODY[10 : 2 * CHUNK_BYTES], False)


async def test_a_range_costs_no_more_than_the_chunks_it_touches(bench, link):
    await fetch(bench, link, Range=f"bytes={CHUNK_BYTES}-{CHUNK_BYTES + 9}")
    assert bench.clips.fetched == [(CHUNK_BYTES, CHUNK_BYTES)]


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=-", "bytes="])
async def test_several_ranges_at_once_and_what_is_none_are_answered_with_the_whole(bench, link, asked):
    answer = await fetch(bench, link, Range=asked)
    assert (answer.status_code, answer.content) == (200, BODY)
    assert "content-range" not in answer.headers


def before_there_were_digests_of_chunks(bench: ServiceBench, evidence_id: str) -> None:
    evidence = bench.evidence(evidence_id)
    assert evidence.clip is not None
    bench.store.stored[evidence_id] = replace(evidence, clip=replace(evidence.clip, chunk_sha256=b""))


async def test_a_clip_from_before_is_read_whole_at_its_first_showing_and_by_chunks_from_then_on(bench):
    evidence_id = await bench.stored(BODY)
    chunk_sha256 = bench.evidence(evidence_id).clip.chunk_sha256
    before_there_were_digests_of_chunks(bench, evidence_id)
    link = await bench.link(evidence_id)
    answers = await asyncio.gather(*(fetch(bench, link, Range="bytes=5-9") for _ in range(5)))
    assert [(answer.status_code, answer.content) for answer in answers] == [(206, BODY[5:10])] * 5
    assert len(bench.clips.fetched) == 3 + 5
    assert bench.evidence(evidence_id).clip.chunk_sha256 == chunk_sha256
    assert bench.deeds(evidence_id)[-2:] == ["viewed", "verified"]


@pytest.mark.expects_errors("not what was put")
async def test_of_an_altered_clip_from_before_no_range_is_shown(bench):
    evidence_id = await bench.stored(BODY)
    before_there_were_digests_of_chunks(bench, evidence_id)
    link = await bench.link(evidence_id)
    kept(bench).body = flipped(BODY, len(BODY) - 1)
    answer = await fetch(bench, link, Range="bytes=5-9")
    assert (answer.status_code, slug(answer)) == (409, "evidence-altered")
    assert bench.evidence(evidence_id).clip.chunk_sha256 == b""
    assert bench.deeds(evidence_id)[-1] == "found_altered"


@pytest.mark.expects_errors("not what was put")
async def test_verifying_finds_digests_of_chunks_that_are_not_those_of_the_bytes(bench):
    evidence_id = await bench.stored(BODY)
    evidence = bench.evidence(evidence_id)
    wrong = replace(evidence.clip, chunk_sha256=flipped(evidence.clip.chunk_sha256, 40))
    bench.store.stored[evidence_id] = replace(evidence, clip=wrong)
    answer = await bench.send("POST", f"/v1/evidence/{evidence_id}/verify")
    assert answer.json()["intact"] is False


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

    bench.clips.read = away
    assert (await fetch(bench, link)).status_code == 503
