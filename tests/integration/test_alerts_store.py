"""One suite on the doubles and on a real server: what the alerts service needs of its stores."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from rasid.contract.codec import from_structured
from rasid.contract.event_ids import evidence_id
from rasid.errors import Unavailable
from rasid.runtime.ids import RandomIds
from rasid.runtime.paging import Cursor
from rasid.storage.indexes import ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.outbox import MongoOutbox
from rasid.testing.builders import clip_stored
from rasid.testing.clock import START, ManualClock
from rasid.testing.publishing import RecordingPublisher
from services.alerts.alert import Step, acknowledge, ask
from services.alerts.entry import Erased
from services.alerts.evidence import Asked, said
from services.alerts.indexes import INDEXES
from services.alerts.owners import Owner
from services.alerts.ports import AlertQuery, ClipId, CovertQuery, EntryQuery
from services.alerts.settling import Ledger, Memory, ledger_id, progress, settle
from services.alerts.store import ALERTS, MongoStore
from services.alerts.watchlist import Watchlist
from services.alerts.watchlist_store import MongoEntryStore
from tests.support.alert_store import MemoryStore
from tests.support.lasting import lasting
from tests.unit.alerts.making import AROUND, DAY, PLATE, covert, entry, matched, read, settlement

RETENTION = (21 * DAY).total_seconds()


@pytest.fixture
async def database(mongo):
    database = Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=5)
    await database.start()
    await ensure_indexes(database, lasting(INDEXES))
    yield database
    await database.stop()


@pytest.fixture(params=["memory", "mongo"])
async def store(request, database):
    if request.param == "memory":
        return MemoryStore()
    return MongoStore(database)


@pytest.fixture(params=["memory", "mongo"])
async def entries(request, database):
    if request.param == "memory":
        return MemoryStore()
    return MongoEntryStore(database)


def alert(alert_id="alert-1", *, agency="police", around=None, **options):
    return replace(matched(read(**options)).alert(alert_id, RETENTION, around), agency=agency)


def asked(**changes):
    fields = {"camera_id": "cam-1", "from_at": START, "to_at": START + timedelta(seconds=9), "reason": "why"}
    return Asked(**(fields | {"by": "officer-1", "at": START} | changes))


async def test_a_ledger_is_changed_only_by_whoever_saw_its_last_version(store):
    empty = await store.ledger("entry-1", PLATE)
    assert empty == Ledger(ledger_id=ledger_id("entry-1", PLATE))
    first, _ = settle(empty, matched(read()).hit(), Memory())
    rival, _ = settle(empty, matched(read(track="2")).hit(), Memory())
    assert await store.save_ledger(first)
    assert not await store.save_ledger(rival)
    assert await store.ledger("entry-1", PLATE) == first
    second, _ = settle(first, matched(read(track="2")).hit(), Memory())
    assert await store.save_ledger(second)
    assert not await store.save_ledger(second)
    assert await store.ledger("entry-1", PLATE) == second


async def test_an_alert_is_opened_once_and_keeps_its_first_content(store):
    opened = alert()
    assert await store.open_alert(opened) == opened
    assert await store.open_alert(replace(opened, list_age_seconds=99.0)) == opened
    assert await store.alert("alert-1", START) == opened


async def test_an_alerts_count_only_grows(store):
    await store.open_alert(alert())
    ledger = Ledger(ledger_id=ledger_id("entry-1", PLATE))
    for second, camera in ((0, "cam-1"), (5, "cam-2"), (9, "cam-3")):
        ledger, outcome = settle(ledger, matched(read(seen=second, camera_id=camera)).hit(), Memory())
    three = replace_id(progress(ledger, outcome.alert_id))
    two = replace_id(progress(replace(ledger, sightings=ledger.sightings[:2]), outcome.alert_id))
    advanced = await store.advance(three)
    assert (advanced.count, advanced.last_camera_id, advanced.version) == (3, "cam-3", 2)
    assert await store.advance(two) == advanced
    assert await store.advance(three) == advanced
    assert await store.advance(replace_id(two, "nobody")) is None


def replace_id(reached, alert_id="alert-1"):
    return type(reached)(alert_id, reached.count, reached.last)


async def test_an_expired_alert_is_not_there_even_before_it_is_removed(store):
    opened = await store.open_alert(alert())
    assert await store.alert("alert-1", opened.expires_at - timedelta(milliseconds=1)) == opened
    assert await store.alert("alert-1", opened.expires_at) is None
    assert await store.alerts(AlertQuery(agency="police", case_id="case-1"), opened.expires_at) == []


async def test_a_page_of_alerts_is_newest_first_and_goes_on_after_the_last(store):
    for number in range(6):
        await store.open_alert(alert(f"alert-{number}", seen=number // 2))
    await store.open_alert(alert("foreign", agency="traffic", seen=1))
    first = await store.alerts(AlertQuery(agency="police", case_id="case-1", limit=3), START)
    assert [found.alert_id for found in first] == ["alert-5", "alert-4", "alert-3"]
    after = Cursor(first[-1].received_at, first[-1].alert_id)
    rest = await store.alerts(AlertQuery(agency="police", case_id="case-1", limit=9, after=after), START)
    assert [found.alert_id for found in rest] == ["alert-2", "alert-1", "alert-0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"camera_id": "cam-2"}, ["two"]),
        ({"entry_id": "entry-1", "priority": "high", "state": "new"}, ["two", "one"]),
        ({"priority": "low"}, []),
        ({"since": START + timedelta(seconds=5)}, ["two"]),
        ({"until": START + timedelta(seconds=5)}, ["one"]),
    ],
)
async def test_alerts_are_filtered(store, query, expected):
    await store.open_alert(alert("one"))
    await store.open_alert(alert("two", seen=10, camera_id="cam-2"))
    found = await store.alerts(AlertQuery(agency="police", case_id="case-1", **query), START)
    assert [one.alert_id for one in found] == expected


async def test_a_step_is_stored_only_on_the_version_it_was_taken_on(store):
    opened = await store.open_alert(alert())
    changed, event = acknowledge(opened, Step(by="officer-1", agency="police", at=START, comment="mine"))
    assert await store.save_step(changed, event)
    assert not await store.save_step(changed, event)
    assert await store.alert("alert-1", START) == changed


async def test_a_request_for_a_clip_is_stored_only_on_the_version_it_was_made_on(store):
    opened = await store.open_alert(alert(around=AROUND))
    changed, event = ask(opened, asked(camera_id="cam-1"))
    assert await store.save_request(changed, event.data.evidence_id, event)
    assert not await store.save_request(changed, event.data.evidence_id, event)
    found = await store.alert("alert-1", START)
    assert found == changed
    assert [clip.requested_by for clip in found.evidence] == [None, "officer-1"]


async def test_what_the_archive_says_is_kept_once_under_its_version_in_any_order(store):
    await store.open_alert(alert(around=AROUND))
    clip = ClipId(evidence_id("alert-1", "cam-1"), "alert-1", "police")
    first, second = said(clip_stored(version=1)), said(clip_stored(version=2, sha256="cd" * 32))
    for version, fact in ((2, second), (1, first), (2, first), (1, second)):
        found = await store.note(clip, version, fact)
    assert found == await store.alert("alert-1", START)
    assert found.version == 3
    assert found.evidence_by_id[clip.evidence_id].said == {"1": first, "2": second}
    assert found.evidence_by_id[clip.evidence_id].asked is not None


async def test_many_processes_keep_many_things_the_archive_says_at_once(store):
    await store.open_alert(alert())
    clip = ClipId(evidence_id("alert-1", "cam-1"), "alert-1", "police")
    facts = [(version, said(clip_stored(version=version))) for version in range(1, 11)] * 3
    await asyncio.gather(*(store.note(clip, version, fact) for version, fact in facts))
    found = await store.alert("alert-1", START)
    assert found.version == 11
    assert found.evidence[0].version == 10


async def test_what_the_archive_says_of_another_agency_s_alert_or_none_is_not_kept(store):
    opened = await store.open_alert(alert())
    for alert_id, agency in (("alert-1", "traffic"), ("nobody", "police")):
        clip = ClipId(evidence_id("alert-1", "cam-1"), alert_id, agency)
        assert await store.note(clip, 1, said(clip_stored())) is None
    assert await store.alert("alert-1", START) == opened


async def test_owners_are_found_by_alert(store):
    opened = await store.open_alert(alert())
    found = await store.owners(["alert-1", "nobody"])
    assert found == {"alert-1": Owner("police", "case-1", PLATE, opened.expires_at)}


async def test_many_processes_settle_many_reads_of_one_plate_into_one_alert(store):
    publisher = RecordingPublisher()
    reads = [read(seen=number, camera_id=f"cam-{number}") for number in range(8)] * 2

    async def settle_one(event):
        for _ in range(20):
            try:
                return await settlement(store, publisher).settle(matched(event))
            except Unavailable:
                await asyncio.sleep(0)
        raise AssertionError("not settled")

    await asyncio.gather(*(settle_one(event) for event in reads))
    (rang,) = await store.alerts(AlertQuery(agency="police", case_id="case-1"), START)
    assert rang.count == 8
    assert len({event.id for event in publisher.of("alert.raised")}) == 1
    assert len({event.id for event in publisher.of("alert.updated")}) == 7


async def test_an_entry_is_added_once_and_changed_only_on_its_last_version(entries):
    made = entry()
    assert await entries.add_entry(made) == made
    assert await entries.add_entry(replace(made, case_id="case-2")) == made
    changed = made.changed(made.terms_ending(START), "officer-2", START)
    assert await entries.save_entry(changed)
    assert not await entries.save_entry(changed)
    assert await entries.entry("police", "stolen", "entry-1") == changed
    assert await entries.entry("traffic", "stolen", "entry-1") is None
    assert await entries.entry("police", "other", "entry-1") is None


async def test_a_list_is_read_in_the_order_of_ids(entries):
    for number in range(4):
        await entries.add_entry(entry(f"entry-{number}", valid_to=START if number == 1 else None))
    await entries.add_entry(entry("foreign", agency="traffic"))
    await entries.add_entry(entry("elsewhere", list_id="other"))

    async def ids(**query):
        found = await entries.entries(EntryQuery(agency="police", case_id="case-1", list_id="stolen", **query), START)
        return [one.entry_id for one in found]

    assert await ids() == ["entry-0", "entry-2", "entry-3"]
    assert await ids(with_ended=True, after="entry-0", limit=2) == ["entry-1", "entry-2"]


async def test_covert_entries_are_of_their_case_and_of_who_decides(entries):
    asked, approved = covert(entry("a", valid_to=START + DAY), by=None), covert(entry("b", valid_to=START + DAY))
    for one in (asked, approved, entry("c"), covert(entry("d", agency="traffic", valid_to=START + DAY))):
        assert await entries.add_entry(one) == one

    async def listed(case_id):
        found = await entries.entries(EntryQuery(agency="police", case_id=case_id, list_id="stolen"), START)
        return [one.entry_id for one in found]

    async def waiting(now=START - DAY / 2, **query):
        return [one.entry_id for one in await entries.covert_entries(CovertQuery(agency="police", **query), now)]

    assert (await listed("case-1"), await listed("case-2")) == (["a", "b", "c"], ["c"])
    assert (await waiting(), await waiting(is_waiting=False), await waiting(after="a")) == (["a"], ["a", "b"], [])
    assert await waiting(START) == [], "the second person took too long"
    assert await entries.covert_entry("police", "a") == asked
    assert await entries.covert_entry("police", "c") is None
    assert await entries.covert_entry("traffic", "a") is None


async def test_what_rests_on_an_authorization_is_found_until_it_is_erased(entries):
    one = covert(entry("a", valid_to=START), authorization_id="auth-1")
    for each in (one, covert(entry("b"), authorization_id="auth-2"), covert(entry("c")), entry("d")):
        await entries.add_entry(each)
    assert await entries.entries_under({"auth-1", "auth-9"}) == [one]
    gone = one.without_subject(Erased(at=START, authorization_id="auth-1", alerts=0), "rasid")
    assert await entries.save_entry(gone)
    assert await entries.entries_under({"auth-1", "auth-9"}) == []
    assert await entries.entry("police", "stolen", "a") == gone


async def test_all_that_an_entry_hit_is_forgotten_and_nothing_else(store):
    for entry_id in ("entry", "entry-1", "entry-2"):
        ledger = settle(Ledger(ledger_id=ledger_id(entry_id, PLATE)), matched(read()).hit(), Memory())[0]
        await store.save_ledger(ledger)
        await store.open_alert(replace(alert(f"of-{entry_id}"), entry_id=entry_id))
    assert await store.forget("entry-1", "traffic") == 0
    assert await store.forget("entry-1", "police") == 1
    assert await store.forget("entry-1", "police") == 0
    assert (await store.ledger("entry-1", PLATE)).version == 0
    assert {(await store.ledger(one, PLATE)).version for one in ("entry", "entry-2")} == {1}
    assert await store.alert("of-entry-1", START) is None
    assert await store.alert("of-entry", START) is not None


async def test_covert_alerts_are_of_their_case(store):
    for name, is_covert in (("alert-1", True), ("alert-2", False)):
        await store.open_alert(replace(alert(name), is_covert=is_covert))
    for case_id, expected in (("case-1", ["alert-2", "alert-1"]), ("case-2", ["alert-2"])):
        for after in (None, Cursor(START + DAY, "z")):
            found = await store.alerts(AlertQuery(agency="police", case_id=case_id, after=after), START)
            assert [one.alert_id for one in found] == expected
    owners = await store.owners(["alert-1", "alert-2"])
    assert {name: owner.is_covert for name, owner in owners.items()} == {"alert-1": True, "alert-2": False}


async def test_another_replica_learns_of_every_change_to_a_list(database):
    clock = ManualClock()
    store, replica = MongoEntryStore(database), MongoEntryStore(database)
    watchlist = Watchlist(clock, ended_seconds=3600)
    follower = replica.follower(watchlist.apply, lambda _: None, clock)
    made = await store.add_entry(entry())
    await follower.look()
    assert [found.entry_id for found in watchlist.of(PLATE)] == ["entry-1"]
    clock.shift(60)
    await store.save_entry(made.changed(replace(made.terms, plate="99B77"), "officer-2", clock.now()))
    await follower.look()
    assert (len(watchlist.of(PLATE)), len(watchlist.of("99B77"))) == (0, 1)


async def test_a_request_for_a_clip_leaves_its_event_in_the_outbox(database):
    store, outbox = MongoStore(database), MongoOutbox(database, [ALERTS], ManualClock())
    changed, event = ask(await store.open_alert(alert()), asked())
    await store.save_request(changed, event.data.evidence_id, event)
    (waiting,) = await outbox.oldest(10)
    assert from_structured(waiting.event_json) == event


async def test_a_step_leaves_its_event_in_the_outbox(database):
    store, outbox = MongoStore(database), MongoOutbox(database, [ALERTS], ManualClock())
    opened = await store.open_alert(alert())
    changed, event = acknowledge(opened, Step(by="officer-1", agency="police", at=START))
    await store.save_step(changed, event)
    (waiting,) = await outbox.oldest(10)
    assert from_structured(waiting.event_json) == event
    await outbox.clear(waiting)
    assert await store.alert("alert-1", START) == changed
