"""Whoever may write or read a topic is named by it, and nobody else gets near."""

import pytest

from rasid.contract.access import (
    OPERATOR,
    PRINCIPALS,
    SERVICES,
    Kind,
    Operation,
    Right,
    all_rights,
    principal,
    rights_of,
)
from rasid.contract.topics import AUDIT, CAMERAS, CASES, DETECTIONS, FACES, INGEST_DEAD_LETTERS, TOPICS, Topic
from services.alerts.delivery import USED_TOPICS as ALERTS_USES
from services.archive.engines import USED_TOPICS as ARCHIVE_USES
from services.casework.delivery import USED_TOPICS as CASEWORK_USES
from services.search.delivery import USED_TOPICS as SEARCH_USES
from tools.generate import access_list


def may(name: str, operation: Operation, topic: Topic) -> bool:
    return Right(principal(name), Kind.TOPIC, topic.name, operation) in rights_of(name)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_service_writes_what_names_it_as_a_producer_and_nothing_else(topic: Topic):
    assert {name for name in SERVICES if may(name, Operation.WRITE, topic)} == set(topic.producers)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_service_reads_what_names_it_as_a_consumer_and_the_dead_letters_it_wrote(topic: Topic):
    readers = set(topic.producers if topic.name.endswith(".v1.dlq") else topic.consumers)
    if topic is INGEST_DEAD_LETTERS:
        readers = set()
    assert {name for name in SERVICES if may(name, Operation.READ, topic)} == readers


def test_faces_are_read_by_alerts_and_search_alone():
    assert {name for name in PRINCIPALS if may(name, Operation.READ, FACES)} == {"alerts", "search"}


def test_the_audit_log_is_written_by_all_and_read_by_oversight_alone():
    assert {name for name in PRINCIPALS if may(name, Operation.WRITE, AUDIT)} == set(SERVICES)
    assert {name for name in PRINCIPALS if may(name, Operation.READ, AUDIT)} == {"oversight"}


def test_nobody_but_oversight_deletes_and_it_only_what_it_has_sequenced():
    deleting = [right for right in all_rights() if right.operation is Operation.DELETE]
    assert deleting == [Right("rasid-oversight", Kind.TOPIC, AUDIT.name, Operation.DELETE)]


def test_who_says_what_cases_there_are_is_casework_alone():
    assert {name for name in PRINCIPALS if may(name, Operation.WRITE, CASES)} == {"casework"}


def test_an_operator_sees_dead_letters_and_no_event():
    topics = {right.name for right in rights_of(OPERATOR) if right.kind is Kind.TOPIC}
    assert topics == {topic.name for topic in TOPICS if topic.is_dead_letter}


def test_a_groups_offsets_are_moved_by_its_own_service_alone():
    groups = {(right.principal, right.name) for right in all_rights() if right.kind is Kind.GROUP}
    moved = {right for right in all_rights() if right.kind is Kind.GROUP and right.operation is Operation.READ}
    assert ("rasid-search", "search") in groups
    assert {right.principal for right in moved} == {f"rasid-{right.name.rstrip('.')}" for right in moved}
    assert not any(first.startswith(f"{second}.") for first in SERVICES for second in SERVICES)


def test_whoever_only_publishes_has_no_group():
    assert not [right for right in rights_of("ingest") if right.kind is Kind.GROUP]


@pytest.mark.parametrize(
    ("service", "topics"),
    [("alerts", ALERTS_USES), ("search", SEARCH_USES), ("archive", ARCHIVE_USES), ("casework", CASEWORK_USES)],
)
def test_a_service_may_look_at_every_topic_it_asks_for_at_its_start(service: str, topics: tuple[Topic, ...]):
    for operation in (Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS):
        assert [topic.name for topic in topics if not may(service, operation, topic)] == []


def test_each_right_is_a_line_for_kafkas_own_tool():
    lines = access_list.document().splitlines()
    assert (
        "--add --allow-principal User:rasid-ingest --operation Write --topic rasid.detections.v1 "
        "--resource-pattern-type literal"
    ) in lines
    assert (
        "--add --allow-principal User:rasid-search --operation Read --group search. --resource-pattern-type prefixed"
    ) in lines
    assert len([line for line in lines if not line.startswith("#")]) == len(all_rights())


def test_there_is_a_right_for_each_service_and_none_for_everybody():
    assert {right.principal for right in all_rights()} == {principal(name) for name in PRINCIPALS}
    assert not any("*" in right.name for right in all_rights())
    assert may("ingest", Operation.WRITE, DETECTIONS)
    assert not may("search", Operation.WRITE, CAMERAS)
