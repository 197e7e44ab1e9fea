"""One suite on the double and on a real server: what the search service needs of its stores."""

import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from rasid.errors import Unavailable
from rasid.runtime.ids import RandomIds
from rasid.runtime.paging import Cursor
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.testing.clock import START, ManualClock
from services.search.camera_day import Link, heard
from services.search.camera_store import MongoCameraStore
from services.search.indexes import INDEXES
from services.search.knowledge import Knowledge
from services.search.lexicon import Lexicon
from services.search.lookback import LOOKBACK, Lookback
from services.search.lookback_store import MongoLookbackStore
from services.search.paging import Position
from services.search.passages import passage_of
from services.search.plate_store import MongoPlateStore
from services.search.ports import Added, PassageQuery
from services.search.store import PASSAGES, MongoPassageStore
from services.search.tiers import EARLIEST, LATEST, Window
from tests.support.lasting import lasting
from tests.support.passage_store import MemoryLookbackStore, MemoryPassageStore
from tests.unit.search.making import PLATE, RETENTION, passage, read

NOW = START + timedelta(minutes=5)
ALWAYS = Window(EARLIEST, LATEST, EARLIEST)
CLOCK = ManualClock()


@pytest.fixture
async def database(mongo):
    database = Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=20)
    await database.start()
    await ensure_indexes(database, lasting(INDEXES))
    yield database
    await database.stop()


@pytest.fixture(params=["memory", "mongo"])
async def store(request, database):
    if request.param == "memory":
        return MemoryPassageStore()
    return MongoPassageStore(database)


@pytest.fixture
async def mongo_store(database):
    return MongoPassageStore(database)


async def everything(store, **query):
    return await store.find(PassageQuery(window=query.pop("window", ALWAYS), **({"limit": 1000} | query)), NOW)


def sighting(track="1"):
    """Revisions of one sighting: some near each other, some after the camera counted anew."""
    times = [0, 50, 100, 400, 450, 900]
    return [passage(seen=seen, revision=number, track=track) for number, seen in enumerate(times)]


async def test_parts_are_merged_whatever_the_order_and_the_pieces(store):
    parts = [*sighting(track="1"), *sighting(track="2"), passage(seen=3, track="3")]
    await store.add(parts)
    expected = await everything(store)
    assert [len(one.detection_ids) for one in expected] == [1, 1, 2, 2, 1, 3, 3]
    other = type(store)() if isinstance(store, MemoryPassageStore) else store
    chance = random.Random(7)
    for _ in range(3):
        again = [*parts, *parts[:4]]
        chance.shuffle(again)
        for start in range(0, len(again), 3):
            await other.add(again[start : start + 3])
    assert await everything(other) == expected


async def test_one_by_one_from_the_last_to_the_first_is_the_same(store, database):
    for part in reversed(sighting()):
        await store.add([part])
    one_by_one = await everything(store)
    at_once = MemoryPassageStore()
    await at_once.add(sighting())
    assert one_by_one == await everything(at_once)


async def test_a_read_that_bridges_two_passages_leaves_one(store):
    first, bridge, last = (passage(seen=seen, revision=number) for number, seen in enumerate([0, 100, 200]))
    assert await store.add([first, last]) == Added(new=1)
    assert len(await everything(store)) == 2
    assert await store.add([bridge]) == Added(grown=1)
    (one,) = await everything(store)
    assert len(one.detection_ids) == 3
    assert await store.add([first, bridge, last]) == Added(known=1)


async def test_what_was_cut_off_between_two_writes_is_mended_when_it_comes_again(mongo_store, database, monkeypatch):
    first, bridge, last = (passage(seen=seen, revision=number) for number, seen in enumerate([0, 100, 200]))
    await mongo_store.add([first, last])
    collection = database.collection(PASSAGES)

    async def dies(query):
        raise Unavailable("the database", "the test cut it off")

    monkeypatch.setattr(mongo_store._passages, "delete", dies)
    with pytest.raises(Unavailable):
        await mongo_store.add([bridge])
    monkeypatch.undo()
    assert await collection.count({}) == 2
    await mongo_store.add([bridge])
    (one,) = await everything(mongo_store)
    assert len(one.detection_ids) == 3
    assert await mongo_store.add([bridge]) == Added(known=1)


async def test_two_processes_at_once_lose_nothing(mongo_store, monkeypatch):
    first, second, third = (passage(seen=number, revision=number) for number in range(3))
    await mongo_store.add([first])
    rows = mongo_store._rows

    async def slow(ids):
        found = await rows(ids)
        monkeypatch.undo()
        await mongo_store.add([second])
        return found

    monkeypatch.setattr(mongo_store, "_rows", slow)
    with pytest.raises(Unavailable):
        await mongo_store.add([third])
    await mongo_store.add([third])
    (one,) = await everything(mongo_store)
    assert len(one.detection_ids) == 3


async def test_pages_follow_each_other_in_order_and_filters_narrow(store):
    parts = [
        passage(f"13A{number % 3}", seen=number // 2, track=str(number), camera_id=f"cam-{number % 2}", site_id="s")
        for number in range(20)
    ]
    await store.add(parts)
    expected = sorted(parts, key=lambda part: (part.captured_at, part.passage_id), reverse=True)
    found, after = [], None
    while page := await everything(store, limit=3, after=after):
        found += page
        after = Position(page[-1].captured_at, page[-1].passage_id)
    assert found == expected
    window = Window(START + timedelta(seconds=2), START + timedelta(seconds=5), EARLIEST)
    assert await everything(store, window=window) == [
        part for part in expected if window.since <= part.captured_at < window.until
    ]
    assert await everything(store, plates=["13A1", "13A2"], camera_ids=["cam-1"]) == [
        part for part in expected if part.plates[0] in {"13A1", "13A2"} and part.camera_id == "cam-1"
    ]
    assert await everything(store, site_ids=["t"]) == await everything(store, site_ids=[]) == []
    assert await everything(store, window=Window(EARLIEST, LATEST, START + timedelta(days=1))) == []


async def test_pages_go_on_within_one_moment_and_over_more_cameras_than_one_question_takes(store):
    cameras = [f"cam-{number:03d}" for number in range(250)]
    parts = [
        passage(seen=60 * (number // 25), track=str(number), camera_id=name) for number, name in enumerate(cameras)
    ]
    await store.add(parts)
    expected = sorted(parts, key=lambda part: (part.captured_at, part.passage_id), reverse=True)
    for keys in ({"camera_ids": cameras}, {}, {"site_ids": {part.site_id for part in parts}}):
        found, after = [], None
        while page := await everything(store, limit=37, after=after, **keys):
            found += page
            after = Position(page[-1].captured_at, page[-1].passage_id)
        assert found == expected
    some = await everything(store, camera_ids=cameras[::2], site_ids={parts[0].site_id})
    assert some == [part for part in expected if part.camera_id in cameras[::2]]


async def test_a_time_that_cannot_be_is_stored_and_found(store):
    told = ["0001-01-01T00:00:00.000Z", "1969-07-20T20:17:40.000Z", "9999-12-31T23:59:59.998Z"]
    parts = []
    for number, captured_at in enumerate(told):
        event = read(track=str(number))
        parts.append(passage_of(replace(event, data=replace(event.data, captured_at=captured_at)), RETENTION))
    await store.add(parts)
    found = await everything(store, plates=[PLATE])
    assert found == list(reversed(parts))
    last = found[1]
    assert await everything(store, after=Position(last.captured_at, last.passage_id)) == parts[:1]


async def test_what_has_expired_is_not_read_any_more_whether_or_not_it_is_gone(store):
    await store.add([passage(seen=0, received=0)])
    at = START + RETENTION
    before = at - timedelta(milliseconds=1)
    assert await store.passage(passage().sighting_id, before)
    assert await store.passage(passage().sighting_id, at) is None
    query = PassageQuery(window=ALWAYS)
    assert len(await store.find(query, before)) == 1
    assert await store.find(query, at) == []


async def test_plates_are_learnt_by_every_process_and_kept_as_long_as_a_passage_of_them(database):
    here, there = Lexicon(), Lexicon()
    mine, theirs = MongoPlateStore(database, here), MongoPlateStore(database, there)
    follower = theirs.follower(lambda _: None, CLOCK)
    early, late = NOW + timedelta(hours=1), NOW + timedelta(hours=9)
    await mine.learn([("13A1", early), ("13A2", early), ("13A1", late)], NOW)
    await follower.look()
    assert len(there) == 2
    assert there.outlasts("13A1", late)
    assert not there.outlasts("13A2", late)
    await theirs.learn([("13A2", late), ("13A1", early)], NOW)


async def test_a_process_that_starts_loads_all_plates_in_pieces_and_follows_from_there(database, monkeypatch):
    monkeypatch.setattr("services.search.plate_store.LOAD", 3)
    writer, fresh = MongoPlateStore(database, Lexicon()), Lexicon()
    late = NOW + timedelta(hours=9)
    await writer.learn([(f"13A{number}", late) for number in range(10)], NOW)
    reader = MongoPlateStore(database, fresh)
    follower = reader.follower(lambda _: None, CLOCK)
    follower.begin(await reader.load())
    assert len(fresh) == 10
    await writer.learn([("14B1", late)], NOW)
    await follower.look()
    assert fresh.outlasts("14B1", late)


async def test_what_is_heard_of_cameras_is_known_to_every_process(database):
    here, there = Knowledge(), Knowledge()
    mine, theirs = (MongoCameraStore(database, known, RETENTION) for known in (here, there))
    await mine.begin(START)
    await theirs.begin(START + timedelta(hours=3))
    assert here.since == there.since == START
    down = Link(NOW, is_up=False, event_id="event-1")
    days = [heard("cam-1", START), heard("cam-1", START + timedelta(hours=2)), heard("cam-1", NOW, down)]
    await mine.heard(days)
    await mine.heard(days)
    await theirs.heard([heard("cam-1", START + timedelta(hours=4))])
    follower = theirs.follower(lambda _: None, CLOCK)
    await follower.look()
    assert all(there.has(day) for day in days)
    assert there.links_of("cam-1") == [down]
    assert there.heard("cam-1", START, 24).bit_count() == 3


async def test_a_read_again_costs_the_database_no_write(mongo_store, monkeypatch):
    await mongo_store.add([passage(PLATE, seen=0)])

    async def refuses(*args, **kwargs):
        raise AssertionError("nothing may be written")

    monkeypatch.setattr(mongo_store._passages, "update_many", lambda changes, **_: refuses() if changes else _nothing())
    assert await mongo_store.add([passage(PLATE, seen=0)]) == Added(known=1)
    assert read(PLATE).data.plate.text == PLATE


async def _nothing() -> int:
    return 0


@pytest.fixture(params=["memory", "mongo"])
async def lookbacks(request, database):
    return MemoryLookbackStore() if request.param == "memory" else MongoLookbackStore(database)


def lookback(number=1, *, agency="police", kept=timedelta(days=8), **changes):
    """A request that was made `number` minutes after START."""
    at = START + timedelta(minutes=number)
    consent = LOOKBACK.ask({}, None, by="officer-1", at=at, case_id="case-1", reason="cold-case", valid_seconds=60)
    fields = {"plate": PLATE, "match": "exact", "from_at": START - timedelta(days=100), "cameras": ("cam-1",)}
    return Lookback(
        lookback_id=f"lookback-{number}",
        agency=agency,
        consent=consent,
        revision=1,
        asked_at=at,
        expires_at=START + kept,
        **(fields | changes),
    )


async def test_a_consent_reads_back_as_it_was_and_is_written_over_what_was_seen(lookbacks):
    first = lookback()
    assert await lookbacks.save(first, 0)
    assert await lookbacks.lookback("lookback-1", NOW) == first
    assert not await lookbacks.save(first, 0)
    second = replace(first, revision=2, is_open=False, decided_as=("senior-officer",))
    assert await lookbacks.save(second, 1)
    assert not await lookbacks.save(replace(second, revision=3), 1)
    assert await lookbacks.lookback("lookback-1", NOW) == second
    assert await lookbacks.lookback("lookback-2", NOW) is None


async def test_an_agency_s_open_consents_come_newest_first_until_they_expire(lookbacks):
    for number in range(1, 5):
        await lookbacks.save(lookback(number), 0)
    await lookbacks.save(lookback(5, agency="traffic"), 0)
    await lookbacks.save(lookback(6, is_open=False), 0)
    await lookbacks.save(lookback(7, kept=timedelta(minutes=5)), 0)
    page = await lookbacks.page("police", None, None, 3, NOW)
    assert [one.lookback_id for one in page] == ["lookback-4", "lookback-3", "lookback-2"]
    rest = await lookbacks.page("police", None, Cursor(page[-1].asked_at, page[-1].lookback_id), 3, NOW)
    assert [one.lookback_id for one in rest] == ["lookback-1"]
    case_id = page[0].consent.case_id
    assert await lookbacks.page("police", case_id, None, 3, NOW) == page
    assert await lookbacks.page("police", f"not-{case_id}", None, 3, NOW) == []
    assert await lookbacks.lookback("lookback-7", NOW) is None
