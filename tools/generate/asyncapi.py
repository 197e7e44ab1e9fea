"""The AsyncAPI 3.0 document: every topic as a channel, what is on it, which service writes and reads it.

It describes the whole platform, so every operation is tagged with its service. Source: AsyncAPI 3.0.0; Kafka bindings
0.5.0.
"""

from typing import Any

import msgspec

import rasid
from rasid.contract import codec
from rasid.contract.catalogue import EVENT_TYPES, EventType
from rasid.contract.topics import TOPICS, Topic
from tools.generate.described import meaning
from tools.generate.examples import examples_of
from tools.generate.json_schemas import components

BINDINGS = "0.5.0"
TOMBSTONE = "Tombstone"
DEAD_LETTER = "DeadLetter"
Json = dict[str, Any]


def document() -> Json:
    """The whole document."""
    schemas = components(list(EVENT_TYPES), "#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rasid",
            "version": rasid.__version__,
            "description": "CloudEvents 1.0 on Kafka in binary mode: attributes in `ce_*` headers, data as JSON.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": codec.CONTENT_TYPE,
        "channels": {channel_id(topic): _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "schemas": {name: _draft_07(schema) for name, schema in schemas.items()},
            "messages": {kind.data.__name__: _message(kind) for kind in EVENT_TYPES}
            | {TOMBSTONE: _tombstone(), DEAD_LETTER: _dead_letter()},
            "messageTraits": {"cloudEvent": {"headers": _headers()}},
        },
    }


def channel_id(topic: Topic) -> str:
    """A topic's name in the document: `rasid.device-health.v1` is `device-health-v1`."""
    return topic.name.removeprefix("rasid.").replace(".", "-")


def _channel(topic: Topic) -> Json:
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{topic.purpose} Key: {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _message_names(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": 1,
                "topicConfiguration": _configuration(topic),
                "bindingVersion": BINDINGS,
            },
        },
    }


def _message_names(topic: Topic) -> list[str]:
    if topic.is_dead_letter:
        return [DEAD_LETTER]
    names = [kind.data.__name__ for kind in EVENT_TYPES if kind.topic is topic]
    return [*names, TOMBSTONE] if topic.compacted else names


def _configuration(topic: Topic) -> Json:
    """The topic's settings on one broker, typed as the binding wants them."""
    config = topic.kafka_config(brokers=1)
    return {name: [value] if name == "cleanup.policy" else _number(value) for name, value in config.items()}


def _number(value: str) -> int | str:
    return int(value) if value.removeprefix("-").isdigit() else value


def _operations(topic: Topic) -> Json:
    made = {_operation_id(who, "writes", topic): _operation(who, "send", topic) for who in topic.producers}
    return made | {_operation_id(who, "reads", topic): _operation(who, "receive", topic) for who in topic.consumers}


def _operation_id(service: str, does: str, topic: Topic) -> str:
    return f"{service}-{does}-{channel_id(topic)}"


def _operation(service: str, action: str, topic: Topic) -> Json:
    channel = channel_id(topic)
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": service}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in _message_names(topic)],
    }


def _message(kind: EventType) -> Json:
    examples = examples_of(kind.dataschema)
    return {
        "name": kind.name,
        "title": f"{kind.name}, version {kind.version}",
        "summary": meaning(kind.data).split("\n")[0],
        "contentType": codec.CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"#/components/schemas/{kind.data.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": kind.topic.key}, "bindingVersion": BINDINGS}},
        "examples": [
            {"name": name, "payload": msgspec.json.decode(msgspec.json.encode(event.data))}
            for name, event in examples.items()
        ],
    }


def _headers() -> Json:
    return {
        "type": "object",
        "properties": {
            "ce_specversion": {"const": codec.SPEC_VERSION},
            "ce_id": {"type": "string", "description": "Published twice, an event has one id"},
            "ce_source": {"type": "string", "description": "Such as `/ingest/hikvision/bridge-in` or `/alerts`"},
            "ce_type": {"enum": sorted({kind.name for kind in EVENT_TYPES})},
            "ce_subject": {"type": "string", "description": "What the event is about"},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_dataschema": {"enum": sorted(kind.dataschema for kind in EVENT_TYPES)},
            "content-type": {"const": codec.CONTENT_TYPE},
        },
        "required": [f"ce_{name}" for name in codec.REQUIRED],
    }


def _tombstone() -> Json:
    return {
        "name": "tombstone",
        "title": "A row that is erased",
        "summary": "A record without a value: the row of this key is gone.",
        "payload": {"type": "null"},
    }


def _dead_letter() -> Json:
    return {
        "name": "dead-letter",
        "title": "A dead letter",
        "summary": "Original bytes, key and headers, and why they could not be processed.",
        "headers": {
            "type": "object",
            "properties": {
                "rasid_reason": {"type": "string", "description": "Short stable code"},
                "rasid_detail": {"type": "string", "description": "What is wrong, for a person"},
                "rasid_at": {"type": "string", "format": "date-time"},
            },
            "required": ["rasid_reason", "rasid_detail", "rasid_at"],
        },
        "payload": {"description": "Whatever was sent, unaltered"},
    }


def _draft_07(schema: Any) -> Any:
    """AsyncAPI's own schemas are draft 7, where a list of fixed length is written as `items`."""
    if isinstance(schema, list):
        return [_draft_07(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _draft_07(value) for key, value in schema.items() if key != "prefixItems"}
    if "prefixItems" in schema:
        changed |= {"items": _draft_07(schema["prefixItems"]), "additionalItems": False}
    return changed
