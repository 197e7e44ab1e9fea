"""Reads from the bus: compared with the watchlist, settled, published."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from rasid.contract import event_ids
from rasid.errors import Unavailable
from rasid.identity.casework import Casework
from rasid.identity.purpose import CaseTable
from rasid.runtime.metrics import Metrics
from rasid.stream.received import Received
from rasid.testing.builders import plate_read
from rasid.testing.clock import START, ManualClock
from rasid.testing.publishing import RecordingPublisher
from services.alerts.authorizations import AuthorizationTable
from services.alerts.handlers import PlateReads
from services.alerts.rules import Limits
from services.alerts.settlement import Settlement
from services.alerts.settling import Memory
from services.alerts.standing import Standing
from services.alerts.watchlist import Watchlist
from tests.support.alert_store import MemoryStore
from tests.unit.alerts.making import AROUND, DAY, entry, read


async def ready() -> None:
    """The tables are as full as the test makes them."""


class Matching:
    def __init__(self, *entries, retention: timedelta = 21 * DAY) -> None:
        self.clock = ManualClock()
        self.store, self.publisher = MemoryStore(), RecordingPublisher()
        self.metrics = Metrics(CollectorRegistry())
        self.watchlist = Watchlist(self.clock, ended_seconds=3600)
        self.cases = CaseTable(Casework(self.clock, self.metrics))
        self.authorizations = AuthorizationTable()
        for one in entries:
            self.watchlist.apply(one)
        settlement = Settlement(
            self.store,
            self.publisher,
            memory=Memory(),
            around=AROUND,
            retention_seconds=retention.total_seconds(),
            clock=self.clock,
            metrics=self.metrics,
        )
        self.handler = PlateReads(
            self.watchlist,
            settlement,
            may_ring=Standing(self.cases, self.authorizations, ready).may_ring,
            limits=Limits(),
            retention_seconds=retention.total_seconds(),
            clock=self.clock,
        )

    async def handle(self, *events) -> None:
        await self.handler([Received(event, "detections", 0, n, START) for n, event in enumerate(events)])

    def published(self, type_name: str) -> Sequence:
        return self.publisher.of(type_name)

    def counted(self, outcome: str) -> float | None:
        return self.metrics.registry.get_sample_value("rasid_alerts_hits_total", {"outcome": outcome})


async def test_a_read_of_a_plate_on_a_list_raises_an_alert_with_all_it_takes_to_judge_it():
    matching = Matching(entry(plate_raw="13 A 12345", country="IQ"))
    matching.clock.shift(2)
    event = read(camera_id="cam-7")
    await matching.handle(event)
    (raised,) = matching.published("alert.raised")
    alert = raised.data
    assert alert.alert_id == event_ids.alert_id("entry-1", event.data.sighting_id)
    assert raised.id == event_ids.caused_id(event.id, "entry-1")
    assert (alert.detection_id, alert.camera_id, alert.case_id) == (event.id, "cam-7", "case-1")
    assert (alert.plate.read, alert.plate.entry) == ("13A12345", "13 A 12345")
    assert (alert.match.mode, alert.match.score, alert.kind) == ("exact", 1.0, "plate")
    assert (alert.captured_at, alert.list_age_seconds) == (event.data.captured_at, 2.0)
    assert matching.store.stored[alert.alert_id].expires_at == START + timedelta(milliseconds=300) + 21 * DAY


async def test_other_plates_touch_nothing():
    matching = Matching(entry())
    matching.store.is_away = matching.publisher.is_away = True
    await matching.handle(plate_read("99B77"), plate_read("13A1234"))


async def test_every_list_that_looks_for_a_plate_rings_by_itself():
    matching = Matching(entry("one"), entry("two", agency="traffic", priority="low"))
    await matching.handle(read())
    assert {event.data.entry_id for event in matching.published("alert.raised")} == {"one", "two"}
    assert {alert.agency for alert in matching.store.stored.values()} == {"police", "traffic"}


async def test_a_second_camera_updates_the_alert():
    matching = Matching(entry())
    await matching.handle(read(), read(seen=20, camera_id="cam-2"))
    (updated,) = matching.published("alert.updated")
    assert (updated.data.count, updated.data.version, updated.data.last_camera_id) == (2, 2, "cam-2")


async def test_the_last_camera_is_the_one_that_saw_it_last_not_the_one_that_was_heard_last():
    matching = Matching(entry())
    await matching.handle(read(seen=20, camera_id="cam-2"), read(seen=0))
    (updated,) = matching.published("alert.updated")
    assert updated.data.last_camera_id == "cam-2"


async def test_a_redelivered_read_says_the_same_again_under_the_same_id():
    matching = Matching(entry())
    first, second = read(), read(seen=20, camera_id="cam-2")
    await matching.handle(first, second)
    matching.clock.shift(30)
    await matching.handle(first, second)
    raised, again = matching.published("alert.raised")
    assert (raised.id, raised.data) == (again.id, again.data)
    assert len({event.id for event in matching.published("alert.updated")}) == 1
    assert [alert.count for alert in matching.store.stored.values()] == [2]


async def test_hits_are_counted_by_outcome():
    matching = Matching(entry())
    late = read(seen=-400, received=0, track="late")
    await matching.handle(read(), read(revision=1), read(seen=20, camera_id="cam-2"), late)
    assert [matching.counted(name) for name in ("raised", "repeated", "updated", "historic")] == [1, 1, 1, 1]


async def test_a_read_that_would_expire_before_it_rings_is_passed_over():
    matching = Matching(entry(), retention=timedelta(seconds=180))
    matching.clock.shift(181)
    await matching.handle(read())
    assert matching.publisher.events == []
    assert matching.store.ledgers == {}


async def test_a_sighting_that_joins_an_alert_which_has_expired_does_not_wait_for_it():
    matching = Matching(entry(), retention=timedelta(seconds=180))
    await matching.handle(read())
    matching.store.stored.clear()
    matching.clock.shift(181)
    await matching.handle(read(seen=100, camera_id="cam-2"))
    assert matching.published("alert.updated") == []


async def test_a_sighting_waits_for_whoever_is_opening_its_alert():
    matching = Matching(entry())
    await matching.handle(read())
    matching.store.stored.clear()
    with pytest.raises(Unavailable, match="first read"):
        await matching.handle(read(seen=20, camera_id="cam-2"))


@pytest.mark.parametrize("away", ["store", "publisher"])
async def test_what_cannot_be_made_durable_is_tried_again_and_rings_once(away):
    matching = Matching(entry())
    getattr(matching, away).is_away = True
    with pytest.raises(Unavailable):
        await matching.handle(read())
    getattr(matching, away).is_away = False
    await matching.handle(read())
    assert len(matching.published("alert.raised")) == 1
    assert len(matching.store.stored) == 1


async def test_an_entry_that_ended_before_the_read_does_not_ring():
    matching = Matching(entry(valid_to=START - timedelta(seconds=1)))
    await matching.handle(read())
    assert matching.publisher.events == []


async def test_a_country_that_differs_is_said_and_still_rings():
    matching = Matching(entry(country="IQ"))
    event = read()
    abroad = structs.replace(event.data, plate=structs.replace(event.data.plate, country="TR"))
    await matching.handle(structs.replace(event, data=abroad))
    (raised,) = matching.published("alert.raised")
    assert raised.data.match.explanation == ("the entry expects a plate of IQ, the camera takes it for one of TR",)
