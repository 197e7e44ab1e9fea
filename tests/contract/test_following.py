"""Topics read without a group: tables with all their rows before they are ready, streams that can be resumed."""

import asyncio
from contextlib import aclosing, asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from rasid.contract.catalogue import BY_DATA
from rasid.contract.codec import Message, tombstone
from rasid.contract.tables import CaseStateV1
from rasid.errors import Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.watchdog import Pulse
from rasid.stream.follow import FollowSettings
from rasid.stream.table import TableReader
from rasid.stream.tail import Tail
from rasid.testing.builders import case_state, plate_read
from tests.support.buses import messages
from tests.support.eventually import eventually

QUICK = FollowSettings(poll_seconds=0.05, look_seconds=0.5, quiet_seconds=1.0, again_seconds=0.1)
CASE = BY_DATA[CaseStateV1]


class Rows:
    """A table in memory."""

    def __init__(self):
        self.rows = {}
        self.known_when_complete = []

    def __call__(self, key, event):
        if event is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = event.data.version

    @asynccontextmanager
    async def read(self, bus, topic):
        clock = SystemClock()
        self.readiness = Readiness()
        reader = TableReader(
            bus.log,
            topic,
            frozenset({"case.state"}),
            self,
            clock=clock,
            readiness=self.readiness,
            pulse=Pulse("table", 60, clock),
            settings=QUICK,
            on_complete=lambda: self.known_when_complete.append(len(self.rows)),
        )
        running = asyncio.create_task(reader.run())
        try:
            yield reader
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_table_is_ready_once_everything_is_read_that_was_there_at_the_start(bus):
    topic = await bus.topic(compacted=True)
    await bus.put(topic, *(case_state(f"case-{number}") for number in range(200)))
    table = Rows()
    async with table.read(bus, topic) as reader:
        assert table.readiness.waiting
        await asyncio.wait_for(reader.ready(), 10)
        assert len(table.rows) == 200
        assert not table.readiness.waiting
        await bus.put(topic, case_state("case-200"))
        await eventually(lambda: len(table.rows) == 201)
    assert table.known_when_complete == [200]


async def test_an_empty_table_is_ready_at_once(bus):
    topic = await bus.topic(compacted=True)
    table = Rows()
    async with table.read(bus, topic) as reader:
        await asyncio.wait_for(reader.ready(), 10)
    assert table.known_when_complete == [0]


async def test_the_highest_version_wins_and_a_tombstone_erases(bus):
    topic = await bus.topic(compacted=True)
    await bus.put(topic, *(case_state("case-1", version=version) for version in (1, 3, 2)), case_state("case-2"))
    table = Rows()
    async with table.read(bus, topic) as reader:
        await asyncio.wait_for(reader.ready(), 10)
        assert table.rows == {"case:case-1": 3, "case:case-2": 1}
        await bus.put(topic, tombstone(CASE, "case:case-1"), case_state("case-2", version=2))
        await eventually(lambda: table.rows == {"case:case-2": 2})


@pytest.mark.expects_errors("a row cannot be read")
async def test_a_row_that_cannot_be_read_is_erased_and_the_others_stay(bus):
    topic = await bus.topic(compacted=True)
    nonsense = Message(topic, b"case:case-1", b"{}", (("ce_type", b"case.state"),))
    await bus.put(topic, case_state("case-1"), case_state("case-2"), nonsense)
    table = Rows()
    async with table.read(bus, topic) as reader:
        await asyncio.wait_for(reader.ready(), 10)
        assert table.rows == {"case:case-2": 1}
        await bus.put(topic, case_state("case-1", version=2))
        await eventually(lambda: table.rows == {"case:case-1": 2, "case:case-2": 1})


async def test_a_table_goes_on_after_the_broker_was_away(bus):
    topic = await bus.topic(compacted=True)
    await bus.put(topic, case_state("case-1"))
    table = Rows()
    async with table.read(bus, topic) as reader:
        await asyncio.wait_for(reader.ready(), 10)
        async with bus.away():
            await asyncio.sleep(1.5)  # long enough for a look to fail
        await bus.put(topic, case_state("case-1", version=2))
        await eventually(lambda: table.rows == {"case:case-1": 2}, 20)


async def test_a_table_that_starts_while_the_broker_is_away_waits_for_it(bus):
    topic = await bus.topic(compacted=True)
    await bus.put(topic, case_state("case-1"))
    table = Rows()
    async with bus.away():
        reading = table.read(bus, topic)
        reader = await reading.__aenter__()
        await eventually(lambda: "unavailable" in str(table.readiness.waiting), 20)
    try:
        await asyncio.wait_for(reader.ready(), 20)
        assert table.rows == {"case:case-1": 1}
    finally:
        await reading.__aexit__(None, None, None)


async def take(tail, offset, count):
    found = []
    async with asyncio.timeout(10), aclosing(tail.follow(offset)) as stream:
        async for received in stream:
            found.append(received)
            if len(found) == count:
                break
    return found


async def test_a_tail_gives_every_event_from_an_offset_on(bus):
    topic = await bus.topic()
    sent = [plate_read(track=str(number)) for number in range(5)]
    await bus.put(topic, *sent)
    tail = Tail(bus.log, topic, clock=SystemClock(), settings=QUICK)
    bounds = await tail.bounds()
    assert (bounds.first, bounds.end) == (0, 5)
    assert [received.event for received in await take(tail, 2, 3)] == sent[2:]
    assert [received.offset for received in await take(tail, 2, 3)] == [2, 3, 4]


async def test_a_tail_waits_for_what_comes_and_passes_over_what_cannot_be_read(bus):
    topic = await bus.topic()
    tail = Tail(bus.log, topic, clock=SystemClock(), settings=QUICK)
    taking = asyncio.create_task(take(tail, 0, 1))
    event = plate_read()
    await bus.put(topic, Message(topic, b"x", b"nonsense", ()), event)
    [received] = await taking
    assert (received.event, received.offset) == (event, 1)


async def test_the_epoch_names_the_topic_and_the_cluster_and_stays(bus):
    topic, other = await bus.topic(), await bus.topic()
    clock = SystemClock()
    epoch = await Tail(bus.log, topic, clock=clock).epoch()
    assert epoch == await Tail(bus.log, topic, clock=clock).epoch()
    assert epoch != await Tail(bus.log, other, clock=clock).epoch()
    assert epoch.isalnum()


async def test_a_topic_that_does_not_exist_is_unavailable(bus):
    with pytest.raises(Unavailable, match="nowhere"):
        await bus.log.bounds("nowhere")


async def test_offsets_at_the_end_that_hold_no_record_do_not_keep_a_table_from_being_ready(kafka_bus):
    """The end of a Kafka log can lie behind its last record: markers of transactions, records that were compacted."""
    topic = await kafka_bus.topic(compacted=True)
    [message] = messages(topic, [case_state("case-1")])
    async with AIOKafkaProducer(bootstrap_servers=kafka_bus.bootstrap, transactional_id=topic) as producer:
        for _ in range(2):
            async with producer.transaction():
                await producer.send(topic, message.value, message.key, headers=list(message.headers))
    assert (await kafka_bus.log.bounds(topic))[0].end == 4
    table = Rows()
    async with table.read(kafka_bus, topic) as reader:
        await asyncio.wait_for(reader.ready(), 10)
        assert table.rows == {"case:case-1": 1}
