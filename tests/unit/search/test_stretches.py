"""A window is read in pieces: latest first, without a gap, without anything twice."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rasid.testing.clock import START
from services.search.paging import Position
from services.search.stretches import FIRST, Moment, Stretch, pieces
from services.search.tiers import EARLIEST, LATEST, Window

MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))


def window(since, until):
    return Window(since, until, EARLIEST)


@given(MOMENTS, MOMENTS, st.none() | MOMENTS, st.booleans(), st.data())
def test_every_moment_after_the_position_lies_in_exactly_one_piece(one, other, after, is_cut, data):
    since, until = sorted((one, other))
    position = None if after is None else Position(after, "m")
    found = list(pieces(window(since, until), position, is_cut=is_cut))
    assert len(found) < 20
    stretches = [piece for piece in found if isinstance(piece, Stretch)]
    assert all(earlier.since == later.until for earlier, later in pairwise(stretches))
    at, passage_id = (
        data.draw(st.sampled_from([since, until, after or since]) | MOMENTS),
        data.draw(st.sampled_from("alz")),
    )
    is_wanted = since <= at < until and (position is None or (at, passage_id) < (position.captured_at, "m"))
    assert sum(holds(piece, at, passage_id) for piece in found) == is_wanted


def holds(piece, at, passage_id):
    if isinstance(piece, Moment):
        return at == piece.at and passage_id < piece.before_id
    return piece.since <= at < piece.until


def test_the_first_piece_is_short_and_a_month_is_seven():
    month = window(START, START + timedelta(days=31))
    first, *others = pieces(month, None, is_cut=True)
    assert first == Stretch(month.until - FIRST, month.until)
    assert len(others) == 6
    assert list(pieces(month, None, is_cut=False)) == [Stretch(month.since, month.until)]


def test_all_the_time_there_is_can_be_cut():
    assert len(list(pieces(window(EARLIEST, LATEST), None, is_cut=True))) < 16


def test_a_page_that_ended_in_a_moment_goes_on_in_it():
    end = Position(START, "b")
    moment, stretch = pieces(window(START - FIRST, START + FIRST), end, is_cut=True)
    assert (moment, stretch) == (Moment(START, "b"), Stretch(START - FIRST, START))
    assert list(pieces(window(START, START + FIRST), end, is_cut=True)) == [Moment(START, "b")]


def test_what_lies_before_the_window_has_nothing_after_it():
    assert (
        list(pieces(window(START, datetime(2027, 1, 1, tzinfo=UTC)), Position(START - FIRST, "b"), is_cut=True)) == []
    )
