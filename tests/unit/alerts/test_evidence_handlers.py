"""Clips are asked for when an alert is raised, and what the archive says of them is kept on it and told."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from rasid.contract.event_ids import caused_id, evidence_id
from rasid.contract.evidence import EvidenceErasedV1, EvidenceFailedV1, EvidenceHeldV1, EvidenceReleasedV1
from rasid.contract.fields import parse_utc
from rasid.errors import InvalidEvent, Unavailable
from rasid.runtime.metrics import Metrics
from rasid.stream.received import Received
from rasid.testing.builders import clip_stored, evidence_said
from rasid.testing.clock import START, ManualClock
from rasid.testing.publishing import RecordingPublisher
from services.alerts.evidence_handlers import ArchiveFacts
from tests.support.alert_store import MemoryStore
from tests.unit.alerts.making import AROUND, entry, matched, read, settlement

RETENTION = 21 * 86400


async def test_a_live_alert_asks_for_the_clip_of_its_camera_around_the_moment_the_vehicle_passed():
    store, publisher = MemoryStore(), RecordingPublisher()
    await settlement(store, publisher).settle(matched(read(camera_id="cam-7")))
    (raised,), (asked,) = publisher.of("alert.raised"), publisher.of("evidence.requested")
    data = asked.data
    assert data.evidence_id == asked.key == evidence_id(raised.data.alert_id, "cam-7")
    assert (data.alert_id, data.case_id, data.agency) == (raised.data.alert_id, "case-1", "police")
    assert (data.camera_id, data.reason, data.by) == ("cam-7", "alert_raised", None)
    assert parse_utc(data.from_at) == START - timedelta(seconds=10)
    assert parse_utc(data.to_at) == START + timedelta(seconds=20)
    (alert,) = store.stored.values()
    (clip,) = alert.evidence
    assert (clip.evidence_id, clip.state, clip.requested_by) == (data.evidence_id, "requested", None)


async def test_the_skew_of_a_camera_s_clock_is_taken_off_the_window():
    publisher = RecordingPublisher()
    await settlement(MemoryStore(), publisher).settle(matched(read(seen=30, received=0.3, skew=30.0)))
    (asked,) = publisher.of("evidence.requested")
    assert parse_utc(asked.data.from_at) == START - timedelta(seconds=10)


async def test_where_a_camera_s_clock_cannot_be_right_the_window_is_around_the_receipt():
    publisher = RecordingPublisher()
    await settlement(MemoryStore(), publisher).settle(matched(read(seen=-9e8, received=0, skew=None)))
    (asked,) = publisher.of("evidence.requested")
    assert parse_utc(asked.data.from_at) == START - timedelta(seconds=10)


async def test_what_came_late_asks_for_nothing_by_itself():
    store, publisher = MemoryStore(), RecordingPublisher()
    await settlement(store, publisher).settle(matched(read(seen=-120, received=0, skew=0.0)))
    assert len(publisher.of("alert.raised")) == 1
    assert publisher.of("evidence.requested") == []


async def test_a_second_camera_of_the_same_alert_asks_for_nothing_by_itself():
    publisher, store = RecordingPublisher(), MemoryStore()
    for camera_id, seen in (("cam-1", 0), ("cam-2", 5)):
        await settlement(store, publisher).settle(matched(read(camera_id=camera_id, seen=seen)))
    assert len(publisher.of("evidence.requested")) == 1


async def test_the_same_read_again_asks_again_with_the_same_event():
    store, publisher = MemoryStore(), RecordingPublisher()
    for later in (0, 3600):
        clock = ManualClock()
        clock.shift(later)
        at = START + timedelta(seconds=later)
        await settlement(store, publisher, clock=clock).settle(matched(read(), at=at))
    first, again = publisher.of("evidence.requested")
    assert first == again


async def test_with_the_broker_away_nothing_counts_as_done():
    store, publisher = MemoryStore(), RecordingPublisher()
    publisher.is_away = True
    with pytest.raises(Unavailable):
        await settlement(store, publisher).settle(matched(read()))
    publisher.is_away = False
    await settlement(store, publisher).settle(matched(read()))
    assert len(publisher.of("evidence.requested")) == 1


class Told:
    """The handler, and an alert whose clip has been asked for."""

    def __init__(self) -> None:
        self.clock, self.store, self.publisher = ManualClock(), MemoryStore(), RecordingPublisher()
        self.metrics = Metrics(CollectorRegistry())
        self.handler = ArchiveFacts(self.store, self.publisher, clock=self.clock, metrics=self.metrics)
        self.store.stored["alert-1"] = matched(read(), entry()).alert("alert-1", RETENTION, AROUND)

    async def handle(self, *events: Any) -> None:
        await self.handler([Received(event, "evidence", 0, n, START) for n, event in enumerate(events)])

    @property
    def alert(self) -> Any:
        return self.store.stored["alert-1"]

    @property
    def clip(self) -> Any:
        (clip,) = self.alert.evidence
        return clip


async def test_a_stored_clip_stands_on_its_alert_with_its_digest_and_everyone_is_told():
    told = Told()
    stored = clip_stored()
    await told.handle(stored)
    clip = told.clip
    assert (clip.state, clip.sha256, clip.size_bytes, clip.media_type) == ("stored", "ab" * 32, 1000, "video/mp4")
    assert (clip.reason, clip.stored_at) == ("alert_raised", parse_utc(stored.data.at))
    assert told.alert.version == 2
    (updated,) = told.publisher.of("alert.updated")
    assert updated.id == caused_id(stored.id, "alert-1")
    assert (updated.data.version, updated.data.count) == (2, 1)
    assert updated.data.last_detection_id == told.alert.detection_id


async def test_the_same_again_changes_nothing_and_is_told_again_with_the_same_id():
    told = Told()
    stored = clip_stored()
    await told.handle(stored, stored)
    assert told.alert.version == 2
    assert len({event.id for event in told.publisher.of("alert.updated")}) == 1


async def test_holding_releasing_and_erasing_follow_one_another():
    told = Told()
    steps = [
        (clip_stored(version=1), ("stored", False)),
        (evidence_said(EvidenceHeldV1, version=2, case_id="case-1", holds=("case-1",)), ("stored", True)),
        (evidence_said(EvidenceHeldV1, version=3, case_id="case-2", holds=("case-1", "case-2")), ("stored", True)),
        (evidence_said(EvidenceReleasedV1, version=4, case_id="case-1", holds=("case-2",)), ("stored", True)),
        (evidence_said(EvidenceReleasedV1, version=5, case_id="case-2"), ("stored", False)),
        (evidence_said(EvidenceErasedV1, version=6, certificate="signed"), ("erased", False)),
    ]
    for event, expected in steps:
        await told.handle(event)
        assert (told.clip.state, told.clip.is_held) == expected
    assert told.clip.sha256 == "ab" * 32


async def test_a_clip_that_could_not_be_had_says_why_until_it_comes():
    told = Told()
    await told.handle(evidence_said(EvidenceFailedV1, version=1, reason="recorder_away", retriable=True))
    assert (told.clip.state, told.clip.failure, told.clip.is_retriable) == ("failed", "recorder_away", True)
    await told.handle(clip_stored(version=2))
    assert (told.clip.state, told.clip.failure, told.clip.is_retriable) == ("stored", None, None)


async def test_a_clip_that_nobody_asked_for_stands_on_the_alert_too():
    told = Told()
    other = evidence_id("alert-1", "cam-9")
    await told.handle(clip_stored(evidence_id=other, camera_id="cam-9"))
    unasked = next(clip for clip in told.alert.evidence if clip.evidence_id == other)
    assert (unasked.state, unasked.camera_id, unasked.requested_at) == ("stored", "cam-9", None)


@pytest.mark.parametrize(
    "changes", [{"alert_id": None, "case_id": "case-1"}, {"alert_id": "alert-2"}, {"agency": "intelligence"}]
)
async def test_what_belongs_to_no_alert_of_that_agency_touches_nothing(changes: dict[str, Any]):
    told = Told()
    before = told.alert
    await told.handle(clip_stored(**({"evidence_id": evidence_id("x", "y")} | changes)))
    assert told.alert == before
    assert told.publisher.events == []


async def test_an_evidence_id_that_is_none_can_never_be_kept():
    told = Told()
    with pytest.raises(InvalidEvent):
        await told.handle(clip_stored(evidence_id="a.$set"))


async def test_with_the_store_or_the_broker_away_it_comes_again():
    told = Told()
    for part in (told.store, told.publisher):
        part.is_away = True
        with pytest.raises(Unavailable):
            await told.handle(clip_stored())
        part.is_away = False
    await told.handle(clip_stored())
    assert told.alert.version == 2
    assert len(told.publisher.of("alert.updated")) == 1


async def test_a_step_of_a_person_and_a_clip_do_not_undo_one_another():
    told = Told()
    await told.handle(clip_stored())
    taken = replace(told.alert, state="acknowledged", version=3)
    assert await told.store.save_step(taken, told.publisher.of("alert.updated")[0])
    await told.handle(evidence_said(EvidenceHeldV1, version=2, case_id="case-1", holds=("case-1",)))
    assert (told.alert.state, told.alert.version, told.clip.is_held) == ("acknowledged", 4, True)
