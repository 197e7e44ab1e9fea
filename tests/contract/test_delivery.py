"""What a delivery loop promises about every record: delivered in order, until done, whatever fails."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from rasid.contract.catalogue import BY_DATA
from rasid.contract.codec import Message, tombstone
from rasid.contract.tables import CaseStateV1
from rasid.errors import InvalidEvent, Unavailable
from rasid.stream.ports import CommitRefused
from rasid.testing.builders import case_state, plate_read
from tests.support.eventually import eventually
from tests.support.members import QUICK, Member, Seen, group_of


def reads(count, *, first=0, camera="cam-1"):
    return [
        plate_read(f"13A{number:05}", track=str(number), camera_id=camera) for number in range(first, first + count)
    ]


def ids(events):
    return [event.id for event in events]


async def test_events_of_a_partition_arrive_in_order_with_their_place(bus):
    topic = await bus.topic()
    sent = reads(20)
    await bus.put(topic, *sent)
    seen = Seen()
    async with Member(bus, topic, seen):
        await eventually(lambda: len(seen.ids) == 20)
    assert seen.ids == ids(sent)
    received = [received for batch in seen.batches for received in batch]
    assert [each.offset for each in received] == list(range(20))
    assert {(each.topic, each.partition) for each in received} == {(topic, 0)}
    assert all(each.appended_at.tzinfo for each in received)
    assert received[0].event == sent[0]


async def test_what_is_done_is_committed_and_not_delivered_again(bus):
    topic = await bus.topic()
    await bus.put(topic, *reads(5))
    first, second = Seen(), Seen()
    async with Member(bus, topic, first):
        await eventually(lambda: len(first.ids) == 5)
    assert await bus.committed(topic, group_of(topic)) == {0: 5}
    later = reads(1, first=5)
    await bus.put(topic, *later)
    async with Member(bus, topic, second):
        await eventually(lambda: second.ids)
    assert second.ids == ids(later)


async def test_offsets_are_committed_while_it_runs_too(bus):
    topic = await bus.topic()
    await bus.put(topic, *reads(3))
    async with Member(bus, topic, Seen()):
        await eventually(lambda: committed(bus, topic, {0: 3}))


async def committed(bus, topic, offsets: Mapping[int, int]) -> bool:
    return await bus.committed(topic, group_of(topic)) == offsets


async def test_what_was_handled_but_not_committed_comes_again_after_a_crash(bus):
    topic = await bus.topic()
    sent = reads(4)
    await bus.put(topic, *sent)
    first, second = Seen(), Seen()
    async with Member(bus, topic, first, consumer=NeverCommits(bus, topic)):
        await eventually(lambda: len(first.ids) == 4)
    async with Member(bus, topic, second):
        await eventually(lambda: len(second.ids) == 4)
    assert second.ids == ids(sent)


class NeverCommits:
    """A consumer that is cut off between the effect and the commit."""

    def __init__(self, bus, topic):
        self._real = bus.consumer(topic, group_of(topic), QUICK)

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def commit(self, offsets):
        raise CommitRefused


async def test_types_it_does_not_handle_and_tombstones_are_passed_over(bus):
    topic = await bus.topic()
    wanted = plate_read()
    await bus.put(topic, case_state(), tombstone(BY_DATA[CaseStateV1], "case:case-1"), wanted)
    seen = Seen()
    member = Member(bus, topic, seen)
    async with member:
        await eventually(lambda: seen.ids)
    assert seen.ids == [wanted.id]
    assert member.metric("rasid_events_consumed_total", topic=topic, outcome="skipped") == 2
    assert await bus.committed(topic, member.group) == {0: 3}


async def test_of_a_batch_with_poison_only_the_poison_becomes_a_dead_letter(bus):
    topic = await bus.topic()
    sent = reads(6)
    await bus.put(topic, *sent)
    done = []

    async def handler(batch):
        if any(received.event.id == sent[2].id for received in batch):
            raise InvalidEvent("nonsense", "this can never be handled")
        done.extend(received.event.id for received in batch)

    async with Member(bus, topic, handler):
        await eventually(lambda: len(done) == 5)
        [letter] = await eventually(lambda: bus.records(f"{topic}.dlq"))
    assert done == ids([*sent[:2], *sent[3:]])
    assert headers(letter)["rasid_reason"] == b"nonsense"
    assert await bus.committed(topic, group_of(topic)) == {0: 6}


async def test_a_dead_letter_holds_the_original_and_where_it_is_from(bus):
    topic = await bus.topic()
    broken = Message(
        topic, b"cam-7", b'{"camera_id": 7', (("ce_type", b"plate.read"), ("ce_id", b"x"), ("extra", b"1"))
    )
    await bus.put(topic, plate_read(), broken)
    async with Member(bus, topic, Seen()):
        [letter] = await eventually(lambda: bus.records(f"{topic}.dlq"))
    assert (letter.key, letter.value) == (broken.key, broken.value)
    assert tuple(letter.headers[:3]) == broken.headers
    about = headers(letter)
    assert about["rasid_reason"] == b"attribute_missing"
    assert about["rasid_source_topic"] == topic.encode()
    assert (about["rasid_source_partition"], about["rasid_source_offset"]) == (b"0", b"1")
    assert about["rasid_group"] == group_of(topic).encode()
    assert about["rasid_detail"]
    assert about["rasid_at"].endswith(b"Z")


async def test_the_largest_record_a_topic_takes_fits_into_its_dead_letter(bus):
    topic = await bus.topic()
    value = b"x" * (1024 * 1024 - 200)
    await bus.put(topic, Message(topic, b"cam-7", value, (("ce_type", b"plate.read"), ("nothing", None))))
    async with Member(bus, topic, Seen()):
        [letter] = await eventually(lambda: bus.records(f"{topic}.dlq"))
    assert letter.value == value


def headers(record):
    return dict(record.headers)


async def test_the_offset_of_poison_does_not_move_before_its_dead_letter_is_durable(bus):
    topic = await bus.topic()
    await bus.put(topic, *reads(2), Message(topic, b"cam-1", b"nonsense", (("ce_type", b"plate.read"),)), *reads(2))
    publisher = Away()
    member = Member(bus, topic, Seen(), publisher=publisher)
    async with member:
        await eventually(lambda: publisher.tries > 2)
        assert await bus.committed(topic, member.group) == {0: 2}
    assert not await bus.records(f"{topic}.dlq")
    async with Member(bus, topic, Seen()):
        await eventually(lambda: committed(bus, topic, {0: 5}))
    assert len(await bus.records(f"{topic}.dlq")) == 1


class Away:
    """A publisher whose broker does not answer."""

    tries = 0

    async def publish_message(self, message, *, deadline_seconds=None):
        self.tries += 1
        raise Unavailable("Kafka", "the test took it away")


async def test_unavailable_pauses_only_its_partition_and_loses_nothing(bus):
    topic = await bus.topic(partitions=3)
    sent = {partition: reads(30, camera=f"cam-{partition}") for partition in range(3)}
    store_is_away = True
    done = {partition: [] for partition in range(3)}

    async def handler(batch):
        partition = batch[0].partition
        if partition == 1 and store_is_away:
            raise Unavailable("the store", "the test took it away")
        done[partition].extend(received.event.id for received in batch)

    member = Member(bus, topic, handler)
    async with member:
        for partition, events in sent.items():
            await bus.put(topic, *events[:10], partition=partition)
        await eventually(lambda: len(done[0]) == len(done[2]) == 10)
        await eventually(lambda: member.metric("rasid_consumer_pauses_total", topic=topic) > 1)
        for partition in (0, 1, 2):  # while it waits, the others go on
            await bus.put(topic, *sent[partition][10:], partition=partition)
        await eventually(lambda: len(done[0]) == len(done[2]) == 30)
        assert done[1] == []
        store_is_away = False
        await eventually(lambda: len(done[1]) == 30)
    assert done == {partition: ids(events) for partition, events in sent.items()}
    assert await bus.committed(topic, member.group) == {0: 30, 1: 30, 2: 30}


async def test_after_unavailable_in_the_middle_it_goes_on_from_the_first_undone(bus):
    topic = await bus.topic()
    sent = reads(6)
    await bus.put(topic, *sent)
    calls = []

    async def handler(batch):
        calls.append([received.event.id for received in batch])
        if len(calls) == 2:
            raise Unavailable("the store", "once")

    async with Member(bus, topic, handler, settings=small_batches(2)):
        await eventually(lambda: len(calls) == 4)
    assert calls == [ids(sent[0:2]), ids(sent[2:4]), ids(sent[2:4]), ids(sent[4:6])]


def small_batches(size):
    return replace(QUICK, batch_records=size)


async def test_any_other_error_ends_the_loop_with_the_offset_unmoved(bus):
    topic = await bus.topic()
    sent = reads(6)
    await bus.put(topic, *sent)

    async def handler(batch):
        if batch[0].event.id == sent[2].id:
            raise ZeroDivisionError

    member = Member(bus, topic, handler, settings=small_batches(2))
    async with member:
        await eventually(lambda: isinstance(member.error, ZeroDivisionError))
    assert await bus.committed(topic, member.group) == {0: 2}


async def test_a_slow_handler_does_not_hold_up_the_other_partitions(bus):
    topic = await bus.topic(partitions=2)
    release = asyncio.Event()
    done = []

    async def handler(batch):
        if batch[0].partition == 0:
            await release.wait()
        done.extend(received.event.id for received in batch)

    slow, quick = reads(1, camera="slow"), reads(20, camera="quick")
    async with Member(bus, topic, handler):
        await bus.put(topic, *slow, partition=0)
        await bus.put(topic, *quick[:5], partition=1)
        await eventually(lambda: done == ids(quick[:5]))
        await bus.put(topic, *quick[5:], partition=1)
        await eventually(lambda: done == ids(quick))
        release.set()
        await eventually(lambda: len(done) == 21)


async def test_stopping_lets_the_batch_in_hand_finish(bus):
    topic = await bus.topic()
    await bus.put(topic, *reads(4))
    entered = asyncio.Event()

    async def handler(batch):
        entered.set()
        await asyncio.sleep(0.3)  # the work itself

    member = await Member(bus, topic, handler, settings=small_batches(2)).start()
    await entered.wait()
    await member.stop()
    assert await bus.committed(topic, member.group) == {0: 2}


@pytest.mark.parametrize("away_first", [True, False])
async def test_it_waits_for_a_broker_that_is_away_and_says_so(bus, away_first):
    topic = await bus.topic()
    seen = Seen()
    member = Member(bus, topic, seen)
    sent = reads(2)
    await bus.put(topic, *sent)
    if not away_first:
        await member.start()
        await eventually(lambda: len(seen.ids) == 2)
    async with bus.away():
        if away_first:
            await member.start()
        await eventually(lambda: any("unavailable" in why for why in member.readiness.waiting.values()), 60)
        assert member.pulse.silent_seconds == 0
    await eventually(lambda: member.is_ready and len(seen.ids) == 2, 60)
    await member.stop()
    assert member.error is None
