"""Links to pictures, and what they open."""

import hashlib
from datetime import timedelta

import pytest
from msgspec.structs import replace

from rasid.contract.detections import Image
from rasid.contract.fields import parse_utc
from rasid.contract.pictures import make_key, make_uri
from rasid.identity.media_links import LINK_SECONDS
from rasid.testing.clock import START
from tests.unit.search.making import PLATE, read

JPEG = b"\xff\xd8\xff picture"
SHA256 = hashlib.sha256(JPEG).hexdigest()
OLD = "by its digest"


def image(sha256=SHA256, media_type="image/jpeg", kind="plate", uri=OLD):
    """By default as events of before refer to it."""
    where = f"picture:{sha256}" if uri == OLD else uri
    return Image(kind=kind, sha256=sha256, media_type=media_type, size_bytes=len(JPEG), uri=where)


async def link(bench, sha256=SHA256, **options):
    (passage,) = bench.store.passages
    return await bench.send("GET", f"/v1/passages/{passage}/pictures/{sha256}", **options)


async def test_a_link_opens_the_picture_without_a_token_for_a_short_while(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(JPEG)
    made = (await link(bench)).json()
    assert (made["media_type"], made["sha256"], made["size_bytes"]) == ("image/jpeg", SHA256, len(JPEG))
    shown = await bench.http.get(made["url"])
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in shown.headers["cache-control"]
    bench.clock.shift(LINK_SECONDS)
    late = await bench.http.get(made["url"])
    assert (late.status_code, late.json()["type"]) == (403, "urn:rasid:problem:link-expired")


async def test_a_link_is_on_record_once_and_its_fetches_are_not(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(JPEG)
    made = (await link(bench)).json()
    for _ in range(3):
        await bench.http.get(made["url"])
    results = [record for record in bench.gate.records() if record.stage == "result"]
    assert [(record.case_id, len(record.subjects)) for record in results] == [("case-1", 1)]
    assert results[0].route == "GET /v1/passages/{passage_id}/pictures/{sha256}"


async def test_no_link_without_a_case_to_a_strangers_picture_or_of_what_has_expired(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(b"another")
    other = hashlib.sha256(b"another").hexdigest()
    assert (await link(bench, who=bench.gate.headers(case=None))).status_code == 403
    assert (await link(bench, other)).json()["type"] == "urn:rasid:problem:picture-unknown"
    assert (await link(bench, "x" * 64)).status_code == 422
    bench.clock.shift(bench.retention.total_seconds() + 1)
    assert (await link(bench, who=bench.gate.headers())).json()["type"] == "urn:rasid:problem:passage-unknown"


async def test_a_link_opens_nothing_any_more_once_its_passage_has_expired(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(JPEG)
    bench.clock.shift(bench.retention.total_seconds() - LINK_SECONDS / 2)
    made = (await link(bench, who=bench.gate.headers())).json()
    assert (await bench.http.get(made["url"])).status_code == 200
    assert parse_utc(made["expires_at"]) == START + timedelta(seconds=0.3) + bench.retention
    bench.clock.shift(LINK_SECONDS / 2 + 1)
    late = await bench.http.get(made["url"])
    assert (late.status_code, late.json()["type"]) == (403, "urn:rasid:problem:link-expired")


async def test_a_link_opens_nothing_once_its_passage_has_gone_sooner_than_was_known(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(JPEG)
    made = (await link(bench)).json()
    bench.store.sightings.clear()
    late = await bench.http.get(made["url"])
    assert (late.status_code, late.json()["type"]) == (404, "urn:rasid:problem:passage-unknown")


async def test_a_picture_that_expires_before_its_passage_is_shown_no_longer_than_it_is_kept(bench):
    until = START + timedelta(hours=72)
    key = make_key("face", until, SHA256)
    await bench.see(read(images=(image(uri=make_uri(key)),)))
    bench.pictures.put(JPEG, key)
    bench.clock.shift(timedelta(hours=72).total_seconds() - LINK_SECONDS / 2)
    made = (await link(bench, who=bench.gate.headers())).json()
    assert parse_utc(made["expires_at"]) == until
    bench.clock.shift(LINK_SECONDS / 2 - 1)
    assert (await bench.http.get(made["url"])).content == JPEG
    bench.clock.shift(1)
    assert (await bench.http.get(made["url"])).status_code == 403, "the link is over with it, its bytes still there"
    again = await link(bench, who=bench.gate.headers())
    assert (again.status_code, again.json()["type"]) == (404, "urn:rasid:problem:picture-expired")


async def test_a_picture_of_which_a_shorter_end_is_known_since_is_not_shown_by_an_older_link(bench):
    await bench.see(read(images=(image(),)))
    bench.pictures.put(JPEG)
    made = (await link(bench)).json()
    ((sighting_id, (stored,)),) = bench.store.sightings.items()
    over = image(uri=make_uri(make_key("face", bench.clock.now(), SHA256)))
    bench.store.sightings[sighting_id] = [replace(stored, images=(over,))]
    shown = await bench.http.get(made["url"])
    assert (shown.status_code, shown.json()["type"]) == (404, "urn:rasid:problem:picture-expired")


async def test_of_a_pack_nobody_gets_more_than_the_one_picture(bench):
    key = make_key("other", START + timedelta(days=21), "pack")
    bench.pictures.put(b"somebody else" + JPEG + b"and another", key)
    await bench.see(read(images=(image(uri=make_uri(key, 13, len(JPEG))),)))
    assert (await bench.http.get((await link(bench)).json()["url"])).content == JPEG


@pytest.mark.expects_errors("is not what was put there")
@pytest.mark.parametrize(("start", "size_bytes"), [(12, len(JPEG)), (13, len(JPEG) + 1), (0, 10_000), (10_000, 5)])
async def test_a_reference_to_other_bytes_of_a_pack_shows_nothing(bench, start, size_bytes):
    key = make_key("other", START + timedelta(days=21), "pack")
    bench.pictures.put(b"somebody else" + JPEG + b"and another", key)
    await bench.see(read(images=(image(uri=make_uri(key, start, size_bytes)),)))
    shown = await bench.http.get((await link(bench)).json()["url"])
    assert (shown.status_code, shown.json()["type"]) == (503, "urn:rasid:problem:picture-altered")


async def test_a_picture_that_was_not_kept_is_told(bench):
    await bench.see(read(images=(image(uri=None),)))
    refused = await link(bench)
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:rasid:problem:picture-not-stored")


async def test_a_picture_that_was_sent_again_is_listed_once_where_it_is_kept_longer(bench):
    first, second = (make_key("other", START + timedelta(days=21, seconds=n), SHA256) for n in (0, 200))
    later = read(images=(image(uri=make_uri(second)),))
    await bench.see(later, read(revision=1, images=(image(uri=make_uri(first)),)))
    (passage,) = bench.store.passages.values()
    assert [one.uri for one in passage.images] == [make_uri(second)]


@pytest.mark.expects_errors("picture", "unavailable")
async def test_what_cannot_be_shown_is_told_apart(bench):
    await bench.see(read(images=(image(),)))
    url = (await link(bench)).json()["url"]
    pending = await bench.http.get(url)
    assert (pending.status_code, pending.json()["type"]) == (404, "urn:rasid:problem:image-pending")
    assert int(pending.headers["retry-after"]) > 0
    bench.pictures.put(JPEG)
    bench.pictures.objects = dict.fromkeys(bench.pictures.objects, b"\xff\xd8\xff altered")
    altered = await bench.http.get(url)
    assert (altered.status_code, altered.json()["type"]) == (503, "urn:rasid:problem:picture-altered")
    bench.pictures.is_away = True
    assert (await bench.http.get(url)).json()["type"] == "urn:rasid:problem:unavailable"


@pytest.mark.parametrize("token", ["nonsense", "A" * 200, "%00", "..%2f..%2fetc"])
async def test_what_was_not_made_here_opens_nothing(bench, token):
    assert (await bench.http.get(f"/v1/media/{token}")).status_code in {403, 404}


async def test_what_a_browser_should_not_run_is_handed_out_as_a_file(bench):
    body = b"<script>alert(1)</script>"
    sha256 = bench.pictures.put(body)
    await bench.see(read(PLATE, images=(image(sha256, "image/svg+xml"),)))
    shown = await bench.http.get((await link(bench, sha256)).json()["url"])
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"] == "attachment"
    assert "sandbox" in shown.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["face", "person"])
async def test_a_picture_of_a_person_is_not_given_to_whoever_may_see_plates(bench, kind):
    await bench.see(read(images=(image(kind=kind),)))
    bench.pictures.put(JPEG)
    refused = await link(bench)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:rasid:problem:policy-denied")
    assert [record.decision for record in bench.gate.records() if record.stage == "result"] == ["deny"]
