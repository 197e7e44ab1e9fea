"""What holds for every format: each payload has one adapter, and no adapter keeps what cameras say of persons."""

import json
import re

import pytest

from rasid.contract.codec import to_structured
from services.ingest.adapters import ADAPTERS
from services.ingest.payload.multipart import cut
from tests.support.reading import read
from tests.support.samples import SAMPLES, needs_samples
from tests.support.vendors import Example, all_examples

ORDER = (
    *("onvif", "hikvision", "dahua", "axis", "frigate", "openalpr", "plate_recognizer", "deepstream", "unifi_protect"),
    *("milestone", "genetec", "tattile", "lectorvision", "lilin", "gat1400", "rasid"),
)
EXAMPLES = all_examples()
FILES = (
    sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".md") if SAMPLES.is_dir() else []
)
PERSONAL = re.compile(r'"(age|sex|gender|race|ethnicity|emotion|mood|similarity|person_?name)[a-z_]*":', re.IGNORECASE)

every_example = pytest.mark.parametrize(("adapter", "example"), EXAMPLES.values(), ids=EXAMPLES)


def claimed_by(example: Example) -> list[str]:
    parts = cut(example.content_type, example.body).parts
    return [one.NAME for one in ADAPTERS if any(one.recognizes(part, example.topic) for part in parts)]


def events(example: Example, **options) -> list[dict]:
    result = read(example.body, example.content_type, topic=example.topic, **options)
    return [json.loads(to_structured(one.event)) for one in result.normalized]


def test_adapters_stand_in_the_order_of_the_event_contract():
    names = [adapter.NAME for adapter in ADAPTERS]
    assert names == [name for name in ORDER if name in names]


@every_example
def test_an_example_is_claimed_by_its_own_adapter_alone(adapter: str, example: Example):
    assert claimed_by(example) == [adapter]


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_published_payload_is_claimed_by_two(path):
    assert len(claimed_by(Example(path.read_bytes()))) <= 1


@every_example
def test_an_example_is_read_whole_and_the_same_each_time(adapter: str, example: Example):
    first, again = (events(example, adapter=name) for name in (None, adapter))
    assert first
    assert first == again
    assert not read(example.body, example.content_type, topic=example.topic).refusals
    assert len({event["id"] for event in first}) == len(first)


@every_example
def test_nothing_in_an_event_says_who_or_what_somebody_is(adapter: str, example: Example):
    text = json.dumps(events(example, adapter=adapter))
    assert PERSONAL.findall(text) == []
