"""What a plate in a query means."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.plates.normalize import normalize
from services.search.plate_query import PlateRefused, read_plate_query


def matches(query: str, plate: str, match=None) -> bool:
    read = read_plate_query(query, match)
    stored = normalize(plate)
    return stored == read.written if read.pattern is None else read.pattern.fullmatch(stored) is not None


@pytest.mark.parametrize(
    ("query", "plate"),
    [
        ("13 A 12345", "13A12345"),
        ("١٣ ا ١٢٣٤٥", "13A12345"),
        ("13-a-12345", "13A12345"),
        ("13А12345", "13A12345"),  # a Cyrillic letter
        ("13A*", "13A12345"),
        ("*345", "13A12345"),
        ("1?A123?5", "13A12345"),
        ("*12*45", "13A12345"),
        ("*3*1*4*", "13A12345"),
        ("١٣ ا *", "13 A 12345"),
        ("*ا ١٢٣٤٥", "13A12345"),
        ("١٣؟١٢٣٤٥", "13A12345"),
        ("13A12345*", "13A12345"),
        ("ب*٥٦", "ب 3456"),
    ],
)
def test_a_query_in_any_spelling_finds_its_plate(query, plate):
    assert matches(query, plate)


@pytest.mark.parametrize(
    ("query", "plate"),
    [
        ("13A1234", "13A12345"),
        ("13A?", "13A12345"),
        ("13A*46", "13A12345"),
        ("*12345*12345", "13A12345"),
        ("13A.*", "13A12345X"[:0] + "13B12345"),
        ("[1]3A*", "23A12345"),
    ],
)
def test_and_no_other(query, plate):
    assert not matches(query, plate)


def test_a_beginning():
    assert matches("13 A", "13A12345", "prefix")
    assert not matches("3 A", "13A12345", "prefix")


@pytest.mark.parametrize(
    ("query", "match", "word"),
    [
        ("*", None, "at least 2"),
        ("***", None, "at least 2"),
        ("?????", None, "at least 2"),
        ("*?", "wildcard", "at least 2"),
        ("1*", None, "at least 2"),
        ("1", "prefix", "at least 2"),
        ("- -", None, "no letter or digit"),
        ("\0", None, "no letter or digit"),
        ("🚗", None, "no letter or digit"),
        ("-", "prefix", "at least 2"),
        ("13*", "exact", "wildcards"),
        ("13A", "wildcard", "no wildcard"),
        ("1*2*3*4*5*6", None, "more than 4"),
    ],
)
def test_what_would_match_everything_or_nothing_is_refused(query, match, word):
    with pytest.raises(PlateRefused, match=word):
        read_plate_query(query, match)


@given(st.text(max_size=64), st.sampled_from([None, "exact", "prefix", "wildcard"]))
def test_whatever_is_asked_is_read_or_refused_and_never_matches_everything(text, match):
    try:
        query = read_plate_query(text, match)
    except PlateRefused:
        return
    assert query.written
    if query.pattern is not None:
        assert not query.pattern.fullmatch("")
        assert not (query.pattern.fullmatch("ZZ9") and query.pattern.fullmatch("88X"))


@given(st.text("13A*?", max_size=64))
def test_a_pattern_takes_no_time_to_speak_of(text):
    try:
        query = read_plate_query(text, None)
    except PlateRefused:
        return
    if query.pattern is not None:
        began = time.perf_counter()
        for plate in ("1" * 64, "13A" * 21, "31" * 32):
            query.pattern.fullmatch(plate)
        assert time.perf_counter() - began < 0.5
