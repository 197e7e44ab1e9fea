"""Publishing while the broker comes and goes: what is acknowledged is on the topic or in the spool, in its order."""

import asyncio
import errno
from collections import defaultdict

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.codec import Message
from rasid.errors import Full, InvalidEvent, Unavailable
from rasid.runtime.health import Readiness
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Pulse
from rasid.stream.circuit import Circuit
from rasid.stream.drain import PROBE_SECONDS, SWEEP_SECONDS, TICK_SECONDS, Away, Drain
from rasid.stream.spool import Spool
from rasid.stream.spool_lane import SpoolLane
from rasid.stream.spool_losses import Loss
from rasid.stream.spool_outlet import BusOutlet, body_of
from rasid.stream.spooling import SpoolingPublisher
from rasid.testing.clock import ManualClock
from tests.support.eventually import eventually

pytestmark = pytest.mark.expects_errors("does not acknowledge")

TOPIC, DAY_SECONDS = "rasid.detections.v1", 24 * 3600
PER_SECOND = 100


class Broker:
    """Takes messages, or acknowledges none; `too_large` are values that it never takes."""

    def __init__(self):
        self.taken = []
        self.sends = 0
        self.acknowledged = 0
        self.is_away = False
        self.too_large = set()

    async def publish_message(self, message, *, deadline_seconds=None, otherwise=None):
        self.sends += 1
        if message.value in self.too_large:
            raise InvalidEvent("too_large", "larger than it takes")
        await asyncio.sleep(0)
        if not self.is_away:
            self.acknowledged += 1
            self.taken.append(message)
        elif otherwise is None:
            raise Unavailable("the broker", "not acknowledged")
        else:
            await otherwise(message)

    def values(self, key=b"cam-1"):
        return [message.value for message in self.taken if message.key == key]


class Bench:
    """A publisher with its spool and drain, and a broker that can be away."""

    def __init__(self, folder, *, limit_bytes=100_000, clock=None):
        self.folder = folder
        self.clock = clock or ManualClock()
        self.metrics = Metrics(CollectorRegistry())
        self.readiness = Readiness()
        self.broker = Broker()
        self.circuit = Circuit()
        self.losses = []
        folder.mkdir(exist_ok=True)
        self.spool = self.new_spool(folder, limit_bytes)
        self.publisher = SpoolingPublisher(self.broker, self.spool, self.circuit, self.metrics)
        self.drain = Drain(
            self.lane(self.spool),
            Away("the broker", self.circuit, lambda: self.broker.acknowledged),
            per_second=PER_SECOND,
            limit_bytes=limit_bytes,
            clock=self.clock,
            metrics=self.metrics,
            readiness=self.readiness,
            pulse=Pulse("the spool", 60, self.clock),
        )
        self.task = None

    def new_spool(self, folder, limit_bytes=None):
        return Spool(folder, kind="events", limit_bytes=limit_bytes, clock=self.clock, metrics=self.metrics)

    def lane(self, spool):
        outlet = BusOutlet(self.broker, 1.5, self.record)
        return SpoolLane(spool, outlet, retention_seconds={TOPIC: DAY_SECONDS}, metrics=self.metrics)

    def record(self, loss: Loss):
        self.losses.append(loss)
        return message(b"lost", topic="letters")

    async def __aenter__(self):
        await self.spool.open()
        return self

    async def __aexit__(self, *error):
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.spool.close()

    def start(self):
        self.task = asyncio.create_task(self.drain.run())

    async def turns(self, seconds, steps=1):
        """Let time pass, and everything that is due be done."""
        for _ in range(steps):
            await self.rests()
            await self.clock.advance(seconds)
            await self.rests()

    async def rests(self):
        """The drain has done what it could and waits for time to pass."""
        for _ in range(5):
            await asyncio.sleep(0)
        await eventually(lambda: self.clock._moved._waiters, what="the drain rests")

    def metric(self, name, **labels):
        return self.metrics.registry.get_sample_value(name, {"kind": "events", **labels}) or 0


def message(value, key=b"cam-1", topic=TOPIC):
    return Message(topic, key, value, (("ce_id", value),))


@pytest.fixture
async def bench(tmp_path):
    async with Bench(tmp_path) as bench:
        yield bench


async def publish(bench, *values, key=b"cam-1"):
    for value in values:
        await bench.publisher.publish_message(message(value, key))


async def test_while_the_broker_answers_the_spool_is_not_touched(bench):
    await publish(bench, b"1", b"2")
    assert bench.broker.values() == [b"1", b"2"]
    assert (bench.spool.rows, bench.metric("rasid_spool_added_total")) == (0, 0)


async def test_a_send_without_an_acknowledgement_is_in_the_spool_when_it_returns(bench):
    bench.broker.is_away = True
    await publish(bench, b"1")
    assert bench.spool.rows == 1
    assert [row.body for row in await bench.spool.oldest(9)] == [body_of(message(b"1"))]


async def test_after_three_in_a_row_nobody_waits_for_the_broker_any_more(bench):
    bench.broker.is_away = True
    await publish(bench, *(b"%d" % number for number in range(6)))
    assert bench.broker.sends == 3
    assert bench.spool.rows == 6
    assert bench.metric("rasid_spool_circuit_open") == 1


async def test_what_the_broker_would_never_take_is_refused_at_once_also_then(bench):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2", b"3")
    with pytest.raises(InvalidEvent):
        await publish(bench, b"x" * (2 * 1024 * 1024 + 1))


async def test_the_spool_drains_in_order_and_live_events_go_at_once_beside_it(bench):
    bench.broker.is_away = True
    spooled = [b"%03d" % number for number in range(40)]
    await publish(bench, *spooled)
    bench.start()
    await bench.turns(PROBE_SECONDS, 3)
    assert bench.broker.values() == []
    bench.broker.is_away = False
    await bench.turns(PROBE_SECONDS)
    assert bench.broker.values() == spooled[:1], "one is tried"
    await publish(bench, b"live")
    assert b"live" in bench.broker.values(), "it does not wait for the spool"
    await bench.turns(TICK_SECONDS, 20)
    assert [value for value in bench.broker.values() if value != b"live"] == spooled
    assert bench.spool.rows == 0
    assert bench.metric("rasid_spool_drained_total") == 40
    assert bench.metric("rasid_spool_oldest_seconds") == 0, "nothing waits, so nothing grows old"


async def test_it_drains_no_faster_than_it_may(bench):
    bench.broker.is_away = True
    await publish(bench, *(b"%03d" % number for number in range(300)))
    bench.broker.is_away = False
    bench.start()
    await bench.turns(PROBE_SECONDS)
    await bench.turns(TICK_SECONDS * 1.01)
    before = len(bench.broker.taken)
    await bench.turns(TICK_SECONDS * 1.01, 10)
    assert PER_SECOND * 0.8 <= len(bench.broker.taken) - before <= PER_SECOND * 1.2


async def test_a_full_spool_is_told_and_what_it_holds_is_kept(tmp_path):
    async with Bench(tmp_path, limit_bytes=2000) as bench:
        bench.broker.is_away = True
        with pytest.raises(Full):  # noqa: PT012 - how many fit does not matter
            while True:
                await publish(bench, b"x" * 100)
        held = bench.spool.rows
        assert 0 < bench.spool.size_bytes <= 2000
        bench.start()
        await bench.turns(PROBE_SECONDS)
        assert "the spool of events" in bench.readiness.waiting, "away and full: it cannot do its work"
        bench.broker.is_away = False
        await bench.turns(PROBE_SECONDS)
        await bench.turns(TICK_SECONDS, 10)
        assert len(bench.broker.taken) == held
        assert bench.readiness.waiting == bench.readiness.degraded == {}


async def test_waiting_events_only_degrade_the_service(bench):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2", b"3")
    bench.start()
    await bench.turns(PROBE_SECONDS)
    await bench.turns(PROBE_SECONDS)
    assert bench.readiness.waiting == {}
    assert "3 wait for the broker" in bench.readiness.degraded["the spool of events"]
    assert bench.metric("rasid_spool_depth") == 3
    assert bench.metric("rasid_spool_oldest_seconds") >= PROBE_SECONDS


@pytest.mark.expects_errors("does not acknowledge", "does not arrive")
async def test_what_outlives_its_retention_is_deleted_with_a_record_and_never_silently(bench):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2")
    await publish(bench, b"3", key=b"cam-2")
    bench.start()
    await bench.turns(DAY_SECONDS / 2)
    await publish(bench, b"4")
    await bench.turns(DAY_SECONDS / 2 + SWEEP_SECONDS)
    assert [(loss.reason, loss.kind, loss.key, loss.rows) for loss in bench.losses] == [
        ("expired_in_spool", TOPIC, b"cam-1", 2),
        ("expired_in_spool", TOPIC, b"cam-2", 1),
    ]
    assert bench.metric("rasid_spool_lost_total", reason="expired_in_spool") == 3
    bench.broker.is_away = False
    await bench.turns(PROBE_SECONDS, 2)
    await bench.turns(TICK_SECONDS, 5)
    assert sorted(bench.broker.values()) == [b"4", b"lost", b"lost"]


@pytest.mark.expects_errors("does not acknowledge", "does not arrive")
async def test_what_the_broker_refuses_for_good_is_on_record_and_holds_nobody_up(bench):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2", b"3")
    bench.broker.too_large = {b"1"}
    bench.broker.is_away = False
    bench.start()
    await bench.turns(PROBE_SECONDS, 3)
    await bench.turns(TICK_SECONDS, 5)
    assert bench.broker.values() == [b"2", b"3", b"lost"]
    assert [(loss.reason, loss.rows) for loss in bench.losses] == [("too_large", 1)]


async def test_a_clock_that_is_set_makes_nothing_old(bench):
    bench.broker.is_away = True
    await publish(bench, b"1")
    bench.clock._now = bench.clock._now.replace(year=2036)
    bench.start()
    await bench.turns(SWEEP_SECONDS)
    assert bench.losses == []


async def test_a_successor_goes_on_with_what_is_there(tmp_path):
    async with Bench(tmp_path) as first:
        first.broker.is_away = True
        await publish(first, b"1", b"2")
    async with Bench(tmp_path) as second:
        assert second.spool.rows == 2
        second.start()
        await second.turns(TICK_SECONDS, 3)
        assert second.broker.values() == [b"1", b"2"]


async def test_nothing_is_sent_twice_while_the_disk_takes_no_note_of_it(bench, monkeypatch):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2")
    bench.broker.is_away = False

    async def fails(rows, records=()):
        raise Unavailable("the spool", "its disk does not take it")

    with monkeypatch.context() as patched:
        patched.setattr(bench.spool, "exchange", fails)
        bench.start()
        await bench.turns(PROBE_SECONDS, 5)
        assert bench.broker.values() == [b"1", b"2"]
    await bench.turns(PROBE_SECONDS, 2)
    assert bench.broker.values() == [b"1", b"2"]
    assert bench.spool.rows == 0


@pytest.mark.expects_errors("could not be written", "does not acknowledge")
async def test_a_disk_that_fails_is_told_and_found_well_again(bench, monkeypatch):
    bench.broker.is_away = True

    def fails(*rows):
        raise Unavailable("the spool", "its disk does not take it")

    with monkeypatch.context() as patched:
        patched.setattr(bench.spool._file, "commit", fails)
        patched.setattr(bench.spool._file, "prove", fails)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await publish(bench, b"1")
        bench.start()
        await bench.rests()
        assert "the spool of events" in bench.readiness.waiting
    await bench.turns(PROBE_SECONDS, 2)
    assert bench.readiness.waiting == {}
    await publish(bench, b"2")
    assert bench.spool.rows == 1


@pytest.mark.expects_errors("could not be written", "does not acknowledge")
async def test_while_the_disk_stays_broken_live_events_find_the_broker_that_is_back(bench, monkeypatch):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2", b"3")
    assert bench.circuit.is_open

    def fails(*rows):
        raise Unavailable("the spool", "its disk does not take it")

    for what in ("commit", "prove", "oldest", "older", "depth"):
        monkeypatch.setattr(bench.spool._file, what, fails)
    with pytest.raises(Unavailable):
        await publish(bench, b"4")
    bench.start()
    await bench.rests()
    assert "the spool of events" in bench.readiness.waiting
    bench.broker.is_away = False
    await bench.turns(PROBE_SECONDS)
    await publish(bench, b"5")
    assert bench.broker.values() == [b"5"]
    assert "its disk does not take" in bench.readiness.degraded["the spool of events"]


@pytest.mark.expects_errors("could not be written", "does not acknowledge", "does not arrive")
async def test_a_disk_without_room_is_drained_so_that_there_is_room_again(bench, monkeypatch):
    bench.broker.is_away = True
    await publish(bench, b"1", b"2", b"3")
    ballast = bench.spool._file._ballast

    def no_room():
        ballast.drop()
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(ballast, "hold", no_room)
    with pytest.raises(Full):
        await publish(bench, b"4")
    bench.broker.too_large = {b"2"}
    bench.broker.is_away = False
    bench.start()
    await bench.turns(PROBE_SECONDS, 2)
    await bench.turns(TICK_SECONDS, 5)
    assert bench.broker.values() == [b"1", b"3", b"lost"]
    assert bench.spool.rows == 0
    assert bench.spool.is_failing


@pytest.mark.parametrize("seed", range(3))
async def test_order_holds_per_camera_in_each_lane_whatever_fails_when(tmp_path, seed):
    """The broker comes and goes at random; the live lane and the spool's each keep a camera's order."""
    import random  # noqa: PLC0415 - of this test alone

    chance = random.Random(seed)
    async with Bench(tmp_path) as bench:
        bench.start()
        spooled, sent = defaultdict(list), 0
        before = bench.spool.append

        async def noted(kind, body):
            await before(kind, body)
            spooled[BY_BODY[body][0]].append(BY_BODY[body][1])

        bench.spool.append = noted
        BY_BODY = {}  # noqa: N806 - which camera and number a body is
        for _ in range(40):
            bench.broker.is_away = chance.random() < 0.5
            for _ in range(chance.randrange(6)):
                key, value = b"cam-%d" % chance.randrange(3), b"%04d" % sent
                BY_BODY[body_of(message(value, key))] = (key, value)
                await bench.publisher.publish_message(message(value, key))
                sent += 1
            await bench.turns(chance.choice([TICK_SECONDS, PROBE_SECONDS]))
        bench.broker.is_away = False
        await bench.turns(PROBE_SECONDS, 3)
        await bench.turns(TICK_SECONDS * 1.01, 40)
        await eventually(lambda: bench.spool.rows == 0)
        for number in range(3):
            key = b"cam-%d" % number
            came = bench.broker.values(key)
            assert [value for value in came if value in spooled[key]] == spooled[key]
            live = [value for value in came if value not in spooled[key]]
            assert live == sorted(live)
        assert len(bench.broker.taken) == sent
