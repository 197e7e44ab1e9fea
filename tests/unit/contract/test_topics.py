"""The topics are as the design says, each has an owner, and none is without its dead letters."""

import pytest

from rasid.contract.catalogue import EVENT_TYPES
from rasid.contract.topics import (
    AUDIT,
    CASES,
    DAY_SECONDS,
    DETECTIONS,
    FACES,
    HOUR_SECONDS,
    INGEST_DEAD_LETTERS,
    SOURCES,
    TOPICS,
    Topic,
    dead_letter_topic,
)

SERVICES = {"ingest", "alerts", "search", "archive", "casework", "oversight", "console"}
COMPACTED = "compacted"
FOR_EVER = None

# The table of the design: partitions, how long kept, who writes, who reads.
DESIGN = {
    "rasid.detections.v1": (12, 72 * HOUR_SECONDS, {"ingest"}, {"alerts", "search"}),
    "rasid.faces.v1": (6, 6 * HOUR_SECONDS, {"ingest"}, {"alerts", "search"}),
    "rasid.device-health.v1": (6, 7 * DAY_SECONDS, {"ingest"}, {"alerts", "search"}),
    "rasid.cameras.v1": (1, COMPACTED, {"ingest"}, {"alerts", "search", "archive", "casework"}),
    "rasid.cases.v1": (1, COMPACTED, {"casework"}, {"alerts", "search", "archive", "casework", "oversight"}),
    "rasid.alerts.v1": (1, 30 * DAY_SECONDS, {"alerts"}, {"alerts", "search", "archive", "casework"}),
    "rasid.evidence.v1": (1, 30 * DAY_SECONDS, {"alerts", "archive"}, {"alerts", "archive", "casework"}),
    "rasid.corrections.v1": (1, 30 * DAY_SECONDS, {"search"}, {"alerts"}),
    "rasid.incidents.v1": (1, 30 * DAY_SECONDS, {"casework"}, set()),
    "rasid.audit.v1": (1, FOR_EVER, SERVICES, {"oversight"}),
    "rasid.ingest.dlq.v1": (1, 7 * DAY_SECONDS, {"ingest"}, set()),
}


def named(topic: Topic) -> str:
    return topic.name


@pytest.mark.parametrize("topic", [*SOURCES, INGEST_DEAD_LETTERS], ids=named)
def test_a_topic_is_as_the_design_says(topic: Topic):
    kept = COMPACTED if topic.compacted else topic.retention_seconds
    assert (topic.partitions, kept, set(topic.producers), set(topic.consumers)) == DESIGN[topic.name]


def test_there_is_no_topic_beside_those_of_the_design_and_their_dead_letters():
    assert {topic.name for topic in TOPICS} == {*DESIGN, *(f"{topic.name}.dlq" for topic in SOURCES)}


def test_no_name_is_given_twice():
    names = [topic.name for topic in TOPICS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("topic", [*SOURCES, INGEST_DEAD_LETTERS], ids=named)
def test_a_topic_has_an_owner_and_a_purpose_in_a_sentence(topic: Topic):
    assert topic.producers
    assert set(topic.producers) | set(topic.consumers) <= SERVICES
    assert topic.purpose.endswith(".")
    assert topic.key


@pytest.mark.parametrize("topic", SOURCES, ids=named)
def test_a_topic_has_a_twin_for_its_dead_letters_that_its_consumers_write(topic: Topic):
    twin = next(one for one in TOPICS if one.name == topic.dead_letter_name)
    assert twin == dead_letter_topic(topic)
    assert twin.is_dead_letter
    assert not twin.compacted
    assert twin.partitions == 1
    assert twin.retention_seconds is not None
    assert twin.retention_seconds <= min(topic.retention_seconds or 7 * DAY_SECONDS, 7 * DAY_SECONDS)
    assert set(twin.producers) == set(topic.consumers)


def test_every_event_is_on_a_topic_of_the_design():
    assert {kind.topic.name for kind in EVENT_TYPES} <= set(DESIGN)


def test_what_nobody_can_send_again_is_forced_to_disk_record_by_record_on_one_server():
    forced = {topic.name for topic in TOPICS if topic.kafka_config(brokers=1).get("flush.messages") == "1"}
    assert forced == {"rasid.audit.v1", "rasid.cases.v1", "rasid.cameras.v1", "rasid.evidence.v1"}
    assert DETECTIONS.kafka_config(brokers=1)["flush.ms"] == "200"


def test_three_brokers_have_two_in_sync_and_no_forced_writing():
    config = AUDIT.kafka_config(brokers=3)
    assert config["min.insync.replicas"] == "2"
    assert not {"flush.messages", "flush.ms"} & set(config)
    assert AUDIT.kafka_config(brokers=1)["min.insync.replicas"] == "1"


@pytest.mark.parametrize("topic", TOPICS, ids=named)
def test_the_brokers_own_clock_decides_how_long_anything_is_kept(topic: Topic):
    config = topic.kafka_config(brokers=1)
    assert config["message.timestamp.type"] == "LogAppendTime"
    assert config["cleanup.policy"] == ("compact" if topic.compacted else "delete")
    assert ("retention.ms" in config) is not topic.compacted


def test_for_ever_is_for_ever_and_days_are_milliseconds():
    assert AUDIT.kafka_config(brokers=1)["retention.ms"] == "-1"
    assert DETECTIONS.kafka_config(brokers=1)["retention.ms"] == "259200000"
    assert "retention.ms" not in CASES.kafka_config(brokers=1)


def test_faces_are_gone_soon_after_their_time_also_from_the_dead_letters():
    for topic in (FACES, dead_letter_topic(FACES)):
        assert topic.kafka_config(brokers=1)["segment.ms"] == "300000"
    assert DETECTIONS.kafka_config(brokers=1)["segment.ms"] == "900000"
