"""Times and identifiers, as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from rasid.contract.fields import canonical_time, is_identifier, parse_utc, utc_text

BAGHDAD = timezone(timedelta(hours=3))


def test_a_time_is_written_in_utc_and_cut_to_milliseconds():
    assert utc_text(datetime(2026, 11, 24, 12, 30, 0, 123_999, BAGHDAD)) == "2026-11-24T09:30:00.123Z"
    assert utc_text(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) == "2026-11-24T09:30:00.000Z"
    assert utc_text(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"


def test_a_time_without_a_zone_is_not_written():
    with pytest.raises(ValueError, match="zone"):
        utc_text(datetime(2026, 11, 24, 9, 30))  # noqa: DTZ001 - the mistake is the point


def test_what_was_written_is_read_again():
    moment = datetime(2026, 11, 24, 9, 30, 0, 123_000, UTC)
    assert parse_utc(utc_text(moment)) == moment
    assert parse_utc("2026-11-24T12:30:00.123+03:00") == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "today", "2026-11-24", "2026-11-24T09:30:00", "2026-13-24T09:30:00Z", "2026-02-29T00:00:00Z"),
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"),
    ],
)
def test_what_is_no_moment_is_a_value_error(text: str):
    with pytest.raises(ValueError, match=r"\w"):
        parse_utc(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-11-24T09:30:00.123Z", "2026-11-24T09:30:00.123Z"),
        ("2026-11-24T12:30:00.123+03:00", "2026-11-24T09:30:00.123Z"),
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00.000Z"),
        ("2026-11-24T09:30:00.123999Z", "2026-11-24T09:30:00.123Z"),
    ],
)
def test_a_moment_has_one_canonical_text(text: str, canonical: str):
    assert canonical_time(text) == canonical


def test_a_canonical_form_is_no_excuse_for_a_day_that_does_not_exist():
    with pytest.raises(ValueError, match=r"day|month"):
        canonical_time("2026-02-30T09:30:00.123Z")


@pytest.mark.parametrize("text", ["a", "0", "bridge-in", "lane_2", "v1.2", "a" * 64])
def test_an_identifier_is_lower_case_and_short(text: str):
    assert is_identifier(text)


@pytest.mark.parametrize("text", ["", "-a", ".a", "_a", "A", "a b", "a" * 65, "a\n", "جسر", "a/b", "a%"])
def test_what_could_be_mistaken_in_an_address_is_no_identifier(text: str):
    assert not is_identifier(text)
