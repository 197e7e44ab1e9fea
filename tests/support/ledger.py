"""What is really on a topic, read without a group from its first record to the end it had when the reading began."""

from collections import Counter
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from rasid.contract.codec import decode
from rasid.contract.envelope import Event


async def records(bootstrap: str, topic: str) -> list[Any]:
    """Every record of a topic, partition by partition in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer._client._wait_on_metadata(topic)
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found = []
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found += batch
        return found
    finally:
        await consumer.stop()


async def events(bootstrap: str, topic: str, type_name: str | None = None) -> list[Event[Any]]:
    """Every event of a topic, decoded; tombstones are passed over."""
    rows = await records(bootstrap, topic)
    decoded = [decode(row.headers, row.value) for row in rows if row.value is not None]
    return [event for event in decoded if type_name in {None, event.type}]


def copies(found: list[Event[Any]]) -> Counter[str]:
    """How often each event id occurs."""
    return Counter(event.id for event in found)
