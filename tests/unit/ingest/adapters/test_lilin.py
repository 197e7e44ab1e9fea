"""LILIN: lists of reads and run-time statuses."""

import pytest

from tests.support.reading import one_event, one_refusal, read
from tests.support.vendors.lilin import LINE, entry, listed, status


def test_the_time_stamp_is_microseconds():
    data = one_event(listed(entry(TS="1772352000250000"))).data
    assert (data.captured_at, data.time_quality.source) == ("2026-03-01T08:00:00.250Z", "vendor_utc")
    assert data.vendor_time == "1772352000250000"


@pytest.mark.parametrize(
    ("threshold", "confidence"), [("0.81", 0.81), ("1", 1.0), ("", None), ("0", None), ("81", None)]
)
def test_the_threshold_is_the_confidence(threshold, confidence):
    assert one_event(listed(entry(THRESHOLD=threshold))).data.plate.confidence == confidence


@pytest.mark.parametrize(
    ("word", "mode"), [("denial", "block"), ("allowed", "allow"), ("visitor", "other"), ("", None), ("new", None)]
)
def test_the_cameras_own_list(word, mode):
    assert one_event(listed(entry(ACT_PARAM=word))).data.plate.list_mode == mode


def test_the_country_is_the_vendors_guess_and_stays_one():
    plate = one_event(listed(entry(COUNTRY="IRQ"))).data.plate
    assert (plate.country, plate.country_raw) == (None, "IRQ")


def test_whose_car_it_is_is_dropped_and_counted():
    result = read(listed(entry(LPR_USER="somebody", LPR_PHONE="1"), LIST_TYPE="white"))
    assert result.dropped == {"identification": 2}
    (one,) = result.normalized
    assert "camera_identification_dropped" in one.event.data.warnings
    assert one.event.data.is_replay


def test_an_entry_that_no_vehicle_made_is_no_read():
    refusal = one_refusal(listed(entry(TS="", LPR_USER="somebody")))
    assert refusal.reason == "list_entry_without_read"
    assert b"somebody" not in refusal.part


def test_a_status_gives_the_plates_that_are_there_now():
    data = one_event(status(LINE)).data
    assert (data.plate.text, data.plate.list_mode) == ("13A12345", "block")
    assert (data.captured_at, data.raw["box"]["values"]) == ("2026-03-01T08:00:00.000Z", [700, 400, 160, 40])


def test_several_plates_stand_on_one_line_or_on_several():
    second = "LPR1=B2,LPR_TIME1=2026-03-01 08:00:01 GMT,LP_BMP1=b LPR2=C3,LPR_TIME2=,LP_BMP2=c"
    result = read(status(f"LPR0=A1,LPR_TIME0=,LP_BMP0=a\n{second}"), time_zone="Asia/Baghdad")
    seen = [(one.event.data.plate.text, one.event.data.captured_at) for one in result.normalized]
    assert seen == [
        ("A1", "2026-03-01T08:00:00.000Z"),
        ("B2", "2026-03-01T08:00:01.000Z"),
        ("C3", "2026-03-01T08:00:00.000Z"),
    ]


def test_flags_that_are_up_are_rules_of_this_moment():
    result = read(status(flags={"MotionDetect": 1, "AlarmInput2Detect": 1, "TemperDetect": 1, "Day": 1}))
    rules = [(one.event.data.rule.kind, one.event.data.rule.state) for one in result.normalized]
    assert rules == [("motion", "pulse"), ("digital_input", "pulse"), ("tamper", "pulse")]


def test_a_status_in_which_nothing_happens_is_a_sign_of_life():
    event = one_event(status(), time_zone="Asia/Baghdad")
    assert (event.type, event.data.health.component) == ("device.health", "heartbeat")
    assert event.data.captured_at == "2026-03-01T08:00:00.000Z"


def test_an_empty_list_is_a_sign_of_life():
    assert one_event(listed()).data.health.component == "heartbeat"


@pytest.mark.parametrize("body", [b'{"LPR_COUNT": 0}', b'{"INFORMATION": "none"}', b"nothing"])
def test_what_holds_no_read_is_refused(body):
    assert one_refusal(body, adapter="lilin").reason == "read_missing"
