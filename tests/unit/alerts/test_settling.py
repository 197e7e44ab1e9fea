"""Which hits are one alert."""

from datetime import timedelta

from rasid.contract import event_ids
from rasid.contract.event_ids import sighting_id
from services.alerts.settling import Ledger, Memory, Outcome, ledger_id, progress, settle
from tests.unit.alerts.making import PLATE, matched, read

EMPTY = Ledger(ledger_id=ledger_id("entry-1", PLATE))
MEMORY = Memory()


def settle_reads(*reads, ledger: Ledger = EMPTY, memory: Memory = MEMORY) -> tuple[Ledger, list[Outcome]]:
    outcomes = []
    for event in reads:
        ledger, outcome = settle(ledger, matched(event).hit(), memory)
        outcomes.append(outcome)
    return ledger, outcomes


def kinds(*reads, memory: Memory = MEMORY) -> list[str]:
    return [outcome.kind for outcome in settle_reads(*reads, memory=memory)[1]]


def test_the_first_read_raises_an_alert_named_after_the_entry_and_its_sighting():
    _, (outcome,) = settle_reads(read(camera_id="cam-1", track="7"))
    assert outcome == Outcome("raised", event_ids.alert_id("entry-1", sighting_id("cam-1", "7")))


def test_reads_within_the_window_of_the_first_join_its_alert():
    assert kinds(read(seen=0), read(seen=120, track="2"), read(seen=121, track="3")) == ["raised", "updated", "raised"]


def test_an_earlier_read_that_comes_late_joins_the_alert_it_lies_near():
    ledger, outcomes = settle_reads(read(seen=100), read(seen=0, track="2"))
    assert [outcome.kind for outcome in outcomes] == ["raised", "updated"]
    reached = progress(ledger, outcomes[0].alert_id)
    assert reached is not None
    assert (reached.count, reached.last.sighting_id) == (2, sighting_id("cam-1", "1"))


def test_it_rings_as_often_in_any_order():
    times = [0, 100, 200]
    in_order = kinds(*(read(seen=time, track=str(time)) for time in times))
    backwards = kinds(*(read(seen=time, track=str(time)) for time in reversed(times)))
    assert in_order.count("raised") == backwards.count("raised") == 2


def test_the_same_read_again_has_the_same_outcome_and_changes_nothing():
    once, (first, second) = settle_reads(read(), read(seen=1, track="2"))
    again, outcomes = settle_reads(read(), read(seen=1, track="2"), ledger=once)
    assert again is once
    assert outcomes == [first, second]


def test_a_revision_of_a_settled_sighting_changes_nothing():
    once, _ = settle_reads(read(revision=0))
    again, (outcome,) = settle_reads(read(revision=1, seen=30), ledger=once)
    assert again is once
    assert outcome.kind == "repeated"


def test_a_sighting_id_that_a_device_uses_again_after_two_minutes_rings_again():
    _, (first, second) = settle_reads(read(seen=0), read(seen=121, revision=1))
    assert (first.kind, second.kind) == ("raised", "raised")
    assert first.alert_id != second.alert_id


def test_a_historic_read_never_keeps_a_live_one_from_ringing():
    late = read(seen=0, received=90, track="late")
    live = read(seen=80, track="live")
    for reads in ((late, live), (live, late)):
        _, outcomes = settle_reads(*reads)
        assert [outcome.kind for outcome in outcomes] == ["raised", "raised"]


def test_a_sighting_known_only_from_a_late_copy_still_rings_once_when_it_comes_live():
    late, live = read(seen=0, received=90, is_replay=True, revision=1), read(seen=0)
    _, (historic, rang) = settle_reads(late, live)
    assert (historic.kind, rang.kind) == ("raised", "raised")
    assert historic.alert_id != rang.alert_id


def test_a_late_copy_of_a_sighting_that_rang_changes_nothing():
    assert kinds(read(seen=0), read(seen=0, received=90, is_replay=True, revision=1)) == ["raised", "repeated"]


def test_what_was_settled_long_ago_is_forgotten_by_our_own_clock():
    memory = Memory(kept_seconds=1000)
    ledger, _ = settle_reads(read(seen=0), read(seen=1, track="2"), read(seen=1002, track="3"), memory=memory)
    assert [sighting.sighting_id for sighting in ledger.sightings] == [sighting_id("cam-1", "3")]


def test_an_alert_is_forgotten_only_as_a_whole():
    memory = Memory(kept_seconds=1000)
    ledger, _ = settle_reads(read(seen=0), read(seen=60, track="2"), read(seen=1020, track="3"), memory=memory)
    assert len(ledger.sightings) == 3


def test_what_is_remembered_is_bounded_however_often_a_plate_is_seen():
    memory = Memory(kept_sightings=10)
    reads = [read(seen=200 * number, track=str(number)) for number in range(40)]
    ledger, _ = settle_reads(*reads, memory=memory)
    assert len(ledger.sightings) == 10
    assert ledger.sightings[-1].sighting_id == sighting_id("cam-1", "39")


def test_the_ledger_expires_after_its_last_hit_was_received():
    ledger, _ = settle_reads(read(seen=0), read(seen=60, received=61, track="2"))
    last = ledger.sightings[-1].received_at
    assert ledger.expires_at == last + timedelta(seconds=MEMORY.kept_seconds)
