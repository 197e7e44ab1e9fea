"""The last events in memory: resuming, forgetting, and copies."""

from hypothesis import given
from hypothesis import strategies as st

from rasid.testing.builders import plate_read
from services.alerts.live_window import Item, Position, Window, read_position, write_position

EPOCH = "0badf00d"


def item(offset: int, event_id: str | None = None) -> Item:
    return Item(offset, plate_read(track=event_id or str(offset)))


def filled(size: int, offsets: range) -> Window:
    window = Window(EPOCH, offsets.start, size)
    for offset in offsets:
        window.take(item(offset))
    return window


def missed(window: Window, offset: int) -> list[int] | None:
    found = window.after(Position(EPOCH, offset))
    return None if found is None else [one.offset for one in found]


def test_what_came_after_a_position_is_given_in_order():
    window = filled(10, range(5, 9))
    assert missed(window, 4) == [5, 6, 7, 8]
    assert missed(window, 6) == [7, 8]
    assert missed(window, 8) == []
    assert missed(window, 99) == []


def test_what_was_forgotten_or_never_read_cannot_be_resumed():
    window = filled(2, range(5, 9))
    assert missed(window, 5) is None
    assert missed(window, 6) == [7, 8]
    assert missed(Window(EPOCH, 5, 2), 3) is None
    assert missed(Window(EPOCH, 5, 2), 4) == []


def test_another_incarnation_of_the_topic_cannot_be_resumed():
    assert filled(10, range(3)).after(Position("cafecafe", 1)) is None


def test_a_copy_is_passed_over_but_moves_the_end():
    window = filled(10, range(2))
    window.take(item(2, event_id="0"))
    window.take(item(3))
    assert missed(window, 0) == [1, 3]
    assert window.end == 4


@given(st.integers(1, 5), st.integers(0, 30), st.integers(-1, 40))
def test_a_window_gives_all_that_came_after_a_position_or_says_that_it_cannot(size, count, position):
    window = filled(size, range(count))
    expected = list(range(position + 1, count))
    assert missed(window, position) == (expected if len(expected) <= size else None)


@given(st.text("0123456789abcdef", min_size=1, max_size=16), st.integers(-1, 2**62))
def test_a_position_comes_back_as_it_was_written(epoch, offset):
    assert read_position(write_position(Position(epoch, offset))) == Position(epoch, offset)


@given(st.text(max_size=20))
def test_any_text_is_a_position_or_none(text):
    position = read_position(text)
    assert position is None or position.offset >= -1
