"""Names are a contract: what a field is called tells what it holds."""

import re

import pytest
from msgspec import Struct, inspect

from rasid.contract import fields
from rasid.contract.catalogue import BY_DATA, BY_SCHEMA, EVENT_TYPES
from tools.generate.described import field_meanings, meaning
from tools.generate.structs import all_structs, fields_of, structs_of

STRUCTS = [pytest.param(struct, id=name) for name, struct in all_structs().items()]
TIME = inspect.type_info(fields.UtcTime)
RATIO = inspect.type_info(fields.Ratio)
SHA256 = inspect.type_info(fields.Sha256)

# `at` is the moment of the event itself; `until` ends a grant; an authorization is valid from one to another. The
# vendor's own text is not a time of ours.
TIMES_WITH_OTHER_NAMES = {"at", "until", "valid_from", "valid_to"}
NO_TIMES_OF_OURS = {"vendor_time"}
UNITS = ("_seconds", "_bytes", "_degrees", "_mps", "_percent")
# Numbers whose unit is in their own word, or that have none.
NUMBERS_WITHOUT_UNIT = {
    *("revision", "version", "count", "result_count", "score", "confidence", "zoom", "value", "pixel_density"),
    *("in_", "out", "total", "quality", "template_dims"),
    *("left", "top", "right", "bottom", "latitude", "longitude"),
}


def plain(kind: inspect.Type) -> inspect.Type:
    """The type of a field without the possibility of null, and without what only describes it."""
    if isinstance(kind, inspect.UnionType):
        return plain(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    if isinstance(kind, inspect.Metadata) and kind != TIME:
        return plain(kind.type) if kind not in (RATIO, SHA256) else kind
    return kind


def is_number(kind: inspect.Type) -> bool:
    inner = kind.type if isinstance(kind, inspect.Metadata) else kind
    return isinstance(inner, inspect.IntType | inspect.FloatType)


@pytest.mark.parametrize("struct", STRUCTS)
def test_a_time_ends_in_at_and_only_a_time_does(struct: type[Struct]):
    for field in fields_of(struct):
        is_named_so = field.name.endswith("_at") or field.name in TIMES_WITH_OTHER_NAMES
        assert (plain(field.type) == TIME) is is_named_so, field.name
        assert not field.name.endswith(("_time", "_date", "_ts", "timestamp")) or field.name in NO_TIMES_OF_OURS


@pytest.mark.parametrize("struct", STRUCTS)
def test_a_number_says_its_unit(struct: type[Struct]):
    for field in fields_of(struct):
        if is_number(plain(field.type)):
            assert field.name.endswith(UNITS) or field.name in NUMBERS_WITHOUT_UNIT, field.name
        else:
            assert not field.name.endswith(UNITS), field.name


@pytest.mark.parametrize("struct", STRUCTS)
def test_a_digest_is_named_after_its_algorithm(struct: type[Struct]):
    for field in fields_of(struct):
        assert (plain(field.type) == SHA256) is field.name.endswith("sha256"), field.name


@pytest.mark.parametrize("struct", STRUCTS)
def test_yes_and_no_read_as_such(struct: type[Struct]):
    for field in fields_of(struct):
        if isinstance(plain(field.type), inspect.BoolType):
            assert field.name.startswith("is_") or field.name.endswith(("suspicious", "retriable")), field.name


@pytest.mark.parametrize("struct", STRUCTS)
def test_names_are_words_in_small_letters(struct: type[Struct]):
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.encode_name) for field in fields_of(struct))


@pytest.mark.parametrize("struct", STRUCTS)
def test_a_struct_and_every_field_of_it_is_explained_and_nothing_else(struct: type[Struct]):
    assert meaning(struct).split("\n")[0].endswith((".", ";", ":", ","))
    meanings = field_meanings(struct)
    assert set(meanings) == {field.name for field in fields_of(struct)}
    assert all(meanings.values())


@pytest.mark.parametrize("struct", STRUCTS)
def test_an_event_cannot_be_changed(struct: type[Struct]):
    assert struct.__struct_config__.frozen


def test_a_type_and_version_exists_once_and_its_class_says_both():
    assert len(BY_DATA) == len(BY_SCHEMA) == len(EVENT_TYPES)
    for kind in EVENT_TYPES:
        words = re.split(r"[._]", kind.name)
        assert kind.data.__name__ == f"{''.join(word.capitalize() for word in words)}V{kind.version}"
        assert kind.dataschema == f"rasid:{kind.name}:{kind.version}"


def test_two_structs_never_share_a_name():
    classes = {struct for kind in EVENT_TYPES for struct in structs_of(kind.data).values()}
    assert len({struct.__name__ for struct in classes}) == len(classes)


def test_no_attribute_of_a_person_has_a_place_in_any_event():
    forbidden = {"age", "sex", "gender", "ethnicity", "race", "religion", "emotion", "mood", "similarity", "label"}
    assert {field.name for struct in all_structs().values() for field in fields_of(struct)} & forbidden == set()
