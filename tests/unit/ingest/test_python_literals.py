"""What Python prints of a dictionary, read as JSON."""

import pytest

from rasid.errors import InvalidEvent
from services.ingest.payload.json_document import parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"{'a': 'b', 'n': 1.5, 'l': [1, 2,],}", {"a": "b", "n": 1.5, "l": [1, 2]}),
        (b"{'yes': True, 'no': False, 'none': None}", {"yes": True, "no": False, "none": None}),
        (rb"""{'a': 'it\'s "x"', 'b': "don't", 'c': 'q\\"z'}""", {"a": 'it\'s "x"', "b": "don't", "c": 'q\\"z'}),
        (b"{'word': 'None of it, True or False'}", {"word": "None of it, True or False"}),
        (
            b"{'at': datetime.datetime(2026, 1, 10, 20, 4, 32, tzinfo=datetime.timezone.utc)}",
            {"at": "2026-01-10T20:04:32.000000Z"},
        ),
        (b"{'at': datetime.datetime(\n  2026, 1, 10, 20, 4, 32, 500\n)}", {"at": "2026-01-10T20:04:32.000500"}),
        ("{'رقم': '٤٥'}".encode(), {"رقم": "٤٥"}),
    ],
)
def test_a_printed_dictionary_is_read(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    "text", [b"{'a': open('x')}", b"{'a': 1 + 1}", b"{'a'", b"{'a': datetime.datetime(1)}", b"{'a': b'x'}"]
)
def test_nothing_else_of_python_is(text):
    with pytest.raises(InvalidEvent, match="json_not_well_formed"):
        parse(text)


def test_json_stays_json():
    assert parse(b'{"a": "it\'s None", // don\'t\n "b": 1}') == {"a": "it's None", "b": 1}
