"""What ingest keeps beside its registry, on a real server: leases, sealed credentials, registrations."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from rasid.contract.codec import from_structured
from rasid.runtime.ids import RandomIds
from rasid.storage.changes import ChangeCounter
from rasid.storage.mongo import Mongo
from rasid.storage.outbox import MongoOutbox
from rasid.testing.clock import START, ManualClock
from services.ingest.credentials import new_credential
from services.ingest.pull.lease_plan import LEASE_SECONDS
from services.ingest.pull.store import MongoLeases, MongoSecrets
from services.ingest.registry.credential_store import MongoCredentials
from services.ingest.registry.device_documents import device_of
from services.ingest.registry.entries import CAMERAS as KIND
from services.ingest.registry.entries import CameraEdit
from services.ingest.registry.history import Author
from services.ingest.registry.history_store import CHUNK, HISTORY, MongoHistory
from services.ingest.registry.importing import Planned
from services.ingest.registry.store import MongoTable
from services.ingest.viid.registrations import Registration
from services.ingest.viid.store import MongoRegistrations
from services.ingest.watch.presence_store import MongoPresence
from services.ingest.watch.quality import Day, Record
from services.ingest.watch.quality_store import MongoQuality
from services.ingest.watch.rhythm import Rhythm, learned
from services.ingest.watch.silence import Known, SiteSeen, Supply
from services.ingest.watch.skew_store import MongoSkews

CLERK = Author("clerk", "registry")
CAMERAS = [f"cam-{number}" for number in range(20)]


@pytest.fixture
async def store(mongo):
    store = Mongo(mongo.address, f"test_{RandomIds().new()[:8]}", deadline_seconds=5)
    await store.start()
    yield store
    await store.stop()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def leases(store, clock):
    return lambda owner: MongoLeases(store.collection("leases"), owner, clock)


async def test_each_camera_has_one_owner_however_many_ask_at_the_same_time(leases):
    found = await asyncio.gather(*(leases(owner).hold(CAMERAS) for owner in "abcd"))
    assert sorted(one for mine in found for one in mine) == sorted(CAMERAS)
    again = await asyncio.gather(*(leases(owner).hold(CAMERAS) for owner in "abcd"))
    assert again == found


async def test_a_lease_is_kept_while_it_is_renewed_and_falls_to_another_when_it_is_not(leases, clock):
    first, second = leases("a"), leases("b")
    assert await first.hold(CAMERAS) == set(CAMERAS)
    for _ in range(4):
        clock.shift(LEASE_SECONDS / 2)
        assert await first.hold(CAMERAS[:10]) == set(CAMERAS[:10])
    assert await second.hold(CAMERAS) == set(CAMERAS[10:])
    clock.shift(LEASE_SECONDS + 1)
    assert await second.hold(CAMERAS) == set(CAMERAS)
    assert await first.hold(CAMERAS) == set()


async def test_what_is_let_go_is_taken_at_once_and_only_ones_own(leases):
    first, second = leases("a"), leases("b")
    await first.hold(CAMERAS)
    await second.release(CAMERAS)
    assert await second.hold(CAMERAS) == set()
    await first.release(CAMERAS[:3])
    assert await second.hold(CAMERAS) == set(CAMERAS[:3])
    assert await first.hold([]) == set()


async def test_who_may_take_some_takes_what_others_left_and_what_nobody_has_is_counted(leases, clock):
    first, second, third = leases("a"), leases("b"), leases("c")
    mine = await first.hold(CAMERAS, most=12)
    assert len(mine) == 12
    assert await first.owned(CAMERAS) == 12
    others = await second.hold(CAMERAS, most=12)
    assert others == set(CAMERAS) - mine
    assert await third.hold(CAMERAS, most=12) == set()
    assert await third.owned(CAMERAS) == len(CAMERAS)
    clock.shift(LEASE_SECONDS / 2)
    assert await second.hold(CAMERAS, most=12) == others
    clock.shift(LEASE_SECONDS / 2 + 1)
    assert await second.owned(CAMERAS) == len(others)
    assert await second.hold(CAMERAS, most=12) > others
    assert len(await second.hold(CAMERAS, most=12)) == 12


async def test_sealed_credentials_are_replaced_and_removed(store):
    secrets = MongoSecrets(store.collection("secrets"))
    assert await secrets.get("a") is None
    await secrets.put("a", "sealed-1", START)
    await secrets.put("a", "sealed-2", START)
    await secrets.put("b", "sealed-3", START)
    assert await secrets.get("a") == "sealed-2"
    assert await secrets.given(["a", "b", "c"]) == {"a": START, "b": START}
    await secrets.remove("a")
    assert await secrets.get("a") is None


async def test_registrations_are_replaced_and_only_their_own_camera_forgets_them(store):
    kept = MongoRegistrations(store.collection("registrations"))
    one = Registration("35010000001190000001", "cam-1", "192.0.2.17", START, START)
    assert await kept.get(one.device_id) is None
    await asyncio.gather(*(kept.put(one) for _ in range(3)))
    await kept.put(replace(one, peer="192.0.2.18"))
    assert await kept.get(one.device_id) == replace(one, peer="192.0.2.18")
    await kept.forget(one.device_id, "cam-2")
    assert await kept.get(one.device_id) is not None
    await kept.forget(one.device_id, "cam-1")
    assert await kept.get(one.device_id) is None
    before = {"_id": one.device_id, "camera_id": "cam-1", "peer": one.peer, "registered_at": START, "seen_at": START}
    await store.collection("registrations").insert(before)
    assert await kept.get(one.device_id) is None, "nobody knows which password it was proven by"


async def test_who_was_heard_when_is_kept_with_what_was_learned(store):
    presence = MongoPresence(store.collection("cameras"), store.collection("sites"))
    later = START + timedelta(seconds=9)
    await presence.heard({"a": later, "b": START})
    await presence.heard({"a": START, "b": later})
    assert {one.camera_id: one.last_seen_at for one in await presence.all()} == {"a": later, "b": later}
    rhythm = learned(Rhythm(), START, 90.0, was_told=False)
    await presence.learn([Known("a", START, START, rhythm), Known("gone", START, START, rhythm)])
    found = {one.camera_id: one for one in await presence.all()}
    assert found == {"a": Known("a", later, START, rhythm), "b": Known("b", later)}


async def test_sites_and_the_watch_itself_are_kept(store):
    presence = MongoPresence(store.collection("cameras"), store.collection("sites"))
    await presence.supplied({"s": Supply("battery", "degraded"), "t": Supply()})
    await presence.supplied({"s": Supply(link="down")})
    await presence.keep_site("s", SiteSeen(out_since=START))
    assert await presence.sites() == {"s": SiteSeen(START, None, "battery", "down")}
    moments = [START + timedelta(seconds=seconds) for seconds in (0, 50, 100, 200)]
    found = [await presence.watched(one, pause_seconds=60) for one in moments]
    assert found == [START, START, START, moments[3]]
    assert await presence.sites() == {"s": SiteSeen(START, None, "battery", "down")}


async def test_a_clocks_skew_is_a_new_state_of_the_camera(store, clock):
    cameras, counter, woken, seen = store.collection("cameras"), ChangeCounter(store, "registry"), [], []
    table = MongoTable(cameras, KIND, counter, clock)
    before = await table.add("cam-1", CameraEdit(kind="fixed", make="Dahua"), CLERK)
    skews = MongoSkews(cameras, counter, clock, seen.append, lambda: woken.append(1))
    assert not await skews.put("nobody", 3.0)
    assert await skews.put("cam-1", -3_600.5)
    after = await table.get("cam-1")
    assert (after.skew_seconds, after.edit) == (-3_600.5, before.edit)
    assert after.version > before.version
    assert seen[0]["_id"] == "cam-1"
    assert woken == [1]
    outbox = MongoOutbox(store, ["cameras"], clock)
    events = [from_structured(one.event_json).data for one in await outbox.oldest(10)]
    assert [one.skew_seconds for one in events] == [None, -3_600.5]


async def test_the_history_says_who_changed_what_and_when_once_and_without_the_credential(store, clock):
    counter, cameras = ChangeCounter(store, "registry"), store.collection("cameras")
    table = MongoTable(cameras, KIND, counter, clock)
    credentials = MongoCredentials(cameras, KIND, counter, clock, lambda _: None)
    boss = Author("boss", "registry")
    made = await table.add("cam-1", CameraEdit(kind="fixed", make="Dahua"), CLERK)
    clock.shift(60)
    changed = await table.replace(made, CameraEdit(kind="ptz", make="Dahua"), boss)
    assert await table.replace(made, CameraEdit(kind="fixed"), boss) is None
    held = new_credential("cam-1", "a secret of the camera", clock.now())
    assert await credentials.write("cam-1", [held], over=changed.changed, by=CLERK)
    # one process files what another dies with, and twice does no harm
    await asyncio.gather(*(MongoHistory(store, clock).file() for _ in range(3)))
    history = MongoHistory(store, clock)
    assert [(one.what, one.by, one.key) for one in await history.page(None, 10, {})] == [
        ("credential_issued", CLERK, "cam-1"),
        ("changed", boss, "cam-1"),
        ("registered", CLERK, "cam-1"),
    ]
    [_, change, first] = await history.page(None, 10, {"kind": "cameras", "key": "cam-1"})
    assert (change.at, change.fields) == (START + timedelta(seconds=60), {"kind": {"before": "fixed", "after": "ptz"}})
    assert first.fields["make"] == {"before": None, "after": "Dahua"}
    assert [one.what for one in await history.page(change.number, 10, {"by.subject": "clerk"})] == ["registered"]
    kept = repr(await store.collection(HISTORY).find({}))
    assert held.md5 not in kept
    assert held.sha256 not in kept
    assert (await cameras.find_one({"_id": "cam-1"}))["unfiled"] == []


async def test_the_history_of_an_import_is_filed_whole(store, clock):
    table = MongoTable(store.collection("cameras"), KIND, ChangeCounter(store, "registry"), clock)
    rows = [Planned(row, f"cam-{row}", CameraEdit(kind="fixed"), None) for row in range(CHUNK + 1)]
    assert len(await table.save(rows, CLERK)) == len(rows)
    history = MongoHistory(store, clock)
    await history.file()
    found = await history.page(None, 0, {"by.subject": "clerk"})
    assert {one.key for one in found} == {row.key for row in rows}
    assert len(found) == len(rows)


async def test_a_camera_says_since_when_it_is_in_its_state(store, clock):
    cameras = store.collection("cameras")
    table = MongoTable(cameras, KIND, ChangeCounter(store, "registry"), clock)
    made = await table.add("cam-1", CameraEdit(kind="fixed", state="planned"), CLERK)
    assert made.state_at == START
    clock.shift(60)
    renamed = await table.replace(made, CameraEdit(kind="fixed", state="planned", make="Dahua"), CLERK)
    assert renamed.state_at == START
    active = await table.replace(renamed, CameraEdit(kind="fixed", make="Dahua"), CLERK)
    assert active.state_at == START + timedelta(seconds=60)
    assert device_of(await cameras.find_one({"_id": "cam-1"})).state_at == active.state_at


async def test_what_processes_count_of_a_day_adds_up_and_a_judged_day_is_kept(store):
    quality = MongoQuality(store.collection("camera_quality"))
    day = 739_000
    await quality.add({("cam-1", day - 20): Day({3: 1}, 0, 1, 0.5), ("cam-2", day): Day(unreadable=2)})
    await quality.add({("cam-1", day): Day({3: 2, 4: 1}, 1, 3, 2.5)})
    await quality.add({("cam-1", day): Day({4: 4}, 0, 4, 3.5)})
    found = await quality.all()
    assert found["cam-2"].days == {day: Day(unreadable=2)}
    assert found["cam-1"].days == {day - 20: Day({3: 1}, 0, 1, 0.5), day: Day({3: 2, 4: 5}, 1, 7, 6.0)}
    after = Record({day: found["cam-1"].days[day]}, {day: ("reads",)}, frozenset({"reads"}), day)
    await quality.keep("cam-1", found["cam-1"], after)
    assert (await quality.all())["cam-1"] == after
