"""Cursors and preconditions: what clients pass back unread."""

from datetime import timedelta

import pytest

from rasid.errors import BadRequest, PreconditionRequired
from rasid.runtime.paging import Cursor, read_cursor, write_cursor
from rasid.runtime.preconditions import etag, read_if_match
from rasid.testing.clock import START


@pytest.mark.parametrize("alert_id", ["5e0b9c1e-1d5c-5a63-9d55-000000000000", "x"])
def test_a_cursor_comes_back_as_it_was_given(alert_id):
    cursor = Cursor(START + timedelta(milliseconds=1), alert_id)
    assert Cursor.read(cursor.text) == cursor
    assert read_cursor(write_cursor(alert_id), 1) == [alert_id]


@pytest.mark.parametrize(
    "text", ["", "a", "!!!!", "٣", "AAAA", write_cursor("yesterday", "x"), write_cursor("a", "b", "c")]
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadRequest):
        Cursor.read(text)


@pytest.mark.parametrize(
    ("header", "versions"),
    [('"7"', {7}), (' "7" , W/"8"', {7, 8}), ("*", None), (etag(3), {3})],
)
def test_if_match_names_versions(header, versions):
    assert read_if_match(header) == versions


@pytest.mark.parametrize("header", ["7", '"seven"', '""', '"-1"', '"7', f'"{"9" * 30}"', '"٧"', ""])
def test_if_match_takes_only_what_was_given_out(header):
    with pytest.raises(BadRequest):
        read_if_match(header)


def test_a_change_without_a_version_is_refused():
    with pytest.raises(PreconditionRequired):
        read_if_match(None)
