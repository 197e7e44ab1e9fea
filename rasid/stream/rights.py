"""What this client may do with topics, asked of the broker: a right that is missing is found before it is needed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from rasid.contract.access import Kind, Operation, rights_of
from rasid.contract.topics import Topic
from rasid.errors import ConfigurationError
from rasid.stream.login import RIGHTS_FIX

CODES: Mapping[Operation, int] = {
    Operation.READ: 3,
    Operation.WRITE: 4,
    Operation.DELETE: 6,
    Operation.DESCRIBE: 8,
    Operation.DESCRIBE_CONFIGS: 10,
}
"""Kafka's numbers for them (Kafka protocol guide, AclOperation)."""


async def check_rights(connection: AIOKafkaConnection, service: str, topics: Sequence[Topic]) -> None:
    """Refuse a user who may not do with these topics what the contract gives the service. Raises ConfigurationError."""
    answer = await connection.send(_AskRights([topic.name for topic in topics]))
    given = {name: _operations(code, allowed) for code, name, _internal, _partitions, allowed in answer.topics}
    missing = sorted(_missing(service, topics, given))
    if missing:
        raise ConfigurationError(
            f"Kafka does not give {service}'s user these rights of the contract: {', '.join(missing)}", RIGHTS_FIX
        )


def _missing(service: str, topics: Sequence[Topic], given: Mapping[str, frozenset[Operation]]) -> Iterator[str]:
    names = {topic.name for topic in topics}
    for right in rights_of(service):
        is_asked = right.kind is Kind.TOPIC and right.name in names
        if is_asked and right.operation not in given.get(right.name, frozenset()):
            yield f"{right.operation} on {right.name}"


def _operations(code: int, allowed: int) -> frozenset[Operation]:
    if code not in (0, TopicAuthorizationFailedError.errno):
        return frozenset(Operation)  # there is no such topic: whoever looks at topics says so
    return frozenset(operation for operation, bit in CODES.items() if code == 0 and allowed & (1 << bit))


class _Metadata8(Response):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3
    API_VERSION = 8
    SCHEMA: ClassVar[Any] = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(("node_id", Int32), ("host", String("utf-8")), ("port", Int32), ("rack", String("utf-8"))),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("name", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition_index", Int32),
                        ("leader_id", Int32),
                        ("leader_epoch", Int32),
                        ("replica_nodes", Array(Int32)),
                        ("isr_nodes", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("topic_authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class _AskRights8(RequestStruct):  # type: ignore[misc]  # the same
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _Metadata8
    SCHEMA: ClassVar[Any] = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _AskRights(Request[_AskRights8]):  # type: ignore[misc]  # the same
    """The eighth version of asking for metadata: aiokafka knows the first five, and those say nothing of rights."""

    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_AskRights8]) -> _AskRights8:
        """Asked without making a topic that is missing."""
        return request_struct_class(self._topics, False, False, True)
