"""Which entries a read hits, and whether it rings (accountability.md A6)."""

from datetime import datetime, timedelta

import msgspec
import pytest

from rasid.contract.detections import TimeQuality
from rasid.errors import InvalidEvent
from rasid.testing.clock import START
from services.alerts.rules import Limits, Timing, hits, timing
from tests.unit.alerts.making import entry, read

LIMITS = Limits()


def judge(event, appended_at: datetime | None = None) -> Timing:
    """The broker takes it in the moment of its receipt if nothing else is said."""
    return timing(event.data, appended_at or datetime.fromisoformat(event.data.received_at), LIMITS)


def seconds(moment: datetime) -> float:
    return (moment - START).total_seconds()


@pytest.mark.parametrize("age", [0, 0.3, 59.9, 60.0])
def test_a_read_of_at_most_sixty_seconds_rings(age):
    judged = judge(read(seen=0, received=age))
    assert (judged.is_historic, judged.clock_suspicious) == (False, False)
    assert judged.seen_at == START


def test_an_older_read_of_a_camera_whose_skew_is_known_is_historic_and_keeps_its_time():
    judged = judge(read(seen=0, received=60.1))
    assert (judged.is_historic, judged.clock_suspicious) == (True, False)
    assert judged.seen_at == START


def test_the_cameras_skew_is_taken_off_before_the_age_is_judged():
    slow_by_five_minutes = read(seen=-300, received=1, skew=-300.0)
    assert judge(slow_by_five_minutes) == Timing(
        START,
        START + timedelta(seconds=1),
        is_historic=False,
        clock_suspicious=False,
        agreed_at=START + timedelta(seconds=1),
    )
    fast_by_five_minutes = read(seen=300, received=100, skew=300.0)
    assert judge(fast_by_five_minutes).is_historic


@pytest.mark.parametrize("age", [61, 3600, 5 * 365 * 86400])
def test_an_old_read_rings_marked_clock_wrong_while_the_skew_is_unknown(age):
    judged = judge(read(seen=-age, received=0, skew=None))
    assert (judged.is_historic, judged.clock_suspicious) == (False, True)
    assert judged.seen_at == START, "the camera's time cannot be right: the receipt is the best estimate"


def test_an_old_read_rings_marked_clock_wrong_when_the_clock_is_suspicious():
    quality = TimeQuality(source="vendor_offset", skew_seconds=0.0, suspicious=True)
    judged = judge(read(seen=-3600, received=0, time_quality=quality))
    assert (judged.is_historic, judged.clock_suspicious) == (False, True)


def test_a_suspicious_clock_with_a_plausible_time_rings_marked_clock_wrong():
    quality = TimeQuality(source="vendor_offset", suspicious=True)
    judged = judge(read(seen=0, received=1, time_quality=quality))
    assert (judged.is_historic, judged.clock_suspicious) == (False, True)
    assert judged.seen_at == START


def test_an_unknown_skew_with_a_plausible_time_is_not_called_wrong():
    judged = judge(read(seen=0, received=1, skew=None))
    assert (judged.is_historic, judged.clock_suspicious) == (False, False)


def test_what_the_device_sends_again_later_is_historic_even_if_its_skew_is_unknown():
    judged = judge(read(seen=0, received=61, skew=None, is_replay=True))
    assert judged.is_historic
    assert judged.seen_at == START


def test_a_replay_flag_alone_does_not_silence_a_read():
    assert not judge(read(seen=0, received=1, is_replay=True)).is_historic


def test_what_the_spool_held_back_is_historic_by_the_time_the_broker_got_it():
    held = read(seen=0, received=1, is_replay=True)
    assert judge(held, appended_at=START + timedelta(seconds=61)).is_historic
    assert not judge(held, appended_at=START + timedelta(seconds=59)).is_historic


def test_a_delay_between_receipt_and_broker_does_not_silence_a_read_that_was_not_held_back():
    assert not judge(read(seen=0, received=1), appended_at=START + timedelta(hours=1)).is_historic


@pytest.mark.parametrize("skew", [0.0, None, "learned"])
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wrong_clock_where_reads_are_received_silences_no_entry_of_today(hours, skew):
    wrong = timedelta(hours=hours)
    learned = -wrong.total_seconds() if skew == "learned" else skew
    judged = judge(read(seen=0, received=wrong.total_seconds(), skew=learned), appended_at=START)
    assert not judged.is_historic
    assert hits([entry("new", valid_from=START - timedelta(seconds=30), valid_to=START + timedelta(minutes=5))], judged)


def test_what_is_read_again_from_a_topic_that_was_restored_is_as_old_as_it_was():
    judged = judge(read(seen=0, received=1), appended_at=START + timedelta(days=3))
    assert judged.agreed_at is None
    assert hits([entry("new", valid_from=START + timedelta(hours=1))], judged) == []


@pytest.mark.parametrize("skew", [0.0, None])
def test_a_read_from_the_future_rings_marked_clock_wrong_at_its_receipt(skew):
    judged = judge(read(seen=11, received=0, skew=skew))
    assert (judged.is_historic, judged.clock_suspicious) == (False, True)
    assert judged.seen_at == START


def test_a_clock_a_little_ahead_is_tolerated():
    assert not judge(read(seen=10, received=0)).clock_suspicious


@pytest.mark.parametrize(
    "wrong",
    [
        {"captured_at": "2026-02-30T00:00:00.000Z"},
        {"received_at": "2026-13-01T00:00:00.000Z"},
        {"received_at": "9999-12-31T23:59:59.999Z"},
        {"time_quality": TimeQuality(source="vendor_utc", skew_seconds=1e300)},
        {"captured_at": "0001-01-01T00:00:00.000Z", "time_quality": TimeQuality(source="vendor_utc", skew_seconds=9e9)},
    ],
)
def test_an_impossible_time_is_an_invalid_event_and_not_a_crash(wrong):
    event = read()
    with pytest.raises(InvalidEvent) as caught:
        timing(msgspec.structs.replace(event.data, **wrong), START, LIMITS)
    assert caught.value.reason == "time_impossible"


def test_an_entry_is_hit_only_while_it_is_in_force():
    begins, ends = START - timedelta(hours=1), START + timedelta(hours=1)
    wanted = entry(valid_from=begins, valid_to=ends)

    def is_hit(moment: datetime) -> bool:
        return bool(hits([wanted], Timing(moment, moment, is_historic=False, clock_suspicious=False)))

    assert is_hit(begins)
    assert is_hit(ends - timedelta(milliseconds=1))
    assert not is_hit(begins - timedelta(milliseconds=1))
    assert not is_hit(ends)


def test_a_live_read_taken_in_the_second_in_which_the_entry_was_made_is_a_hit():
    made = entry(valid_from=START + timedelta(milliseconds=700))
    taken_in_whole_seconds = Timing(START, START + timedelta(seconds=2), is_historic=False, clock_suspicious=False)
    assert hits([made], taken_in_whole_seconds) == [made]


def test_a_historic_read_hits_only_what_was_in_force_when_it_was_taken():
    late = Timing(START, START + timedelta(hours=2), is_historic=True, clock_suspicious=False)
    made_later = entry("later", valid_from=START + timedelta(hours=1))
    ended_since = entry("ended", valid_to=START + timedelta(hours=1))
    assert hits([made_later, ended_since], late) == [ended_since]


def test_every_entry_in_force_is_hit_on_its_own():
    of_two_agencies = [entry("one"), entry("two", agency="traffic"), entry("over", valid_to=START - timedelta(days=1))]
    assert [found.entry_id for found in hits(of_two_agencies, judge(read()))] == ["one", "two"]
