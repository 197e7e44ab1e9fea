"""Keyed pseudonyms of plates."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from rasid.errors import ConfigurationError
from rasid.identity.pseudonyms import Pseudonyms

NOVEMBER = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
DECEMBER = NOVEMBER + timedelta(seconds=1)
KEY = "0f" * 32


def test_one_plate_has_one_pseudonym_a_month():
    names = Pseudonyms(KEY)
    first = names.plate("13A12345", NOVEMBER)
    assert re.fullmatch(r"p1:2026-11:[0-9a-f]{32}", first)
    assert names.plate("13A12345", NOVEMBER - timedelta(days=29)) == first
    assert Pseudonyms(KEY).plate("13A12345", NOVEMBER) == first
    assert names.plate("13A12346", NOVEMBER) != first


def test_every_spelling_of_a_plate_has_its_one_pseudonym():
    names = Pseudonyms(KEY)
    expected = names.plate("13A12345", NOVEMBER)
    for spelling in ("13 A 12345", "13-a-12345", "١٣ A ١٢٣٤٥", "１３Ａ１２３４５"):
        assert names.plate(spelling, NOVEMBER) == expected
    for nothing in ("", "--", "x" * 100):
        assert names.plate(nothing, NOVEMBER) != expected


def test_another_month_or_another_key_is_another_pseudonym():
    names = Pseudonyms(KEY)
    november, december = names.plate("13A12345", NOVEMBER), names.plate("13A12345", DECEMBER)
    assert december.startswith("p1:2026-12:")
    assert november[-32:] != december[-32:]
    assert Pseudonyms("f0" * 32).plate("13A12345", NOVEMBER) != november
    assert names.plate("13A12345", NOVEMBER) == november


def test_the_month_is_that_of_utc():
    baghdad = timezone(timedelta(hours=3))
    at = datetime(2026, 12, 1, 2, 0, tzinfo=baghdad)
    assert Pseudonyms(KEY).plate("13A12345", at).startswith("p1:2026-11:")


def test_a_query_digest_is_keyed_and_no_pseudonym():
    names = Pseudonyms(KEY)
    digest = names.query(b"13A12345", NOVEMBER)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert Pseudonyms("f0" * 32).query(b"13A12345", NOVEMBER) != digest
    assert not digest.startswith(names.plate("13A12345", NOVEMBER)[-32:])


@pytest.mark.parametrize("key", ["", "0f" * 31, "0f" * 33, "zz" * 32, " " * 64])
def test_a_key_that_is_none_is_refused_and_not_repeated(key: str):
    with pytest.raises(ConfigurationError) as told:
        Pseudonyms(key)
    assert not key.strip() or key not in str(told.value)
