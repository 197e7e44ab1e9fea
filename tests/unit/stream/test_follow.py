"""A follower replaces a client that has gone quiet, and waits for a broker that is away."""

from contextlib import asynccontextmanager

import pytest

from rasid.contract.codec import encode
from rasid.errors import Unavailable
from rasid.stream.follow import Follower, FollowSettings
from rasid.stream.ports import Page
from rasid.testing.broker import MemoryBroker
from rasid.testing.builders import case_state
from rasid.testing.clock import ManualClock

TOPIC = "rasid.cases.v1"
SETTINGS = FollowSettings(poll_seconds=0.001, look_seconds=10, quiet_seconds=20, again_seconds=0)


class QuietLog:
    """Passes on to a broker in memory; the readers it opened before `go_quiet` bring nothing any more."""

    def __init__(self, broker):
        self._log = broker.log()
        self.opened = 0
        self._quiet_until = 0

    def go_quiet(self):
        self._quiet_until = self.opened

    async def bounds(self, topic):
        return await self._log.bounds(topic)

    @asynccontextmanager
    async def open(self, topic, starts):
        self.opened += 1
        number = self.opened
        async with self._log.open(topic, starts) as reader:
            yield self.Reader(self, number, reader, dict(starts))

    class Reader:
        def __init__(self, log, number, reader, positions):
            self._log, self._number, self._reader, self._positions = log, number, reader, positions

        async def page(self, timeout_seconds):
            if self._number <= self._log._quiet_until:
                return Page({}, self._positions)
            page = await self._reader.page(timeout_seconds)
            self._positions = page.positions
            return page


@pytest.fixture
def broker():
    broker = MemoryBroker()
    broker.create(TOPIC)
    return broker


def put(broker, version):
    broker.append(encode(case_state(version=version)))


async def offsets(follower):
    page = await follower.page()
    return [record.offset for records in page.records.values() for record in records]


async def test_a_client_that_went_quiet_is_replaced_and_nothing_is_lost_or_repeated(broker):
    log, clock = QuietLog(broker), ManualClock()
    async with Follower(log, TOPIC, {0: 0}, clock=clock, settings=SETTINGS) as follower:
        put(broker, 1)
        assert await offsets(follower) == [0]
        log.go_quiet()
        put(broker, 2)
        found = []
        for _ in range(6):
            clock.shift(10)
            found += await offsets(follower)
        assert found == [1]
        assert log.opened == 2


async def test_a_quiet_client_without_waiting_records_is_left_alone(broker):
    log, clock = QuietLog(broker), ManualClock()
    async with Follower(log, TOPIC, {0: 0}, clock=clock, settings=SETTINGS) as follower:
        for _ in range(10):
            clock.shift(10)
            assert await offsets(follower) == []
        assert log.opened == 1


async def test_while_the_broker_is_away_there_are_empty_pages(broker):
    clock = ManualClock()
    async with Follower(broker.log(), TOPIC, {0: 0}, clock=clock, settings=SETTINGS) as follower:
        put(broker, 1)
        broker.is_away = True
        with pytest.raises(Unavailable):
            await broker.log().bounds(TOPIC)
        assert await offsets(follower) == []
        assert await offsets(follower) == []
        broker.is_away = False
        assert await offsets(follower) == [0]
        assert follower.positions == {0: 1}
