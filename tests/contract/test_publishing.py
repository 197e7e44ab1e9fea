"""Publishing: acknowledged means there, and a broker that is away is said to be so, in time."""

import asyncio
import time

import pytest
from msgspec.structs import replace

from rasid.contract.codec import Message, encode
from rasid.errors import InvalidEvent, Unavailable
from rasid.testing.builders import plate_read
from tests.support.buses import DEADLINE_SECONDS
from tests.support.eventually import eventually


def message(topic, number=0, value=None):
    encoded = encode(plate_read(track=str(number)))
    return replace(encoded, topic=topic, value=value or encoded.value)


async def test_what_is_acknowledged_is_there_with_its_key_and_headers(bus):
    topic = await bus.topic()
    sent = message(topic)
    await bus.publisher.publish_message(sent)
    [record] = await bus.records(topic)
    assert (record.key, record.value, tuple(record.headers)) == (sent.key, sent.value, sent.headers)


async def test_one_after_the_other_keeps_the_order(bus):
    topic = await bus.topic()
    sent = [message(topic, number) for number in range(30)]
    for each in sent:
        await bus.publisher.publish_message(each)
    assert [record.headers[1] for record in await bus.records(topic)] == [each.headers[1] for each in sent]


async def test_a_tombstone_is_published_as_one(bus):
    topic = await bus.topic()
    await bus.publisher.publish_message(Message(topic, b"camera:gone", None, ()))
    [record] = await bus.records(topic)
    assert (record.key, record.value) == (b"camera:gone", None)


async def test_an_event_that_is_too_large_is_invalid_not_unavailable(bus):
    topic = await bus.topic()
    with pytest.raises(InvalidEvent, match="too_large"):
        await bus.publisher.publish_message(message(topic, value=b"x" * 1_048_577))
    await bus.publisher.publish_message(message(topic))
    assert len(await bus.records(topic)) == 1


async def test_while_the_broker_is_away_publishing_is_unavailable_in_time_and_works_again_afterwards(bus):
    topic = await bus.topic()
    await bus.publisher.publish_message(message(topic, 0))
    async with bus.away():
        began = time.monotonic()
        results = await asyncio.gather(
            *(bus.publisher.publish_message(message(topic, number)) for number in range(1, 6)), return_exceptions=True
        )
        assert [type(result) for result in results] == [Unavailable] * 5
        assert time.monotonic() - began < DEADLINE_SECONDS + 1
        with pytest.raises(Unavailable):
            await bus.publisher.publish_message(message(topic, 6), deadline_seconds=0.2)
    last = message(topic, 7)
    await bus.publisher.publish_message(last, deadline_seconds=20)
    records = await eventually(lambda: bus.records(topic))
    ids = [record.headers[1] for record in records]
    assert ids[0] == message(topic, 0).headers[1]
    assert last.headers[1] in ids
    assert len(ids) == len(set(ids))  # what was given up may be there, once
