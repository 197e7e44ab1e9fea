"""What only the real client can get into: sequence numbers out of step, a broker that dies, a stop without one."""

import asyncio
import time

import pytest
from aiokafka import TopicPartition

from rasid.errors import Unavailable
from tests.contract.test_publishing import message
from tests.support.buses import DEADLINE_SECONDS, KafkaBus
from tests.support.engines import killable
from tests.support.eventually import eventually


async def test_after_a_fatal_sequence_error_the_producer_is_replaced_and_the_waiting_are_sent_again(kafka_bus):
    topic = await kafka_bus.topic()
    publisher = kafka_bus.publisher
    await publisher.publish_message(message(topic, 0))
    put_out_of_step(publisher, topic)
    await asyncio.gather(*(publisher.publish_message(message(topic, number)) for number in range(1, 20)))
    await publisher.publish_message(message(topic, 20))
    records = await kafka_bus.records(topic)
    assert len({record.headers[1] for record in records}) == 21
    assert publisher._metrics.registry.get_sample_value("rasid_producer_rebuilds_total") == 1


def put_out_of_step(publisher, topic):
    """As an outage leaves it: the client counts on from a batch that the broker has never seen."""
    manager = publisher._current.result()._txn_manager
    manager.increment_sequence_number(TopicPartition(topic, 0), 5)


async def test_a_producer_starts_and_stops_without_a_broker(unused_tcp_port_factory):
    bus = KafkaBus.__new__(KafkaBus)
    bus.bootstrap = f"127.0.0.1:{unused_tcp_port_factory()}"
    publisher = bus.new_publisher()
    async with publisher:
        with pytest.raises(Unavailable):
            await publisher.publish_message(message("nowhere"), deadline_seconds=0.3)
    with pytest.raises(Unavailable, match="stopped"):
        await publisher.publish_message(message("nowhere"))


async def test_a_producer_stops_in_time_while_the_broker_is_frozen(kafka_bus):
    topic = await kafka_bus.topic()
    publisher = kafka_bus.new_publisher()
    await publisher.start()
    await publisher.publish_message(message(topic))
    async with kafka_bus.away():
        for number in range(3):
            with pytest.raises(Unavailable):
                await publisher.publish_message(message(topic, number), deadline_seconds=0.1)
        began = time.monotonic()
        await publisher.stop()
        assert time.monotonic() - began < DEADLINE_SECONDS + 1


async def test_publishing_goes_on_after_the_broker_was_killed_and_restarted(kafka_bus):
    engine = killable(kafka_bus.engine)
    topic = await kafka_bus.topic()
    acknowledged, stop = [], asyncio.Event()

    async def publish():
        number = 0
        while not stop.is_set():
            number += 1
            try:
                await kafka_bus.publisher.publish_message(message(topic, number))
                acknowledged.append(number)
            except Unavailable:
                await asyncio.sleep(0.05)

    publishing = asyncio.create_task(publish())
    await asyncio.sleep(0.3)
    await engine.kill()
    await engine.start()
    before = len(acknowledged)
    await eventually(lambda: len(acknowledged) >= before + 20, 30)
    stop.set()
    await publishing
    there = {record.headers[1] for record in await kafka_bus.records(topic)}
    assert {message(topic, number).headers[1] for number in acknowledged} <= there
