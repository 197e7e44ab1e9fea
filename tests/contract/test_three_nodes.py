"""What only a cluster can show: one node may die and nobody notices; with two gone nothing is promised."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from msgspec import structs

from rasid.contract.codec import encode
from rasid.contract.topics import TOPICS
from rasid.errors import Unavailable
from rasid.stream.admin import check_topics, ensure_topics
from tests.contract.test_kafka_consumer import read
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.members import Member, Seen

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
async def nodes(kafka):
    """The nodes, all of them there at the beginning and afterwards."""
    cluster = killable(kafka)
    await cluster.start()
    yield cluster.nodes
    await cluster.start()


async def partitions_of(kafka, *topics):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    try:
        return [one for topic in await admin.describe_topics(list(topics)) for one in topic["partitions"]]
    finally:
        await admin.close()


async def test_every_topic_is_on_three_nodes_and_two_must_have_a_record(kafka):
    await ensure_topics(kafka.address, TOPICS, brokers=kafka.brokers)
    assert await check_topics(kafka.address, TOPICS, brokers=kafka.brokers) == []
    copies = await partitions_of(kafka, *(topic.name for topic in TOPICS), "__consumer_offsets")
    assert {len(one["replicas"]) for one in copies} == {3}
    assert {topic.kafka_config(brokers=kafka.brokers)["min.insync.replicas"] for topic in TOPICS} == {"2"}


async def test_nodes_that_die_one_after_the_other_under_load_lose_nothing(kafka, kafka_bus, nodes):
    topic = await kafka_bus.topic(partitions=3)
    seen, acknowledged, stop = Seen(), set(), asyncio.Event()

    async def publish():
        for number in range(1_000_000):
            if stop.is_set():
                return
            event = read(number)
            try:
                await kafka_bus.publisher.publish_message(structs.replace(encode(event), topic=topic))
                acknowledged.add(event.id)
            except Unavailable:
                await asyncio.sleep(0.05)

    async with Member(kafka_bus, topic, seen) as member:
        publishing = asyncio.create_task(publish())
        for node in nodes:
            before = len(acknowledged)
            await eventually(lambda before=before: len(acknowledged) > before + 50, 60, "records are taken")
            await node.kill()
            before = len(acknowledged)
            await eventually(lambda before=before: len(acknowledged) > before + 50, 60, "they are, without that node")
            await node.start()
            await eventually(lambda: is_whole(kafka, topic), 60, "the node has caught up")
        stop.set()
        await publishing
        await eventually(lambda: acknowledged <= set(seen.ids), 60, "every acknowledged record is handled")
        assert member.error is None
    stored = {dict(record.headers)["ce_id"].decode() for record in await kafka_bus.records(topic)}
    assert acknowledged <= stored


async def is_whole(kafka, topic):
    return all(len(one["isr"]) == 3 for one in await partitions_of(kafka, topic))


async def test_with_two_nodes_gone_nothing_is_promised_until_one_is_back(kafka_bus, nodes):
    topic = await kafka_bus.topic()
    event = structs.replace(encode(read(1)), topic=topic)
    await kafka_bus.publisher.publish_message(event)
    for node in nodes[:2]:
        await node.kill()
    with pytest.raises(Unavailable):
        await kafka_bus.publisher.publish_message(event)
    await nodes[0].start()

    async def is_taken():
        try:
            await kafka_bus.publisher.publish_message(event)
        except Unavailable:
            return False
        return True

    await eventually(is_taken, 60, "two of three are enough")
