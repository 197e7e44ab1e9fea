"""What a vendor's time is worth."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.ingest.payload.reading import CameraContext, VendorTime
from services.ingest.payload.times import FUTURE_SECONDS, LATE_SECONDS, epoch_time, judge, parse_time

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
BAGHDAD = CameraContext("cam-1", time_zone="Asia/Baghdad")
NOWHERE = CameraContext("cam-1")


def judged(text, camera=BAGHDAD, *, received_at=NOW, is_replay=False, is_utc=False):
    return judge(VendorTime(text, parse_time(text), is_utc), received_at, camera, is_replay=is_replay)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T11:00:00+03:00",
        "2026-03-01T11:00:00.000+03:00",
        "2026-03-01T11:00:00,0+0300",
        "2026-03-01 11:00:00 +03:00",
        "2026-03-01T11:00+03",
        "20260301T110000+0300",
        "2026-3-1T11:00:00+03:00",
        "2026-03-01T08:00:00Z",
        "2026-03-01t08:00:00z",
        "  2026-03-01T08:00:00Z\n",
        "٢٠٢٦-٠٣-٠١T٠٨:٠٠:٠٠Z",
    ],
)
def test_a_time_is_read_in_the_ways_devices_write_it(text):
    assert parse_time(text) == NOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "0000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01",
        "2026-01-01T00:00:00+99:00",
        "1772352000",
        "99999-01-01T00:00:00Z",
        "2026-W09-7T08:00:00Z",
        "2026-03-01T08:00:00Z; DROP",
    ],
)
def test_what_is_no_time_is_none(text):
    assert parse_time(text) is None


def test_fractions_of_a_second_are_kept():
    assert parse_time("2026-03-01T08:00:00.1234567Z").microsecond == 123456


def test_a_time_with_an_offset_is_dated_by_it():
    result = judged("2026-03-01T11:00:00+03:00")
    assert result.captured_at == NOW
    assert (result.quality.source, result.quality.zone, result.quality.suspicious) == ("vendor_offset", "+03:00", False)
    assert result.warnings == ()


@pytest.mark.parametrize("camera", [BAGHDAD, NOWHERE])
def test_a_time_in_utc_agrees_with_every_zone(camera):
    result = judged("2026-03-01T08:00:00Z", camera)
    assert (result.captured_at, result.quality.source, result.quality.zone) == (NOW, "vendor_utc", "UTC")
    assert not result.quality.suspicious


def test_a_format_that_means_utc_is_utc_whatever_its_suffix():
    for text in ("2026-03-01T08:00:00", "2026-03-01T08:00:00+08:00"):
        assert judged(text, is_utc=True).captured_at == NOW


def test_the_factory_offset_is_suspicious_for_a_camera_in_another_zone_only():
    text = "2026-03-01T16:00:00+08:00"
    result = judged(text)
    assert result.captured_at == NOW
    assert result.quality.suspicious
    assert result.warnings == ("time_zone_suspicious",)
    assert not judged(text, NOWHERE).quality.suspicious
    assert not judged(text, CameraContext("c", time_zone="Asia/Shanghai")).quality.suspicious


def test_an_offset_of_zero_is_utc_and_only_its_arrival_can_show_it_wrong():
    result = judged("2026-03-01T08:00:00+00:00")
    assert (result.quality.source, result.quality.zone, result.quality.suspicious) == ("vendor_offset", "+00:00", False)
    assert judged("2026-03-01T11:00:00+00:00").warnings == ("time_in_future",)


def test_an_offset_is_compared_with_the_zones_offset_on_that_day():
    paris = CameraContext("c", time_zone="Europe/Paris")
    summer = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert not judged("2026-07-01T12:00:00+02:00", paris, received_at=summer).quality.suspicious
    assert judged("2026-07-01T11:00:00+01:00", paris, received_at=summer).quality.suspicious
    assert not judged("2026-03-01T09:00:00+01:00", paris).quality.suspicious


def test_a_local_time_is_read_in_the_cameras_zone():
    result = judged("2026-03-01T11:00:00")
    assert (result.captured_at, result.quality.source, result.quality.zone) == (NOW, "camera_zone", "Asia/Baghdad")


@pytest.mark.parametrize(
    "camera", [NOWHERE, CameraContext("c", time_zone="Atlantis/Center"), CameraContext("c", time_zone="../etc")]
)
def test_a_local_time_without_a_zone_is_not_guessed(camera):
    result = judged("2026-03-01T11:00:00", camera)
    assert (result.captured_at, result.quality.source, result.quality.zone) == (NOW, "received", None)
    assert result.warnings == ("time_zone_unknown",)


@pytest.mark.parametrize(
    ("zone", "hour", "source", "applied"),
    [
        (None, 0, "vendor_offset", "+08:00"),
        ("nowhere", 0, "vendor_offset", "+08:00"),
        ("Asia/Baghdad", 5, "camera_zone", "Asia/Baghdad"),
    ],
)
def test_the_zone_a_format_defines_is_for_cameras_registered_without_one(zone, hour, source, applied):
    time = VendorTime("20260301080000", datetime(2026, 3, 1, 8), zone="Asia/Shanghai")  # noqa: DTZ001 - as devices write it
    judged = judge(
        time, datetime(2026, 3, 1, hour, tzinfo=UTC), CameraContext("cam-1", time_zone=zone), is_replay=False
    )
    assert judged.captured_at == datetime(2026, 3, 1, hour, tzinfo=UTC)
    assert (judged.quality.source, judged.quality.zone, judged.warnings) == (source, applied, ())


def test_of_two_moments_with_one_local_time_the_one_nearer_to_arrival_is_taken():
    paris = CameraContext("c", time_zone="Europe/Paris")
    early = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    for moment in (early, early + timedelta(hours=1)):
        result = judged("2026-10-25T02:30:00", paris, received_at=moment)
        assert result.captured_at == moment
        assert result.quality.suspicious
        assert "time_ambiguous" in result.warnings


def test_a_local_time_that_never_was_is_marked():
    paris = CameraContext("c", time_zone="Europe/Paris")
    result = judged("2026-03-29T02:30:00", paris, received_at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    assert "time_nonexistent" in result.warnings
    assert result.quality.suspicious


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("", "time_missing"),
        ("soon", "time_unreadable"),
        ("9999-12-31T23:59:59+00:00", "time_unreadable"),
        ("0001-01-01T00:00:00+14:00", "time_unreadable"),
    ],
)
def test_without_a_usable_time_the_receipt_dates_the_event(text, warning):
    result = judged(text)
    assert (result.captured_at, result.quality.source) == (NOW, "received")
    assert result.warnings == (warning,)
    assert not result.quality.suspicious
    assert judged(text, is_replay=True).quality.suspicious


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2034-01-04T15:57:03+03:00", "time_in_future"),
        ("9998-01-01T00:00:00+03:00", "time_in_future"),
        ("2014-12-31T23:59:59+03:00", "time_before_2015"),
        ("1970-01-01T00:00:00Z", "time_before_2015"),
        ("0002-01-01T00:00:00Z", "time_before_2015"),
        ("2026-02-28T11:00:00+03:00", "time_far_from_arrival"),
    ],
)
def test_times_that_cannot_be_right_are_kept_and_marked(text, warning):
    result = judged(text)
    assert result.captured_at == parse_time(text)
    assert result.quality.suspicious
    assert warning in result.warnings


@pytest.mark.parametrize(
    ("seconds", "suspicious"),
    [(FUTURE_SECONDS, False), (FUTURE_SECONDS + 1, True), (-LATE_SECONDS, False), (-LATE_SECONDS - 1, True)],
)
def test_the_clock_may_differ_a_little_and_the_way_may_take_a_while(seconds, suspicious):
    text = (NOW + timedelta(seconds=seconds)).isoformat()
    assert judged(text, NOWHERE).quality.suspicious is suspicious


def test_a_replay_may_be_old_but_not_from_the_future():
    old = (NOW - timedelta(days=3)).isoformat()
    assert not judged(old, NOWHERE, is_replay=True).quality.suspicious
    assert judged((NOW + timedelta(days=1)).isoformat(), NOWHERE, is_replay=True).quality.suspicious


def test_a_known_skew_is_taken_off_before_a_time_is_doubted():
    ahead = CameraContext("c", skew_seconds=120.0)
    result = judged((NOW + timedelta(seconds=120)).isoformat(), ahead)
    assert not result.quality.suspicious
    assert result.quality.skew_seconds == 120.0
    assert result.captured_at == NOW + timedelta(seconds=120)
    assert not judged((NOW - timedelta(hours=2)).isoformat(), ahead).quality.suspicious
    assert judged((NOW - timedelta(days=2)).isoformat(), ahead).quality.suspicious


def test_an_aware_moment_in_any_zone_becomes_utc():
    moment = datetime(2026, 3, 1, 13, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert judged(moment.isoformat(), NOWHERE).captured_at == NOW


@pytest.mark.parametrize(
    ("text", "per_second", "moment"),
    [
        ("1607123962.082975", 1, datetime(2020, 12, 4, 23, 19, 22, 82975, UTC)),
        ("1607123962082", 1_000, datetime(2020, 12, 4, 23, 19, 22, 82000, UTC)),
        ("1607123962082975", 1_000_000, datetime(2020, 12, 4, 23, 19, 22, 82975, UTC)),
        ("-1", 1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("", 1, None),
        (None, 1, None),
        ("1e300", 1, None),
        ("soon", 1, None),
    ],
)
def test_counts_since_1970_are_utc(text, per_second, moment):
    assert epoch_time(text, per_second) == VendorTime(text or "", moment, is_utc=True)
