"""What a payload may not keep is counted, and so is what nobody here has seen."""

import pytest

from services.ingest.payload.survey import Survey, spellings, vocabulary
from services.ingest.payload.tree import Node

WORDS = vocabulary("plate vehicle color", attributes="belt", identification="personName")


def surveyed(value) -> Survey:
    survey = Survey(WORDS)
    survey.count(Node.from_json(value))
    return survey


def test_unknown_fields_are_counted_each_and_what_is_below_them_is_not():
    assert surveyed({"plate": "1", "vehicle": {"color": "red", "novelty": 1}}).unknown_fields == 1
    assert surveyed({"plate": [["1", "2"], [{"novelty": 1}]]}).unknown_fields == 1
    assert surveyed({"block": {"a": 1, "b": {"c": 2}}, "list": [1, 2]}).unknown_fields == 3


def test_claims_about_persons_are_counted_wherever_they_are():
    survey = surveyed({"vehicle": {"belt": "no"}, "novelty": {"Age": 31, "personName": "x"}, "sex": ["m", "f"]})
    assert survey.dropped == {"attribute": 4, "identification": 1}
    assert set(survey.warnings()) == {"attribute_dropped", "camera_identification_dropped"}


@pytest.mark.parametrize("nothing", ["", None, 0, -1, "Unknown", "unknow", {}])
def test_a_claim_that_says_nothing_is_none(nothing):
    assert surveyed({"age": nothing}).dropped == {}


def test_a_claim_with_attributes_counts_by_its_text():
    assert surveyed({"age": {"@unit": "y", "#text": "31"}}).dropped == {"attribute": 1}
    assert surveyed({"age": {"@unit": "y", "#text": "unknown"}}).dropped == {}


def test_the_counts_of_several_events_add_up():
    total = Survey(WORDS)
    for value in ({"age": 31, "new": 1}, {"age": 4, "personName": "x"}):
        total.add(surveyed(value))
    assert (total.dropped, total.unknown_fields) == ({"attribute": 2, "identification": 1}, 1)


def test_names_are_found_in_the_spellings_of_all_makes():
    assert spellings("age group|sex") >= {
        "AgeGroup",
        "ageGroup",
        "age_group",
        "agegroup",
        "AGE_GROUP",
        "Sex",
        "sex",
        "SEX",
    }
