"""How long is too long for this camera; one camera or the whole site; told once, and not while nobody listened."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.testing.clock import START
from services.ingest.watch.rhythm import (
    ENOUGH,
    FACTOR,
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    UNKNOWN_SECONDS,
    YOUNG_FACTOR,
    Rhythm,
    expected_seconds,
    learned,
)
from services.ingest.watch.silence import HOLD, STARTING, Seen, SiteSeen, decide
from services.ingest.watch.skew import APART_SECONDS, SkewSamples, is_news
from services.ingest.watch.skew import ENOUGH as ENOUGH_SAMPLES

NOON = START.replace(hour=12)
LONG_AGO = START - timedelta(days=30)


def heard_every(seconds, *, days=3.0, at=NOON, rhythm=None):
    """The rhythm of a camera that has been heard like this until `at`."""
    rhythm = rhythm or Rhythm()
    step = timedelta(seconds=seconds)
    for number in range(int(days * 86_400 / seconds)):
        rhythm = learned(rhythm, at - timedelta(days=days) + number * step, seconds, was_told=False)
    return rhythm


def seen(camera_id, ago=0.0, expected=300.0, site="s", *, is_told=False):
    last_seen_at = NOON - timedelta(seconds=ago)
    before = last_seen_at if ago > expected else last_seen_at - timedelta(hours=1)
    return Seen(camera_id, site, last_seen_at, expected, before if is_told else None)


def judged(cameras, sites=None, *, now=NOON, since=LONG_AGO):
    return decide(cameras, sites or {}, now, since)


def names(found):
    return [one.camera_id for one in found]


def test_a_camera_with_signs_of_life_is_missed_within_minutes_and_a_quiet_one_after_hours():
    assert expected_seconds(heard_every(60), NOON) == FACTOR * 60
    assert expected_seconds(heard_every(3_600), NOON) == FACTOR * 3_600
    assert expected_seconds(heard_every(5), NOON) == SHORTEST_SECONDS


def test_a_camera_that_is_quiet_at_night_is_missed_quickly_by_day_only():
    rhythm = Rhythm()
    for day in range(7):
        midnight = NOON.replace(hour=0) - timedelta(days=7 - day)
        rhythm = learned(rhythm, midnight + timedelta(hours=1), 5 * 3_600.0, was_told=False)
        for minute in range(6 * 60, 24 * 60, 2):
            rhythm = learned(rhythm, midnight + timedelta(minutes=minute), 120.0, was_told=False)
    assert expected_seconds(rhythm, NOON) == FACTOR * 120
    assert expected_seconds(rhythm, NOON.replace(hour=1)) == FACTOR * 5 * 3_600


def test_of_a_camera_that_is_not_known_yet_more_is_borne():
    assert expected_seconds(Rhythm(), NOON) == UNKNOWN_SECONDS
    young = heard_every(60, days=60 * ENOUGH / 86_400)
    assert young.known == ENOUGH
    assert expected_seconds(young, NOON) == YOUNG_FACTOR * 60


def test_an_outage_teaches_little_and_a_changed_rhythm_is_learned_in_a_few_steps():
    rhythm = heard_every(60)
    after = learned(rhythm, NOON, 10 * 3_600.0, was_told=True)
    assert expected_seconds(after, NOON) <= 2.1 * expected_seconds(rhythm, NOON)
    told = 0
    for number in range(20):
        at = NOON + timedelta(hours=number)
        is_told = expected_seconds(rhythm, at) < 1_800
        told += is_told
        rhythm = learned(rhythm, at, 1_800.0, was_told=is_told)
    assert 0 < told < 10
    assert expected_seconds(rhythm, NOON + timedelta(hours=20)) > 1_800


def test_a_quiet_camera_that_nobody_knows_yet_is_told_of_once_or_twice_and_not_twenty_times():
    rhythm, told = Rhythm(), 0
    for number in range(3 * ENOUGH):
        at = START + timedelta(hours=2 * number)
        is_told = expected_seconds(rhythm, at) < 7_200
        told += is_told
        rhythm = learned(rhythm, at, 7_200.0, was_told=is_told)
    assert 0 < told <= 4


def test_what_was_ordinary_once_fades():
    slow = heard_every(7_200, days=3)
    later = heard_every(60, days=20, at=NOON + timedelta(days=20), rhythm=slow)
    assert expected_seconds(later, NOON + timedelta(days=20)) < expected_seconds(slow, NOON) / 5


@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 10**9), st.booleans()), max_size=60))
def test_no_silence_is_expected_to_last_nothing_or_for_ever(silences):
    rhythm = Rhythm()
    for minutes, seconds, was_told in silences:
        rhythm = learned(rhythm, START + timedelta(minutes=minutes), seconds, was_told=was_told)
    assert SHORTEST_SECONDS <= expected_seconds(rhythm, NOON) <= LONGEST_SECONDS


def test_one_camera_that_is_overdue_is_told_once_and_again_when_it_is_back():
    assert names(judged([seen("a", 301, site=None), seen("b", 299, site=None)]).silent) == ["a"]
    assert judged([seen("a", 301, site=None, is_told=True)]).silent == ()
    assert names(judged([seen("a", 1, site=None, is_told=True)]).back) == ["a"]


def test_while_nobody_listened_nobody_was_silent():
    cameras = [seen("a", 9_000, site=None)]
    assert judged(cameras, since=NOON - timedelta(seconds=200)).silent == ()
    assert names(judged(cameras, since=NOON - timedelta(seconds=400)).silent) == ["a"]


def test_a_pause_in_which_nobody_listened_brings_no_camera_back():
    just_now = NOON - timedelta(seconds=10)
    assert judged([seen("a", 9_000, site=None, is_told=True)], since=just_now).back == ()
    assert judged([seen("a", 9_000, is_told=True), seen("b", 1)], since=just_now).back == ()
    out = {"s": SiteSeen(out_since=NOON - timedelta(seconds=9_000))}
    assert judged([seen("a", 9_000), seen("b", 9_001)], out, since=just_now).recoveries == {}
    assert names(judged([seen("a", 9_000), seen("b", 5)], out, since=just_now).recoveries["s"]) == ["b"]


def test_a_site_that_is_out_comes_back_also_when_one_camera_is_left_of_it():
    out = {"s": SiteSeen(out_since=NOON - timedelta(seconds=900))}
    assert judged([seen("a", 900)], out).silent == ()
    assert names(judged([seen("a", 5)], out).recoveries["s"]) == ["a"]


def test_a_camera_of_several_waits_whether_it_is_the_site():
    cameras = [seen("a", 310), seen("b", 10), seen("c", 10)]
    assert judged(cameras).silent == ()
    assert names(judged(cameras, now=NOON + HOLD).silent) == ["a"]


def test_twelve_cameras_that_go_together_are_one_outage():
    cameras = [seen(f"c{number}", 400 + number, expected=300 + 10 * number) for number in range(12)]
    verdict = judged(cameras)
    assert verdict.silent == ()
    assert len(verdict.outages["s"]) >= 6
    assert judged(cameras, {"s": SiteSeen(out_since=NOON)}, now=NOON + timedelta(hours=9)) == type(verdict)()


def test_cameras_with_a_slow_rhythm_do_not_hide_an_outage_and_one_that_is_heard_does():
    gone = [seen("a", 400), seen("b", 401)]
    assert judged([*gone, seen("slow", 402, expected=9_000)]).outages
    assert judged([*gone, seen("alive", 10, expected=9_000)]).outages == {}
    assert names(judged([*gone, seen("alive", 10)], now=NOON + HOLD).silent) == ["a", "b"]


def test_a_site_is_back_with_the_first_camera_and_the_others_get_time_to_start():
    out = {"s": SiteSeen(out_since=NOON - timedelta(seconds=900))}
    cameras = [seen("a", 5), seen("b", 900), seen("c", 901)]
    assert names(judged(cameras, out).recoveries["s"]) == ["a"]
    back = {"s": SiteSeen(recovered_at=NOON)}
    assert judged(cameras, back, now=NOON + timedelta(seconds=100)).silent == ()
    assert judged(cameras, back, now=NOON + timedelta(seconds=100)).outages == {}
    late = [seen("a", -400), *cameras[1:]]
    assert names(judged(late, back, now=NOON + STARTING + timedelta(seconds=1)).silent) == ["b", "c"]


def test_a_slow_camera_that_was_not_heard_does_not_bring_a_site_back():
    out = {"s": SiteSeen(out_since=NOON - timedelta(seconds=900))}
    assert judged([seen("a", 900), seen("slow", 910, expected=9_000)], out).recoveries == {}


def test_a_site_whose_cameras_were_told_of_one_by_one_is_no_outage_later():
    cameras = [seen("a", 9_000, is_told=True), seen("b", 5_000, is_told=True)]
    assert judged(cameras).outages == {}


def test_a_site_with_one_camera_is_that_camera():
    assert names(judged([seen("a", 301)]).silent) == ["a"]


def clocked(*differences):
    samples = SkewSamples()
    for number, difference in enumerate(differences):
        at = START + timedelta(seconds=number * APART_SECONDS)
        assert samples.is_due(at)
        samples.add(at + timedelta(seconds=difference), at)
        assert not samples.is_due(at + timedelta(seconds=APART_SECONDS / 2))
    return samples.estimate()


@pytest.mark.parametrize(
    ("differences", "skew"),
    [
        ([-0.8, -1.2, -0.6] * 5, 0.0),
        ([179.2, 178.8, 179.4] * 5, 180.3),
        ([-3_601.0, -3_600.8, -3_601.4] * 5, -3_599.9),
        # a quarter of them held back for an hour
        ([-1.0, -0.9, -1.1, -3_600.0] * 5, 0.0),
        ([-1.0] * (ENOUGH_SAMPLES - 1), None),
        # a clock that jumps about
        ([0.0, 500.0, -500.0, 90.0] * 5, None),
    ],
)
def test_a_clocks_skew_is_what_most_events_agree_on(differences, skew):
    found = clocked(*differences)
    assert found == (None if skew is None else pytest.approx(skew, abs=1.2))


def test_a_clock_of_ours_that_was_put_back_does_not_stop_the_samples():
    samples = SkewSamples()
    samples.add(START, START)
    assert samples.is_due(START - timedelta(hours=1))
    assert not samples.is_due(START - timedelta(seconds=APART_SECONDS / 2))


def test_a_new_estimate_is_news_only_when_it_differs():
    assert is_news(0.0, None)
    assert not is_news(1.0, 0.0)
    assert is_news(5.0, 0.0)
    assert not is_news(3_700.0, 3_600.0)
