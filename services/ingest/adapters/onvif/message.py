"""One notification: its topic, its items, when and what became of the property it is about."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from rasid.contract.detections import VendorIds
from services.ingest.adapters.onvif.words import meaningful
from services.ingest.payload.reading import VendorTime
from services.ingest.payload.times import parse_time
from services.ingest.payload.tree import Node

TOPICS = 1024
Operation = Literal["initialized", "changed", "deleted", ""]
_OPERATIONS: dict[str, Operation] = {"initialized": "initialized", "changed": "changed", "deleted": "deleted"}
_CHANNELS = (
    "VideoSource",
    "VideoSourceToken",
    "VideoSourceConfigurationToken",
    "VideoSourceConfiguration",
    "Source",
    "channel",
    "AudioSourceConfigurationToken",
)


class Message(Struct, frozen=True):
    """One notification: `source`, `key` and `data` by item name, `node` as it came.

    `topic` is as written; `path` is the topic without prefixes, in lower case. `moment` is the time where another than
    ONVIF's counts.
    """

    topic: str
    time_text: str
    operation: Operation
    source: Node
    key: Node
    data: Node
    node: Node
    warnings: tuple[str, ...] = ()
    moment: VendorTime | None = None
    serial: str | None = None

    @property
    def path(self) -> str:
        """The topic's path, `ruleengine/linedetector/crossed`; empty when there is no topic."""
        return _bare(self.topic).lower()

    @property
    def name(self) -> str:
        """The topic as people read it, without its prefixes."""
        return _bare(self.topic)

    @property
    def object_id(self) -> str | None:
        """The track this is about, in whichever part it stands."""
        for node in (self.data, self.key):
            found = meaningful(node.text("ObjectId", "ObjectID", "objectId"))
            if found is not None:
                return found
        return None

    @property
    def rule_name(self) -> str | None:
        """What the engineer called the rule on the device."""
        return meaningful(self.source.text("Rule", "RuleName", "rule"))

    @property
    def is_replay(self) -> bool:
        """Whether this is the state at the time of subscribing instead of something that happened."""
        return self.operation == "initialized"

    def time(self) -> VendorTime:
        """When; ONVIF means UTC whatever the text's suffix says."""
        return self.moment or utc_time(self.time_text)

    def vendor(self) -> VendorIds:
        """The device's identifiers."""
        return VendorIds(
            track_id=self.object_id,
            device_serial=self.serial,
            channel=meaningful(self.source.text(*_CHANNELS)),
            topic=self.topic or None,
        )


@lru_cache(TOPICS)
def _bare(topic: str) -> str:
    """A topic without the prefixes of its parts; a device has few of them."""
    return "/".join(part.rpartition(":")[2] for part in topic.strip("/. ").split("/"))


def utc_time(text: str) -> VendorTime:
    """A time that ONVIF defines as UTC."""
    return VendorTime(text, parse_time(text), is_utc=True)


def time_warnings(time: VendorTime) -> tuple[str, ...]:
    """What is odd about a UTC time: an offset that is none of UTC's."""
    return ("utc_time_with_offset",) if time.moment is not None and time.moment.utcoffset() else ()


def from_xml(node: Node, warnings: tuple[str, ...]) -> Message:
    """A `NotificationMessage`; what is missing in it stays empty."""
    inner = node.node("Message")
    inner = inner.node("Message") or inner
    return Message(
        topic=topic_text(node.text("Topic") or ""),
        time_text=inner.text("@UtcTime", "UtcTime") or "",
        operation=_OPERATIONS.get((inner.text("@PropertyOperation", "PropertyOperation") or "").lower(), ""),
        source=items(inner.node("Source")),
        key=items(inner.node("Key")),
        data=items(inner.node("Data")),
        node=node,
        warnings=warnings,
    )


def from_json(node: Node, topic: str) -> Message:
    """An event as JSON over MQTT: the topic is the message's, the items are plain members."""
    return Message(
        topic=topic_of_mqtt(topic),
        time_text=node.text("UtcTime") or "",
        operation=_OPERATIONS.get((node.text("PropertyOperation") or "").lower(), ""),
        source=node.node("Source"),
        key=node.node("Key"),
        data=_unwrapped(node.node("Data")),
        node=node,
        warnings=() if topic else ("topic_missing",),
    )


def from_dump(node: Node) -> Message:
    """A notification as ONVIF client libraries print it: contents of elements under `_value_1`."""
    topic, message = node.node("Topic"), node.node("Message")
    inner = message.node("_value_1") or message
    return from_xml(Node({"Topic": topic.text("_value_1") or node.text("Topic") or "", "Message": inner}), ())


def deleted(topic: str) -> Message:
    """A property that is gone; of its source only the values stand in the topic, the rule's name last."""
    _, _, values = topic.partition("/&")
    name = values.rpartition("/")[2]
    return Message(
        topic=topic_of_mqtt(topic),
        time_text="",
        operation="deleted",
        source=Node({"Rule": name}) if "/" in values else Node(),
        key=Node(),
        data=Node(),
        node=Node({"topic": topic}),
    )


def _unwrapped(data: Node) -> Node:
    """Items of elements without their wrapper, where they have one: `{"VehicleInfo": {"VehicleInfo": {...}}}`."""
    fields: dict[str, list[str | Node]] = {}
    for name in data.members:
        fields[name] = [value.node(name) or value if isinstance(value, Node) else value for value in data.values(name)]
    return Node(fields)


def topic_text(text: str) -> str:
    """A topic as written, without blanks."""
    return "".join(text.split())


def topic_of_mqtt(topic: str) -> str:
    """ONVIF's topic in an MQTT topic: between `onvif-ej/` and the source's values, which begin with `&`."""
    _, found, rest = f"/{topic}".partition("/onvif-ej/")
    return rest.partition("/&")[0] if found else topic


def items(node: Node) -> Node:
    """`SimpleItem` and `ElementItem` as fields by their names; several of one name stay several."""
    fields: dict[str, list[str | Node]] = {}
    for item in node.nodes("SimpleItem"):
        name = item.text("@Name", "Name")
        if name is not None:
            fields.setdefault(name, []).append(item.text("@Value", "Value") or item.own_text)
    for item in node.nodes("ElementItem"):
        name = item.text("@Name", "Name")
        if name is not None:
            fields.setdefault(name, []).extend(_contents(item))
    return Node(fields)


def _contents(item: Node) -> Iterator[str | Node]:
    """What an element item holds: the element itself, not its wrapper."""
    found = False
    for name in item.members:
        if name not in {"@Name", "Name"}:
            found = True
            yield from item.values(name)
    if not found:
        yield Node()
