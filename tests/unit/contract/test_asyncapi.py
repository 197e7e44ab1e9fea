"""The AsyncAPI document is valid, complete, and agrees with the topics."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from rasid.contract.catalogue import EVENT_TYPES
from rasid.contract.topics import TOPICS, Topic
from tests.unit.contract.stored import ROOT, SCHEMAS, read
from tools.generate.asyncapi import channel_id

DOCUMENT = read(SCHEMAS / "asyncapi.json")
META = read(ROOT / "tests" / "support" / "asyncapi" / "3.0.0.json")


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(pointer: str) -> Any:
    place = DOCUMENT
    for step in pointer.removeprefix("#/").split("/"):
        place = place[step.replace("~1", "/").replace("~0", "~")]
    return place


def test_it_is_valid_asyncapi():
    errors = [f"{error.json_path}: {error.message}" for error in Draft7Validator(META).iter_errors(DOCUMENT)]
    assert errors == []


def test_a_misspelt_field_would_be_noticed():
    spoilt = DOCUMENT | {"channells": {}}
    assert list(Draft7Validator(META).iter_errors(spoilt))


def test_no_reference_dangles():
    dangling = []
    for pointer in set(references(DOCUMENT)):
        try:
            resolve(pointer)
        except KeyError:
            dangling.append(pointer)
    assert dangling == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_is_a_channel_with_its_settings(topic: Topic):
    channel = DOCUMENT["channels"][channel_id(topic)]
    binding = channel["bindings"]["kafka"]
    assert channel["address"] == binding["topic"] == topic.name
    assert binding["partitions"] == topic.partitions
    assert binding["topicConfiguration"]["cleanup.policy"] == ["compact" if topic.compacted else "delete"]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_service_that_writes_or_reads_a_topic_has_an_operation(topic: Topic):
    operations = {
        (operation["tags"][0]["name"], operation["action"])
        for operation in DOCUMENT["operations"].values()
        if operation["channel"]["$ref"] == f"#/channels/{channel_id(topic)}"
    }
    assert operations == {(who, "send") for who in topic.producers} | {(who, "receive") for who in topic.consumers}


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.dataschema)
def test_every_event_is_a_message_of_its_channel_whose_examples_fit(kind: Any):
    name = kind.data.__name__
    assert name in DOCUMENT["channels"][channel_id(kind.topic)]["messages"]
    message = DOCUMENT["components"]["messages"][name]
    schema = {**resolve(message["payload"]["$ref"]), "components": DOCUMENT["components"]}
    for example in message["examples"]:
        Draft7Validator(schema).validate(example["payload"])


def test_its_schemas_are_draft_7_where_the_drafts_differ():
    assert '"prefixItems"' not in (SCHEMAS / "asyncapi.json").read_text()
    schema = {**resolve("#/components/schemas/Rule"), "components": DOCUMENT["components"]}
    assert Draft7Validator(schema).is_valid({"kind": "motion", "region": [[0.1, 0.2]]})
    assert not Draft7Validator(schema).is_valid({"kind": "motion", "region": [[0.1, 0.2, 0.3]]})
    assert not Draft7Validator(schema).is_valid({"kind": "motion", "region": [[0.1]]})


def test_the_stored_schemas_are_the_newer_draft():
    Draft202012Validator.check_schema(read(SCHEMAS / "rule.triggered.v1.schema.json"))
