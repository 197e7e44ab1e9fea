"""`rasid dead-letters` against a real broker and a running, held consumer."""

import asyncio
import re

import pytest
from click.testing import CliRunner

from rasid.contract.codec import Message
from rasid.contract.topics import TOPICS
from rasid.stream.admin import ensure_topics
from tests.contract.test_dead_letter_limit import LIMITED, is_held
from tests.support.buses import poison
from tests.support.eventually import eventually
from tests.support.members import Member, Seen
from tools.dead_letters import dead_letters


async def run(*arguments):
    result = await asyncio.to_thread(CliRunner().invoke, dead_letters, arguments)
    return result.exit_code, result.output


@pytest.mark.expects_errors("the dead-letter limit holds a consumer")
async def test_a_held_process_is_looked_at_and_resumed_by_command(kafka_bus):
    kafka = ("--kafka", kafka_bus.bootstrap)
    topic = await kafka_bus.topic()
    secret = Message(topic, b"13A12345", b"a plate: 13A12345", (("ce_type", b"plate.read"),))
    await kafka_bus.put(topic, secret, *poison(topic, 8))
    member = Member(kafka_bus, topic, Seen(), settings=LIMITED)
    async with member:
        await eventually(lambda: is_held(member))

        code, listed = await run("list", topic, *kafka)
        assert code == 0
        assert listed.split()[:3] == ["5", member.group, "attribute_missing"]
        assert f"{topic} 0:4" in listed

        code, each = await run("list", topic, "--each", *kafka)
        assert code == 0
        assert len(each.splitlines()) == 5
        assert "13A12345" not in listed + each

        code, said = await run("resume", topic, "no-such-group", *kafka)
        assert code == 1
        assert "there is no consumer group no-such-group" in said
        assert is_held(member)

        code, said = await run("resume", topic, member.group, *kafka)
        assert code == 0
        await eventually(lambda: committed(kafka_bus, topic, member.group, 9))
        assert "an operator let the consumers go on" in (await run("list", topic, "--each", *kafka))[1]


async def committed(bus, topic, group, offset):
    return await bus.committed(topic, group) == {0: offset}


async def test_without_a_topic_it_tells_which_have_any(kafka_bus):
    await ensure_topics(kafka_bus.bootstrap, TOPICS, brokers=kafka_bus.engine.brokers)
    await kafka_bus.put("rasid.faces.v1.dlq", *poison("rasid.faces.v1.dlq", 3))
    code, listed = await run("list", "--kafka", kafka_bus.bootstrap)
    assert code == 0
    assert re.search(r"\d+  rasid\.faces\.v1\.dlq", listed)


async def test_a_broker_that_is_not_there_is_a_sentence_that_helps():
    code, said = await run("list", "--kafka", "127.0.0.1:1")
    assert code == 1
    assert "no broker can be reached" in said
    assert "--kafka" in said
