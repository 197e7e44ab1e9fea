"""Whether a camera reads worse than it used to: decided a day at a time, against its own days."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.watch.quality import DAYS, Day, Record, Tallies, judge
from tests.support.reading import read
from tests.unit.ingest.service.payloads import anpr

TODAY = 20


def day(reads=480, confidence=0.9, unreadable=20, hours=12):
    return Day(dict.fromkeys(range(hours), reads // hours), unreadable, reads, confidence * reads)


def known(*days, told=(), first=TODAY - 7):
    return Record(dict(enumerate(days, first)), {}, frozenset(told))


def on(today, *, before=None, told=()):
    """What is found of today, after a week as usual."""
    usual = [day(confidence=0.9 + shift / 100, unreadable=20 + shift) for shift in (0, 1, -1, 0, 2, -2, 0)]
    record = known(*(before or usual), today, told=told)
    return {one.sign: one.is_worse for one in judge(record, TODAY)[1]}


def test_a_day_as_usual_is_no_news():
    assert on(day()) == {}
    assert on(day(confidence=0.86, unreadable=40, reads=360)) == {}


@pytest.mark.parametrize(
    ("today", "sign"),
    [
        (day(confidence=0.7), "confidence"),
        (day(unreadable=200), "unreadable"),
        (day(reads=120, unreadable=5), "reads"),
    ],
)
def test_each_sign_is_told_when_it_becomes_worse_and_when_it_is_as_before(today, sign):
    assert on(today) == {sign: True}
    assert on(today, told=[sign]) == {}
    assert on(day(), told=[sign]) == {sign: False}


def test_better_is_never_worse():
    assert on(day(confidence=1.0, unreadable=0, reads=4_800)) == {}


def test_a_camera_that_always_reads_badly_is_not_told_of():
    bad = [day(confidence=0.4, unreadable=900)] * 7
    assert on(day(confidence=0.41, unreadable=890), before=bad) == {}


def test_days_that_always_differ_much_are_its_usual():
    restless = [day(confidence=one) for one in (0.9, 0.6, 0.8, 0.5, 0.9, 0.6, 0.7)]
    assert on(day(confidence=0.5), before=restless) == {}


def test_an_outage_for_most_of_a_day_is_told_otherwise():
    assert on(Day({0: 40, 1: 40, 2: 3}, 0, 83, 75.0)) == {}
    assert on(Day({0: 40, 1: 40, 2: 40, 3: 40, 4: 3}, 0, 163, 147.0)) == {}
    assert on(Day()) == {}


def test_who_is_little_known_or_sees_little_is_not_judged():
    assert judge(known(day(), day(), day(confidence=0.2), first=TODAY - 2), TODAY)[1] == ()
    quiet = [day(reads=24, unreadable=0)] * 7
    assert on(day(reads=12, confidence=0.1, unreadable=0), before=quiet) == {}


def test_a_worse_day_does_not_become_the_measure_until_two_weeks_have_made_it_the_usual():
    record, told = known(*[day()] * 7, first=0), []
    for ordinal in range(7, 7 + 2 * DAYS):
        record = Record({**record.days, ordinal: day(confidence=0.6)}, record.worse, record.told)
        record, news = judge(record, ordinal)
        told += [(ordinal, one.is_worse) for one in news]
    assert told[0] == (7, True)
    assert [is_worse for _, is_worse in told] == [True, False]
    assert 7 + DAYS - 3 <= told[1][0] <= 7 + DAYS
    assert len(record.days) == DAYS
    assert len(record.worse) <= DAYS


DAYS_OF_A_CAMERA = st.builds(
    day,
    reads=st.integers(0, 5_000),
    confidence=st.floats(0, 1),
    unreadable=st.integers(0, 5_000),
    hours=st.integers(1, 24),
)


@given(st.lists(DAYS_OF_A_CAMERA, min_size=1, max_size=40))
def test_what_is_told_goes_by_turns_and_what_is_kept_is_bounded(days):
    record, told = Record(), dict.fromkeys(("confidence", "unreadable", "reads"), False)
    for ordinal, one in enumerate(days):
        record, news = judge(Record({**record.days, ordinal: one}, record.worse, record.told), ordinal)
        for found in news:
            assert found.is_worse is not told[found.sign], "the same is not told twice"
            told[found.sign] = found.is_worse
        assert record.told == {sign for sign, is_worse in told.items() if is_worse}
        assert len(record.days) <= DAYS
        assert record.worse.keys() <= record.days.keys()


@given(DAYS_OF_A_CAMERA, DAYS_OF_A_CAMERA)
def test_what_two_processes_count_adds_up(one, other):
    assert one.plus(other).reads == one.reads + other.reads
    assert one.plus(Day()) == one
    assert one.plus(other) == other.plus(one)


def test_a_post_is_counted_by_what_it_says_and_not_when_it_was_held_back():
    at = datetime.fromisoformat("2026-03-01T08:00:30Z")
    tallies = Tallies()

    def note(body):
        tallies.note("cam-1", at, [one.event for one in read(body, received_at=at).normalized])

    note(anpr())
    note(anpr(plate="unknown"))
    note(anpr().replace(b"<eventType>", b"<isDataRetransmission>true</isDataRetransmission><eventType>", 1))
    [((camera_id, ordinal), found)] = tallies.taken().items()
    assert (camera_id, ordinal) == ("cam-1", at.toordinal())
    assert (found.hours, found.unreadable, found.rated) == ({8: 1}, 1, 1)
    assert 0 < found.confidence <= 1
    assert tallies.taken() == {}
    tallies.returned({("cam-1", ordinal): found})
    assert tallies.taken() == {("cam-1", ordinal): found}
