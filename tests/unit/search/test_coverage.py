"""What is said of the cameras: where one was offline or silent, "not seen" is no evidence."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.contract.detections import TimeQuality
from rasid.contract.devices import DeviceConnectedV1, DeviceDisconnectedV1, DeviceHealthV1, Health
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.testing.clock import START
from services.search.camera_day import Link, heard, of_detections, of_device, united
from services.search.coverage import MOST_GAPS, Gap, coverage
from services.search.knowledge import Knowledge
from tests.unit.search.making import read

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def knowing(*days, since=START - 10 * DAY) -> Knowledge:
    known = Knowledge()
    known.since = since
    for day in days:
        known.put(day)
    return known


def heard_all(camera_id, begin, end):
    hours = int((end - begin) / HOUR)
    return [heard(camera_id, begin + number * HOUR) for number in range(hours)]


def gaps(known, begin=START, end=START + 6 * HOUR, now=START + DAY, cameras=("cam-1",)):
    return list(coverage(cameras, begin, end, now, known).gaps)


def link(offset, *, is_up, since=None):
    at = START + offset
    return heard("cam-1", at, Link(at, is_up=is_up, event_id=f"{offset}-{is_up}", down_since=since))


def test_a_camera_that_is_heard_every_hour_has_no_gap():
    known = knowing(*heard_all("cam-1", START - DAY, START + 2 * DAY))
    assert gaps(known, START - DAY, START + DAY) == []


def test_whole_hours_without_a_sign_are_silence_and_parts_of_an_hour_are_not():
    known = knowing(heard("cam-1", START), heard("cam-1", START + 3 * HOUR))
    half = timedelta(minutes=30)
    assert gaps(known, START + half, START + 4 * HOUR - half) == [
        Gap("cam-1", "silent", START + HOUR, START + 3 * HOUR)
    ]


def test_silence_over_days_is_one_gap():
    known = knowing(heard("cam-1", START - 5 * DAY), heard("cam-1", START))
    assert gaps(known, START - 5 * DAY, START) == [Gap("cam-1", "silent", START - 5 * DAY + HOUR, START)]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([(2, False, None), (4, True, None)], [(2, 4)]),
        ([(4, True, None), (2, False, None)], [(2, 4)]),
        ([(2, False, None)], [(2, 6)]),
        ([(-3, False, None)], [(0, 6)]),
        ([(-3, False, None), (9, True, None)], [(0, 6)]),
        ([(-3, False, None), (-1, True, None)], []),
        ([(4, True, 1)], [(1, 4)]),
        ([(2, False, None), (3, False, None), (4, True, 3)], [(2, 4)]),
        ([(7, False, None)], []),
        ([(8, True, 7)], []),
    ],
)
def test_a_link_that_was_down_makes_a_camera_offline(links, expected):
    always = heard_all("cam-1", START - DAY, START + DAY)
    told = [link(at * HOUR, is_up=up, since=None if since is None else START + since * HOUR) for at, up, since in links]
    found = gaps(knowing(*always, *told))
    assert found == [Gap("cam-1", "offline", START + begin * HOUR, START + end * HOUR) for begin, end in expected]


def test_nothing_is_claimed_of_what_lies_before_the_beginning_or_ahead():
    known = knowing(since=START + HOUR)
    said = coverage(["cam-1"], START - DAY, START + DAY, START + 3 * HOUR, known)
    assert (said.from_at, said.to_at, said.known_since) == (START + HOUR, START + 3 * HOUR, START + HOUR)
    assert said.gaps == (Gap("cam-1", "silent", START + HOUR, START + 3 * HOUR),)
    nothing = coverage(["cam-1"], START - DAY, START, START + 3 * HOUR, known)
    assert (nothing.from_at, nothing.gaps) == (nothing.to_at, ())
    assert coverage(["cam-1"], START, START + HOUR, START + DAY, Knowledge()).gaps == ()


def test_many_gaps_are_counted_and_not_all_listed():
    cameras = [f"cam-{number}" for number in range(MOST_GAPS + 50)]
    said = coverage(cameras, START, START + HOUR, START + DAY, knowing())
    assert (len(said.gaps), said.has_more_gaps, said.silent_cameras) == (MOST_GAPS, True, len(cameras))


def test_a_read_is_a_sign_when_it_came_and_when_it_was_taken_unless_the_clock_is_doubtful():
    late = read(seen=0, received=2 * 3600)
    assert of_detections([late.data]) == united([heard("cam-1", START), heard("cam-1", START + 2 * HOUR)])
    doubtful = read(seen=0, received=2 * 3600, time_quality=TimeQuality(source="vendor_utc", suspicious=True))
    assert of_detections([doubtful.data]) == [heard("cam-1", START + 2 * HOUR)]


def device(kind, **fields):
    common = {"camera_id": "cam-1", "site_id": None, "captured_at": utc_text(START), "received_at": utc_text(START)}
    return of_device(new_event("event-1", "/ingest", START, kind(**(common | fields))))


def test_what_devices_say_of_themselves():
    assert device(DeviceHealthV1, health=Health(component="heartbeat", state="ok")) == heard("cam-1", START)
    down = heard("cam-1", START, Link(START, is_up=False, event_id="event-1"))
    assert (
        device(DeviceDisconnectedV1) == device(DeviceHealthV1, health=Health(component="link", state="failed")) == down
    )
    assert down.hours == frozenset()
    assert device(DeviceConnectedV1, after_seconds=3600) == heard(
        "cam-1", START, Link(START, is_up=True, event_id="event-1", down_since=START - HOUR)
    )


def test_what_is_old_is_let_go():
    known = knowing(heard("cam-1", START - 5 * DAY), link(-120 * HOUR, is_up=False), heard("cam-1", START))
    known.forget(START - DAY)
    assert known.heard("cam-1", START - 6 * DAY, 48) == 0
    assert known.links_of("cam-1") == []
    assert known.has(heard("cam-1", START))


@given(
    st.sets(st.integers(-30, 60), max_size=40),
    st.integers(-24 * 60, 24 * 60),
    st.integers(0, 24 * 60),
)
def test_silence_is_exactly_the_whole_hours_of_the_window_that_nothing_came_in(hours, begins_minutes, minutes):
    begin = START + timedelta(minutes=begins_minutes)
    end = begin + timedelta(minutes=minutes)
    known = knowing(*(heard("cam-1", START + hour * HOUR) for hour in hours))
    said = [gap for gap in gaps(known, begin, end, now=START + 100 * DAY) if gap.kind == "silent"]
    told = {gap.from_at + number * HOUR for gap in said for number in range((gap.to_at - gap.from_at) // HOUR)}
    whole = {START + hour * HOUR for hour in range(-40, 80)}
    assert told == {
        hour for hour in whole if begin <= hour and hour + HOUR <= end and (hour - START) // HOUR not in hours
    }
    assert all(one.to_at < another.from_at for one, another in pairwise(said))
