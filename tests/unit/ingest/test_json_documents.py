"""The JSON documents of a payload: alone, in a list, one after another, among pictures."""

import pytest

from rasid.errors import InvalidEvent
from rasid.testing.clock import START
from services.ingest.payload import json_document
from services.ingest.payload.documents import MAX_DOCUMENTS, Opening, documents
from services.ingest.payload.reading import Part, Payload, Refusal
from tests.support.reading import JPEG


def opened(*bodies: bytes) -> list[str]:
    """Each document as its field `a`, each refusal as its reason."""
    found = documents(Payload(tuple(Part(body) for body in bodies), START), Opening(lambda part: part))
    return [one.reason if isinstance(one, Refusal) else one.fields.text("a") for one in found]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a":1}', ["1"]),
        (b'[{"a":1},{"a":2}]', ["1", "2"]),
        (b'{"a":1}\r\n{"a":2}\n', ["1", "2"]),
        (b'{"a":"}{"}{"a":"\\""}', ["}{", '"']),
        (b'{"a":1} {"a":2} {"a":', ["1", "2", "json_not_well_formed"]),
        (b'[{"a":1},"x"]', ["1", "json_not_an_object"]),
        (b'{"a":1,}', ["1"]),
        (b'{"a":[1,2,],/* x */} // y', ["1"]),
        (b'{"a":"1,}"}', ["1,}"]),
        (b'{"a"', ["json_not_well_formed"]),
        (b"[]", []),
        (b"plain", []),
        (JPEG, []),
        (b'[{"a":1},' + b'{"b":' * 40 + b"1" + b"}" * 40 + b"]", ["1", "json_too_deep"]),
    ],
)
def test_documents_are_found_however_they_follow_one_another(body, found):
    assert opened(body) == found


def test_documents_of_several_parts_are_found_among_pictures():
    assert opened(b'{"a":1}', JPEG, '{"a":2}'.encode("utf-16")) == ["1", "2"]


def test_one_of_several_is_told_from_the_others_by_its_own_part():
    found = documents(Payload((Part(b'{"a":1}\n{"a":2}'),), START), Opening(lambda part: part))
    assert [one.part for one in found] == [b'{"a":1}', b'{"a":2}']


def test_what_may_not_be_kept_of_a_document_is_the_callers_to_say():
    (refusal,) = documents(Payload((Part(b'{"a":'),), START), Opening(lambda part: b"nothing"))
    assert refusal.part == b"nothing"


@pytest.mark.parametrize("body", [b"[" + b"{}," * MAX_DOCUMENTS + b"{}]", b"{}" * (MAX_DOCUMENTS + 1)])
def test_more_documents_than_a_device_sends_are_refused(body):
    with pytest.raises(InvalidEvent) as caught:
        opened(body)
    assert caught.value.reason == "too_many_events"


def test_a_body_of_brackets_or_quotes_is_cut_in_time():
    assert list(json_document.split(b"}" * 100_000)) == []
    assert list(json_document.split(b'"' + b"{" * 100_000)) == []
    assert len(list(json_document.split(b"{" * 100_000))) == 1


def test_members_nobody_asks_for_are_passed_over_and_stay_in_the_documents_own_part():
    opening = Opening(lambda part: part, frozenset({"b"}))
    (one,) = documents(Payload((Part(b'{"a":1,"b":2}'),), START), opening)
    assert ("a" in one.fields, "b" in one.fields, one.part) == (True, False, b'{"a":1,"b":2}')
