"""What a part of a post is taken for before anything reads it: by how it begins, and by the names in it."""

import pytest

from rasid.errors import InvalidEvent
from services.ingest.payload.reading import Part
from tests.support.reading import JPEG, read
from tests.support.vendors import examples_of


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"a": 1, "b": {"c": [{"d": "e"}], "f": [[{"g": null}]]}}', {"a", "b", "c", "d", "f", "g"}),
        (b'[{"a": 1}, {"b": 2}]', {"a", "b"}),
        (b"{'a': None, 'b': True}", {"a", "b"}),
        ('{"a": {"b": 1}}'.encode("utf-16"), {"a", "b"}),
        (b"[1, 2]", set()),
        (b'<a b="c"/>', set()),
        (b"plain: text", set()),
        (JPEG, set()),
        (b"", set()),
    ],
)
def test_the_names_of_a_json_document_are_those_of_its_members_at_every_depth(body: bytes, names: set[str]):
    assert Part(body).names == names


def test_the_names_of_json_that_breaks_off_are_looked_for_in_its_text():
    long = b"x" * 500
    assert Part(b'{"a": "' + long + b'", "b": {"c": "d", "e').names >= {"a", "b", "c"}
    assert Part(b'{"a": 1}\n{"b": 2}').names >= {"a", "b"}


def test_a_document_is_parsed_once_and_refused_alike_each_time():
    part = Part(b'{"a": 1}')
    assert part.json() is part.json()
    broken = Part(b'{"a"')
    for _ in range(2):
        with pytest.raises(InvalidEvent) as caught:
            broken.json()
        assert caught.value.reason == "json_not_well_formed"


@pytest.mark.parametrize("adapter", ["frigate", "deepstream", "lectorvision"])
def test_a_format_is_told_in_wide_characters_too(adapter: str):
    example = next(iter(examples_of(adapter).values()))
    result = read(example.body.decode().encode("utf-16"))
    assert result.adapter == adapter
