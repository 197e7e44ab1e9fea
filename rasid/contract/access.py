"""Who may do what on the bus: each service's own principal, and the rights that follow from the topics.

Nobody is given a right by hand: whoever a topic names as its producer may write it, whoever it names as a consumer may
read it, and nobody else may so much as see that it exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rasid.contract.topics import AUDIT, INGEST_DEAD_LETTERS, SOURCES, TOPICS, Topic


class Kind(StrEnum):
    """What a right is on."""

    TOPIC = "topic"
    GROUP = "group"


class Operation(StrEnum):
    """What may be done, by Kafka's own name for it."""

    READ = "Read"
    WRITE = "Write"
    DELETE = "Delete"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One principal may do one thing on one topic or group, or on all groups whose names begin so."""

    principal: str
    kind: Kind
    name: str
    operation: Operation
    by_prefix: bool = False


OPERATOR = "operator"
"""A person with `rasid dead-letters`: no service."""

DELETERS = {AUDIT.name: "oversight"}
"""Who may delete what a topic still keeps: oversight alone, what it has sequenced."""

SERVICES: tuple[str, ...] = tuple(
    dict.fromkeys(name for topic in TOPICS for name in (*topic.producers, *topic.consumers))
)
PRINCIPALS: tuple[str, ...] = (*SERVICES, OPERATOR)


def principal(name: str) -> str:
    """The user by which Kafka knows a service, or the operator."""
    return f"rasid-{name}"


def rights_of(name: str) -> frozenset[Right]:
    """All rights of a service, or of the operator."""
    return frozenset(_rights_of(name))


def all_rights() -> tuple[Right, ...]:
    """Those of everybody, in order."""
    return tuple(sorted(right for name in PRINCIPALS for right in rights_of(name)))


def _rights_of(name: str) -> Iterator[Right]:
    who = principal(name)
    for topic in TOPICS:
        allowed = set(_operations(name, topic))
        if allowed:  # whoever uses a topic looks first whether it is as the contract says
            allowed |= {Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS}
        yield from (Right(who, Kind.TOPIC, topic.name, operation) for operation in allowed)
    if any(name in topic.consumers for topic in SOURCES):
        # A service's groups are called after it: `search`, `search.device-health`.
        yield Right(who, Kind.GROUP, name, Operation.READ)
        yield Right(who, Kind.GROUP, f"{name}.", Operation.READ, by_prefix=True)
    if name == OPERATOR:
        yield from (Right(who, Kind.GROUP, service, Operation.DESCRIBE, by_prefix=True) for service in SERVICES)


def _operations(name: str, topic: Topic) -> Iterator[Operation]:
    if name in topic.producers:
        yield Operation.WRITE
    if name in topic.consumers:
        yield Operation.READ
    if topic.is_dead_letter and name == OPERATOR:
        yield from (Operation.READ, Operation.WRITE)
    if topic.is_dead_letter and name in topic.producers and topic is not INGEST_DEAD_LETTERS:
        yield Operation.READ  # the operator's word by which a held consumer goes on
    if DELETERS.get(topic.name) == name:
        yield Operation.DELETE
