import asyncio
from datetime import timedelta

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.event_ids import digest
from rasid.contract.pictures import place_of
from rasid.contract.topics import DETECTIONS, FACES
from rasid.errors import AlreadyThere, Refused
from rasid.runtime.health import Readiness
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.circuit import Circuit
from rasid.stream.drain import Away, Drain
from rasid.stream.spool import Spool
from rasid.stream.spool_lane import SpoolLane
from rasid.testing.clock import START, ManualClock
from services.ingest.normalize import StoredPicture
from services.ingest.picture_spool import FACE_KIND, KIND, PictureSpool, StoreOutlet
from services.ingest.pictures import FAILURES, PAUSE_SECONDS, REMEMBERED_SECONDS, Pictures, Retention
from services.ingest.settings import IngestSettings
from services.ingest.spooling import kept_seconds
from tests.unit.ingest.service.doubles import MemoryObjects

RETENTION = Retention(timedelta(hours=72), timedelta(days=21))


def picture(number, *, is_face=False):
    body = b"\xff\xd8\xff" + str(number).encode()
    return StoredPicture(digest(body), "image/jpeg", body, is_face)


class Bench:
    def __init__(self):
        self.clock = ManualClock()
        self.store = MemoryObjects()
        self.metrics = Metrics(CollectorRegistry())
        self.states = []
        self.pictures = Pictures(
            self.store,
            "pictures",
            RETENTION,
            clock=self.clock,
            metrics=self.metrics,
            deadline_seconds=0.3,
            linger_seconds=0,
            ids=RandomIds(),
            on_state=self.states.append,
        )

    async def keep(self, *pictures):
        """Whether each is durable."""
        uris = await self.pictures.keep(pictures, self.clock.now())
        return None not in uris

    def read(self, uri):
        """What a reader gets by a picture's `uri`."""
        place = place_of(uri)
        body, _ = self.store.objects["pictures", place.key]
        return body[place.start : place.start + place.size_bytes]

    def count(self, outcome):
        return self.metrics.registry.get_sample_value("rasid_ingest_pictures_total", {"outcome": outcome}) or 0


@pytest.fixture
def bench():
    return Bench()


async def test_pictures_of_a_class_are_stored_together_until_they_expire(bench):
    one, two, face = picture(1), picture(2), picture(3, is_face=True)
    uris = await bench.pictures.keep([one, face, two], START)
    assert [bench.read(uri) for uri in uris] == [one.body, face.body, two.body]
    assert [place_of(uri).expires_at - START for uri in uris] == [
        RETENTION.others,
        RETENTION.faces,
        RETENTION.others,
    ]
    assert bench.store.puts == 2
    assert bench.count("stored") == 3
    assert bench.states[-1] is None


async def test_a_picture_that_was_stored_lately_is_not_stored_again(bench):
    [uri] = await bench.pictures.keep([picture(1)], START)
    assert await bench.keep(picture(1))
    assert bench.store.puts == 1
    assert bench.count("known") == 1
    bench.clock.shift(REMEMBERED_SECONDS / 2)
    assert await bench.pictures.keep([picture(1)], bench.clock.now()) == [uri], "where it is"
    bench.clock.shift(REMEMBERED_SECONDS / 2)
    assert await bench.keep(picture(1))
    assert bench.store.puts == 2


async def test_a_picture_that_an_event_has_twice_is_stored_once_for_each_class(bench):
    one, face = picture(1), picture(1, is_face=True)
    uris = await bench.pictures.keep([one, face, one], START)
    assert uris[0] == uris[2]
    assert {body for body, _ in bench.store.objects.values()} == {one.body}
    assert bench.store.puts == 2


async def test_one_picture_that_is_missing_makes_the_set_incomplete(bench):
    [uri] = await bench.pictures.keep([picture(1)], START)
    bench.store.is_away = True
    assert await bench.pictures.keep([picture(1), picture(2)], START) == [uri, None]
    assert "the object store" in bench.states[-1]


async def test_a_store_that_fails_several_times_is_left_alone_for_a_while(bench):
    bench.store.is_away = True
    for number in range(FAILURES + 5):
        assert not await bench.keep(picture(number))
    assert bench.store.puts == FAILURES
    assert bench.count("unavailable") == FAILURES + 5
    bench.clock.shift(PAUSE_SECONDS)
    bench.store.is_away = False
    assert await bench.keep(picture(99))
    assert await bench.keep(picture(100))


async def test_a_failing_probe_closes_the_store_again(bench):
    bench.store.is_away = True
    for number in range(FAILURES):
        await bench.keep(picture(number))
    bench.clock.shift(PAUSE_SECONDS)
    await asyncio.gather(*(bench.keep(picture(number)) for number in range(10, 12)))
    puts = bench.store.puts
    await bench.keep(picture(50))
    assert bench.store.puts == puts


@pytest.fixture
async def sheltered(tmp_path):
    """A bench whose pictures have a spool, and the lane that empties it."""
    bench = Bench()
    spool = Spool(tmp_path, kind="pictures", limit_bytes=20_000, clock=bench.clock, metrics=bench.metrics)
    await spool.open()
    bench.pictures = Pictures(
        bench.store,
        "pictures",
        RETENTION,
        clock=bench.clock,
        metrics=bench.metrics,
        deadline_seconds=0.3,
        linger_seconds=0,
        ids=RandomIds(),
        shelter=PictureSpool(spool),
    )
    bench.outlet = StoreOutlet(bench.store, "pictures")
    bench.lane = SpoolLane(spool, bench.outlet, retention_seconds={KIND: 3600}, metrics=bench.metrics)
    yield bench
    await spool.close()


async def test_a_picture_that_the_store_does_not_take_is_durable_on_the_disk_and_follows(sheltered):
    sheltered.store.is_away = True
    one, two = picture(1), picture(2)
    uris = await sheltered.pictures.keep([one, two], START)
    assert sheltered.count("spooled") == 2
    assert await sheltered.keep(one), "it is known to be durable"
    step = await sheltered.lane.step(10)
    assert (step.arrived, sheltered.lane.spool.rows) == (0, 1), "the store is still away"
    sheltered.store.is_away = False
    assert (await sheltered.lane.step(10)).arrived == 1, "they go as they came, together"
    assert [sheltered.read(uri) for uri in uris] == [one.body, two.body]
    assert sheltered.lane.spool.rows == 0


@pytest.mark.parametrize("answer", [Refused("it does not lock here"), AlreadyThere("an object has this key")])
async def test_a_store_that_refuses_a_picture_does_not_cost_its_read(sheltered, answer, monkeypatch):
    async def refuses(*picture, deadline_seconds):
        raise answer

    monkeypatch.setattr(sheltered.store, "put", refuses)
    assert await sheltered.keep(picture(1))
    assert sheltered.count("spooled") == 1
    step = await sheltered.lane.step(10)
    is_there = isinstance(answer, AlreadyThere)
    assert (step.arrived, sheltered.lane.spool.rows) == ((1, 0) if is_there else (0, 1))


async def test_a_picture_of_a_face_waits_no_longer_than_its_topic_keeps_the_event(sheltered):
    sheltered.store.is_away = True
    both = picture(1)
    face = msgspec.structs.replace(both, is_face=True)
    assert await sheltered.keep(face)
    assert await sheltered.keep(both), "it is another event's as well"
    rows = await sheltered.lane.spool.oldest(9)
    assert [row.kind for row in rows] == [FACE_KIND, KIND]
    usual, short = settings(), settings(retention_seconds=3600, faces_retention_seconds=180)
    topics = [FACES.retention_seconds, DETECTIONS.retention_seconds]
    assert [kept_seconds(usual)[row.kind] for row in rows] == topics
    assert [kept_seconds(short)[row.kind] for row in rows] == [180, 3600], "nor than the store keeps its pictures"


def settings(**given):
    return IngestSettings.model_construct(
        **{"retention_seconds": 21 * 86400, "faces_retention_seconds": 72 * 3600} | given
    )


async def test_what_was_spooled_before_pictures_had_keys_goes_to_its_old_place(sheltered):
    one = picture(1)
    before = msgspec.msgpack.encode({"sha256": one.sha256, "media_type": one.media_type, "body": one.body})
    await sheltered.lane.spool.append(KIND, before)
    assert (await sheltered.lane.step(1)).arrived == 1
    assert sheltered.store.objects == {("pictures", one.sha256): (one.body, "image/jpeg")}


async def test_failures_of_the_store_between_which_it_took_something_are_not_in_a_row(sheltered):
    circuit = Circuit()
    drain = drain_of(sheltered, circuit)
    for number in range(FAILURES * 2):
        sheltered.store.is_away = True
        await sheltered.keep(picture(number))
        await drain._turn()
        assert not circuit.is_open
        sheltered.store.is_away = False
        await drain._turn()
        assert sheltered.lane.spool.rows == 0


@pytest.mark.expects_errors("does not acknowledge")
async def test_a_store_that_fails_in_a_row_is_only_probed(sheltered):
    circuit = Circuit()
    drain = drain_of(sheltered, circuit)
    sheltered.store.is_away = True
    await sheltered.keep(picture(1))
    for _ in range(FAILURES):
        await drain._turn()
    assert circuit.is_open


def drain_of(bench, circuit):
    return Drain(
        bench.lane,
        Away("the object store", circuit, lambda: bench.outlet.acknowledged, is_vital=False),
        per_second=50,
        limit_bytes=20_000,
        clock=bench.clock,
        metrics=bench.metrics,
        readiness=Readiness(),
        pulse=Pulse("the spool of pictures", 60, bench.clock),
    )


async def test_without_store_and_room_a_picture_is_not_called_durable(sheltered):
    sheltered.store.is_away = True
    large = [StoredPicture(digest(body), "image/jpeg", body) for body in (b"1" * 15_000, b"2" * 15_000)]
    assert await sheltered.keep(large[0])
    assert not await sheltered.keep(large[1])
    assert sheltered.count("unavailable") == 1


@pytest.mark.expects_errors("does not arrive")
async def test_a_picture_that_waits_for_too_long_is_deleted_and_counted(sheltered):
    sheltered.store.is_away = True
    await sheltered.keep(picture(1))
    sheltered.clock.shift(3601)
    await sheltered.lane.sweep()
    assert sheltered.lane.spool.rows == 0
    lost = {"kind": "pictures", "reason": "expired_in_spool"}
    assert sheltered.metrics.registry.get_sample_value("rasid_spool_lost_total", lost) == 1
