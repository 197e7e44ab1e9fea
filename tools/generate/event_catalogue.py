"""`docs/events.md`: every topic and every event, for a person to read."""

import json

from msgspec import NODEFAULT, Struct

from rasid.contract import alerts, detections, devices, evidence
from rasid.contract.catalogue import EVENT_TYPES, EventType
from rasid.contract.codec import to_structured
from rasid.contract.topics import DAY_SECONDS, HOUR_SECONDS, SOURCES, TOPICS, Topic
from tools.generate.described import field_meanings, meaning
from tools.generate.examples import examples_of
from tools.generate.structs import all_structs, fields_of
from tools.generate.words import words

SHARED: tuple[type[Struct], ...] = (
    detections.Detection,
    devices.DeviceEvent,
    devices.SiteEvent,
    alerts.AlertStep,
    evidence.EvidenceStep,
)
"""What several events carry: described once."""

HEAD = """\
# Events

<!-- Written by `rasid generate` from rasid/contract. Change it there. -->

Between services everything is an event. This is what is on each topic, in which shape, and who writes and reads it.
The same as JSON Schemas: [schemas/](../schemas), as AsyncAPI 3.0: [schemas/asyncapi.json](../schemas/asyncapi.json), as
examples: [schemas/examples/](../schemas/examples). All plates, places and people in the examples are invented.

## How an event is written

CloudEvents 1.0. On Kafka in binary mode: the attributes are headers, the value is the data alone, as JSON.
`rasid explain` and the HTTP interfaces print the same event in structured mode: one JSON object with the attributes,
and the data in `data`.

| attribute | Kafka header | meaning |
| --- | --- | --- |
| `specversion` | `ce_specversion` | `1.0` |
| `id` | `ce_id` | The event. The same fact published twice, by whomever, has one id: consumers count by it |
| `source` | `ce_source` | Who says so: `/ingest/<adapter>/<camera>`, `/alerts`, `/casework` ... |
| `type` | `ce_type` | Exactly as written here: `plate.read` |
| `subject` | `ce_subject` | What it is about: the camera, the alert, the row |
| `time` | `ce_time` | When what it tells came to be |
| `dataschema` | `ce_dataschema` | `rasid:<type>:<version>` |
| `datacontenttype` | `content-type` | `application/json` |

* **Times** are RFC 3339 in UTC with `Z`, truncated to milliseconds, and in the calendar. Their names end in `_at`,
  durations in `_seconds`, sizes in `_bytes`.
* **Identifiers** match `[a-z0-9][a-z0-9._-]{0,63}`. Vendors' identifiers are text, always.
* **Reading**: pass over types and fields you do not know. A field that is missing has its default. What cannot be read
  becomes a dead letter.
* **Changing**: a field may be added with a default. Nothing is renamed, removed or narrowed within a version: that is a
  new version beside the old one. `tests/unit/contract/old` holds every shape that was ever published.
* **Tables**: on a compacted topic each record is the whole state of its key, with a `version` that only grows. A
  consumer takes only a higher version than it has. A record without a value erases the row.
"""

DEAD_LETTERS = """\
### Dead letters

Every topic has a twin, `<topic>.dlq`, for records that a consumer can never process: 1 partition, kept as long as its
source and at most 7 days, never compacted. It holds the original bytes, key and headers, and headers that say why.

| header | meaning |
| --- | --- |
| `rasid_reason` | Short stable code |
| `rasid_detail` | What is wrong, for a person; holds no plate, person or secret |
| `rasid_source_topic`, `rasid_source_partition`, `rasid_source_offset` | Where the record lies |
| `rasid_group` | Which consumer could not process it |
| `rasid_at` | When |
"""


def document() -> str:
    """The whole document."""
    parts = [HEAD, "## Topics\n", _topic_table(), DEAD_LETTERS]
    for topic in SOURCES:
        parts += _topic(topic)
    parts.append("## What several events carry\n")
    parts += [_struct(struct, heading=3) for struct in SHARED]
    parts.append("## Parts\n")
    parts += [_struct(struct, heading=3) for struct in _parts()]
    return "\n".join(parts)


def _topic_table() -> str:
    rows = [
        "| topic | key | partitions | kept | written by | read by | types |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    rows += [_topic_row(topic) for topic in TOPICS if topic in SOURCES or not topic.name.endswith(".dlq")]
    return "\n".join(rows) + "\n"


def _topic_row(topic: Topic) -> str:
    types = [f"[`{kind.name}`](#{_anchor(kind)})" for kind in _kinds(topic)]
    cells = (
        f"`{topic.name}`",
        topic.key,
        str(topic.partitions),
        _kept(topic),
        ", ".join(topic.producers),
        ", ".join(topic.consumers) or "-",
        ", ".join(types) or "-",
    )
    return f"| {' | '.join(cells)} |"


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "compacted"
    if topic.retention_seconds is None:
        return "for ever"
    if topic.retention_seconds % DAY_SECONDS or topic.retention_seconds < 7 * DAY_SECONDS:
        return f"{topic.retention_seconds // HOUR_SECONDS} h"
    return f"{topic.retention_seconds // DAY_SECONDS} d"


def _kinds(topic: Topic) -> list[EventType]:
    return [kind for kind in EVENT_TYPES if kind.topic is topic]


def _topic(topic: Topic) -> list[str]:
    kinds = _kinds(topic)
    if not kinds:
        return []
    return [f"## `{topic.name}`\n\n{topic.purpose}\n", *(_event(kind) for kind in kinds)]


def _event(kind: EventType) -> str:
    parts = [f"### {kind.name}\n", f"{meaning(kind.data)}\n", _schema_line(kind)]
    base = next((struct for struct in SHARED if issubclass(kind.data, struct)), None)
    if base is not None:
        parts.append(f"Carries what every [{base.__name__}](#{base.__name__.lower()}) does.\n")
    table = _fields(kind.data, without=base)
    if table:
        parts.append(table)
    name, event = next(iter(examples_of(kind.dataschema).items()))
    body = json.dumps(json.loads(to_structured(event)), ensure_ascii=False, indent=2)
    parts.append(f"<details><summary>Example: {name}</summary>\n\n```json\n{body}\n```\n\n</details>\n")
    return "\n".join(parts)


def _schema_line(kind: EventType) -> str:
    name = f"{kind.name}.v{kind.version}"
    return f"Version {kind.version}. [Schema](../schemas/{name}.schema.json)\n"


def _anchor(kind: EventType) -> str:
    return kind.name.replace(".", "")


def _parts() -> list[type[Struct]]:
    events = {kind.data for kind in EVENT_TYPES}
    found = all_structs()
    return [found[name] for name in sorted(found) if found[name] not in events]


def _struct(struct: type[Struct], heading: int) -> str:
    return f"{'#' * heading} {struct.__name__}\n\n{meaning(struct)}\n\n{_fields(struct)}"


def _fields(struct: type[Struct], without: type[Struct] | None = None) -> str:
    known = {field.name for field in fields_of(without)} if without else set()
    meanings = field_meanings(struct)
    rows = [
        f"| `{field.encode_name}` | {words(field.type)} | {_need(field.default, field.default_factory)} "
        f"| {meanings[field.name]} |"
        for field in fields_of(struct)
        if field.name not in known
    ]
    if not rows:
        return ""
    return "\n".join(["| field | value | | meaning |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _need(default: object, factory: object) -> str:
    return "required" if default is NODEFAULT and factory is NODEFAULT else ""
