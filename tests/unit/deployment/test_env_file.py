"""Filling in a `.env` file never replaces what it gives."""

from hypothesis import given as property_of
from hypothesis import strategies as st

from tools.deployment.env_file import filled, given

NAMES = st.from_regex(r"\A[A-Z][A-Z0-9_]{0,10}\Z")
VALUES = st.from_regex(r"\A[ -&(-~]{1,30}\Z").filter(lambda value: value == value.strip())  # anything but a quote


def test_an_empty_variable_is_filled_in_where_it_stands_and_a_missing_one_added():
    text, made = filled("# the first\nA=\nB=mine\n", {"A": "1", "B": "2", "C": "3"})
    assert text == "# the first\nA=1\nB=mine\nC=3\n"
    assert made == ["A", "C"]


def test_what_holds_more_than_plain_signs_is_quoted():
    text, _ = filled("", {"KEY": '{"a":"b"}'})
    assert text.strip() == """KEY='{"a":"b"}'"""
    assert given(text) == {"KEY": '{"a":"b"}'}


def test_comments_and_order_stay():
    before = "# A=no\n\nA=\n  # end"
    assert filled(before, {"A": "x"})[0] == "# A=no\n\nA=x\n  # end"


@property_of(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES))
def test_what_was_given_stays_what_is_new_can_be_read_and_twice_changes_nothing(
    before: dict[str, str], new: dict[str, str]
):
    text, _ = filled("", before)
    after, made = filled(text, new)
    assert given(after) == new | before
    assert set(made) == set(new) - set(before)
    assert filled(after, new) == (after, [])
