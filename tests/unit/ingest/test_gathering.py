"""What is made of the documents of one payload, put together."""

import pytest

from rasid.errors import InvalidEvent
from services.ingest.payload.gathering import gathered, together
from services.ingest.payload.reading import Draft, Reading, Refusal, Sighted, VendorTime
from services.ingest.payload.survey import Survey, vocabulary

NOTHING = InvalidEvent("nothing", "there is nothing")


def draft(part: bytes) -> Draft:
    return Draft(part=part, time=VendorTime("", None), fact=Sighted("object"))


def refusal(part: bytes) -> Refusal:
    return Refusal("reason", "a sentence", part)


def test_drafts_and_refusals_keep_their_order_alone_or_in_lists():
    outcomes = [draft(b"1"), [refusal(b"2"), draft(b"3")], refusal(b"4"), []]
    reading = gathered(outcomes, Survey(vocabulary("")), nothing=NOTHING)
    assert [one.part for one in reading.drafts] == [b"1", b"3"]
    assert [one.part for one in reading.refusals] == [b"2", b"4"]


def test_a_payload_of_which_nothing_was_made_is_refused():
    with pytest.raises(InvalidEvent) as caught:
        gathered([[]], Survey(vocabulary("")), nothing=NOTHING)
    assert caught.value.reason == "nothing"


def test_readings_of_parts_in_different_forms_add_up():
    reading = together(
        [
            Reading((draft(b"1"),), (), {"attribute": 1}, 2),
            Reading((draft(b"2"),), (refusal(b"3"),), {"attribute": 2, "identification": 1}, 3),
        ]
    )
    assert [one.part for one in (*reading.drafts, *reading.refusals)] == [b"1", b"2", b"3"]
    assert (reading.dropped, reading.unknown_fields) == ({"attribute": 3, "identification": 1}, 5)
