"""The archive's manifests in a real database: what a step may change, what is found, whose a version is."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from rasid.contract.evidence import EvidenceRequestedV1
from rasid.contract.fields import utc_text
from rasid.errors import Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.paging import Cursor
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.outbox import MongoOutbox
from services.archive import lifecycle
from services.archive.erasing import ask_erasure
from services.archive.evidence import Clip, Evidence, Span, Upload, moment
from services.archive.indexes import INDEXES
from services.archive.lifecycle import Actor
from services.archive.ports import EvidenceQuery
from services.archive.releasing import ask_release
from services.archive.store import EVIDENCE, MongoStore
from tests.support.lasting import lasting

NOW = moment(SystemClock().now())
DAY = timedelta(days=1)
KEPT_SECONDS = DAY.total_seconds()


@pytest.fixture
async def database(mongo) -> AsyncIterator[Mongo]:
    connection = Mongo(mongo.address, f"test_{secrets.token_hex(4)}")
    await connection.start()
    yield connection
    await connection.stop()


@pytest.fixture
async def store(database) -> MongoStore:
    await ensure_indexes(database, lasting(INDEXES))
    return MongoStore(database)


def evidence(evidence_id: str, *, minutes: int = 0, **changes: Any) -> Evidence:
    at = NOW + timedelta(minutes=minutes)
    asked = EvidenceRequestedV1(
        evidence_id=evidence_id,
        camera_id="cam-1",
        case_id="case-1",
        from_at=utc_text(at - DAY),
        to_at=utc_text(at),
        reason="road-accident",
        agency="police",
    )
    made = lifecycle.ask(asked, Span(at - DAY, at), Actor(at, "amal"), kept_seconds=KEPT_SECONDS)
    return replace(made, **changes)


def clip(version_id: str = "v1", sha256: str = "0" * 64) -> Clip:
    return Clip(
        object=f"clips/00/{sha256}",
        version_id=version_id,
        sha256=sha256,
        size_bytes=5,
        media_type="video/mp4",
        shows=Span(NOW - DAY, NOW),
        received_at=NOW,
        received_from="amal",
        locked_until=NOW + DAY,
    )


async def stored(store: MongoStore, evidence_id: str, version_id: str, **changes: Any) -> Evidence:
    await store.add(evidence(evidence_id, **changes))
    before = await store.evidence(evidence_id)
    assert before is not None
    step = lifecycle.store(before, clip(version_id), Actor(NOW, "amal"), kept_seconds=KEPT_SECONDS)
    assert await store.save(step)
    after = await store.evidence(evidence_id)
    assert after is not None
    return after


async def test_digests_of_chunks_read_back_and_are_left_out_of_lists_as_custody_is(store):
    await store.add(evidence("e-1"))
    await store.add(evidence("e-2"))
    awaited = await store.evidence("e-1")
    big = replace(clip("v1"), chunk_sha256=bytes(range(256)) * 256)
    assert await store.save(lifecycle.store(awaited, big, Actor(NOW, "amal"), kept_seconds=KEPT_SECONDS))
    read = await store.evidence("e-1")
    assert read.clip == big
    assert {one.evidence_id: one for one in await store.page(EvidenceQuery(agency="police"), NOW)} == {
        "e-1": replace(read, clip=replace(big, chunk_sha256=b""), custody=()),
        "e-2": replace(evidence("e-2"), custody=()),
    }
    upload = Upload(
        upload_id="u-1", evidence_id="e-1", clip=big, by="amal", case_id=None, spool="s", settle_after=NOW + DAY
    )
    await store.begin(upload)
    assert await store.unsettled("s", NOW, 10) == [upload]


async def test_what_is_added_reads_back_and_is_added_once(store):
    made = evidence("e-1")
    assert await store.add(made) == made
    assert await store.add(replace(made, reason="other")) == made
    assert await store.evidence("e-1") == made
    assert await store.evidence("e-2") is None


async def test_a_step_is_one_write_with_its_event_and_never_writes_the_custody_over(store, database):
    after = await stored(store, "e-1", "v1")
    await store.note("e-1", lifecycle.entry(Actor(NOW, "basim"), "viewed"))
    step = lifecycle.hold(after, "case-1", Actor(NOW, "amal"))
    assert step is not None
    assert await store.save(step)
    assert not await store.save(step)
    found = await store.evidence("e-1")
    assert found is not None
    assert [line.deed for line in found.custody] == ["requested", "received", "stored", "viewed", "held"]
    waiting = await MongoOutbox(database, [EVIDENCE], SystemClock()).oldest(10)
    assert [one.event_id for one in waiting] == [event.id for event in (*_events_of(after), *step.events)]


def _events_of(after: Evidence) -> tuple[Any, ...]:
    before = replace(after, clip=None, state="awaited", revision=1, version=0)
    return lifecycle.store(before, clip(), Actor(NOW, "amal"), kept_seconds=KEPT_SECONDS).events


async def test_a_version_is_one_evidences_and_no_others(store):
    await stored(store, "e-1", "v1")
    with pytest.raises(Unavailable):
        await stored(store, "e-2", "v1")
    await stored(store, "e-3", "v2")
    assert await store.owners(clip().object) == {"v1", "v2"}
    other = await store.evidence("e-2")
    assert other is not None
    assert other.clip is None


async def test_pages_are_whole_in_order_and_of_one_agency(store):
    for number in range(5):
        await store.add(evidence(f"e-{number}", minutes=number // 2))
    await store.add(evidence("foreign", agency="traffic"))
    read, after = [], None
    while True:
        page = await store.page(EvidenceQuery(agency="police", after=after, limit=2), NOW)
        if not page:
            break
        read += [one.evidence_id for one in page]
        after = Cursor(page[-1].requested_at, page[-1].evidence_id)
    assert read == ["e-4", "e-3", "e-2", "e-1", "e-0"]


async def test_filters_find_what_they_say(store):
    await store.add(evidence("e-1", alert_id="alert-1"))
    await store.add(evidence("e-2", camera_id="cam-2", minutes=1))
    kept = await stored(store, "e-3", "v1", case_id="case-3")
    held = lifecycle.hold(kept, "case-9", Actor(NOW, "amal"))
    assert held is not None
    await store.save(held)
    now = await store.evidence("e-3")
    assert now is not None
    await store.save(ask_erasure(now, "court-order", Actor(NOW, "amal", "case-3"), valid_seconds=60))
    now = await store.evidence("e-3")
    assert now is not None
    await store.save(ask_release(now, "case-9", "verdict-final", Actor(NOW, "amal", "case-9"), valid_seconds=60))
    for changes, expected in (
        ({"alert_id": "alert-1"}, ["e-1"]),
        ({"camera_id": "cam-2"}, ["e-2"]),
        ({"case_id": "case-3"}, ["e-3"]),
        ({"held_by": "case-9"}, ["e-3"]),
        ({"held_by": "case-1"}, []),
        ({"state": "awaited"}, ["e-2", "e-1"]),
        ({"erasure_is_open": True}, ["e-3"]),
        ({"release_is_open": True}, ["e-3"]),
        ({"since": NOW + timedelta(minutes=1)}, ["e-2"]),
        ({"until": NOW + timedelta(minutes=1), "state": "awaited"}, ["e-1"]),
    ):
        found = await store.page(EvidenceQuery(agency="police", **changes), NOW)
        assert [one.evidence_id for one in found] == expected, changes
    for name in ("erasure_is_open", "release_is_open"):
        late = EvidenceQuery(agency="police", **{name: True})
        assert await store.page(late, NOW + timedelta(seconds=60)) == []


async def test_what_has_expired_is_not_there_at_that_moment_unless_it_is_held(store):
    await stored(store, "e-1", "v1")
    kept = await stored(store, "e-2", "v2")
    step = lifecycle.hold(kept, "case-1", Actor(NOW, "amal"))
    assert step is not None
    await store.save(step)
    query = EvidenceQuery(agency="police")
    just_before, then = NOW + DAY - timedelta(milliseconds=1), NOW + DAY
    assert {one.evidence_id for one in await store.page(query, just_before)} == {"e-1", "e-2"}
    assert [one.evidence_id for one in await store.page(query, then)] == ["e-2"]
    assert await store.overdue(just_before, 10) == []
    (late,) = await store.overdue(then, 10)
    assert late.evidence_id == "e-1"
    await store.save(lifecycle.expire(late, Actor(then)))
    assert await store.overdue(then, 10) == []
    (half,) = await store.erasing(10)
    assert (half.evidence_id, half.state, await store.erasing_since()) == ("e-1", "erasing", then)
    await store.save(lifecycle.erased(half, "certificate", Actor(then)))
    assert (await store.erasing(10), await store.erasing_since()) == ([], None)


async def test_uploads_are_found_by_their_spool_or_when_they_must_be_over(store):
    def upload(upload_id: str, spool: str) -> Upload:
        return Upload(
            upload_id=upload_id,
            evidence_id="e-1",
            clip=clip(""),
            by="amal",
            case_id="case-1",
            spool=spool,
            settle_after=NOW + DAY,
        )

    for one in (upload("u-1", "mine"), upload("u-2", "theirs")):
        await store.begin(one)
    assert await store.unsettled("mine", NOW, 10) == [upload("u-1", "mine")]
    assert len(await store.unsettled("mine", NOW + DAY, 10)) == 2
    await store.hand_over("u-1", NOW + 2 * DAY)
    assert await store.unsettled("mine", NOW, 10) == []
    await store.end("u-2")
    assert await store.unsettled("mine", NOW + 3 * DAY, 10) == []
    assert await store.strays(NOW + DAY, 10) == []
    assert [one.upload_id for one in await store.strays(NOW + 2 * DAY, 10)] == ["u-1"]
    await store.put_off("u-1", NOW + 3 * DAY)
    assert await store.strays(NOW + 2 * DAY, 10) == []


async def test_every_key_that_signed_a_certificate_stays_known(store):
    assert await store.certificate_keys() == []
    for kid in ("first", "second", "second"):
        await store.remember_certificate_key(kid, {"kid": kid, "kty": "OKP"})
    assert {key["kid"] for key in await store.certificate_keys()} == {"first", "second"}


async def test_when_alerts_came_is_remembered(store):
    await store.remember_alert("alert-1", NOW, NOW + DAY)
    await store.remember_alert("alert-1", NOW, NOW + DAY)
    assert await store.alert_received("alert-1") == NOW
    assert await store.alert_received("alert-2") is None
