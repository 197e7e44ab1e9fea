"""Patterns over every plate there is."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rasid.testing.clock import START
from services.search import lexicon
from services.search.lexicon import Lexicon, kept_until
from services.search.plate_query import PlateRefused, read_plate_query

HOUR = timedelta(hours=1)


def knowing(*plates: str, until=START + HOUR) -> Lexicon:
    known = Lexicon()
    for plate in plates:
        known.put(plate, until)
    return known


@given(st.sets(st.text("13Aا", min_size=1, max_size=6), max_size=12), st.text("13Aا*?", min_size=3, max_size=6))
async def test_what_is_found_is_what_the_pattern_matches_gathered_or_fresh(plates, text):
    try:
        query = read_plate_query(text, None)
    except PlateRefused:
        return
    expected = sorted(
        plate
        for plate in plates
        if (plate == query.written if query.pattern is None else query.pattern.fullmatch(plate))
    )
    known = knowing(*plates)
    assert await known.matching(query, START, 100) == expected
    known._gather()
    assert await known.matching(query, START, 100) == expected


async def test_more_than_are_wanted_is_said():
    known = knowing("13A1", "13A2", "13A3")
    query = read_plate_query("13*", None)
    assert await known.matching(query, START, 3) == ["13A1", "13A2", "13A3"]
    assert await known.matching(query, START, 2) is None


async def test_a_plate_is_known_until_its_last_passage_has_expired(monkeypatch):
    monkeypatch.setattr(lexicon, "MOST_FRESH", 0)
    known = knowing("13A1")
    known.put("13A2", START + 3 * HOUR)
    known.put("13A2", START)
    query = read_plate_query("13*", None)
    assert await known.matching(query, START, 9) == ["13A1", "13A2"]
    assert await known.matching(query, START + HOUR, 9) == ["13A2"]
    known.forget(START + HOUR)
    assert len(known) == 1
    known.put("13A1", START + 2 * HOUR)
    assert await known.matching(query, START + HOUR, 9) == ["13A1", "13A2"]


def test_a_plate_that_is_read_all_day_is_written_once_an_hour():
    ends = {kept_until(START + timedelta(minutes=minute)) for minute in range(60)}
    assert ends == {START + HOUR}
