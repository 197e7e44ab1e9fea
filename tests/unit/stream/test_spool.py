"""A disk that hangs: nobody waits for it for long, and memory does not fill with what it does not take."""

import asyncio
import threading

import pytest

from rasid.errors import Unavailable
from rasid.stream import spool as spools
from rasid.stream.drain import PROBE_SECONDS
from rasid.stream.spool import APPEND_SECONDS
from tests.support.eventually import eventually
from tests.unit.stream.test_spooling import TOPIC, Bench, publish

SOON_SECONDS = 0.05


@pytest.fixture
async def bench(tmp_path):
    async with Bench(tmp_path) as bench:
        yield bench


@pytest.fixture
async def disk(bench, monkeypatch):
    """Hangs until it is set."""
    goes_on, commit = threading.Event(), bench.spool._file.commit

    def hangs(*rows):
        goes_on.wait()
        commit(*rows)

    monkeypatch.setattr(bench.spool._file, "commit", hangs)
    yield goes_on
    goes_on.set()


def append(bench, body, **settings):
    return bench.spool.append(TOPIC, body, **settings)


async def test_what_the_disk_did_not_begin_to_write_in_time_is_forgotten(bench, disk):
    appends = [append(bench, b"%d" % number, deadline_seconds=SOON_SECONDS) for number in range(5)]
    results = await asyncio.gather(*appends, return_exceptions=True)
    assert all(isinstance(result, Unavailable) for result in results)
    assert bench.spool.rows == 1, "only what the disk has in hand may still be kept"
    disk.set()
    await append(bench, b"later")
    assert [row.body for row in await bench.spool.oldest(9)] == [b"0", b"later"]
    assert bench.spool.rows == 2


async def test_what_waits_for_the_disk_in_memory_is_bounded(bench, disk, monkeypatch):
    monkeypatch.setattr(spools, "MOST_WAITING_BYTES", 1000)
    appends = [asyncio.create_task(append(bench, b"x" * 300)) for _ in range(10)]
    await eventually(lambda: sum(one.done() for one in appends) == 7, what="the others are refused at once")
    disk.set()
    results = await asyncio.gather(*appends, return_exceptions=True)
    assert [result is None for result in results] == [True] * 3 + [False] * 7
    assert bench.spool.rows == 3


async def test_while_the_disk_hangs_whoever_posts_is_refused_at_once_until_it_answers(bench, disk):
    first = asyncio.create_task(append(bench, b"1"))
    await asyncio.sleep(0)
    assert not bench.spool.is_failing
    bench.clock.shift(APPEND_SECONDS + 1)
    assert bench.spool.is_failing
    with pytest.raises(Unavailable, match="hangs"):
        await append(bench, b"2")
    assert bench.metric("rasid_spool_refused_total", reason="failing") == 1
    disk.set()
    await first
    assert not bench.spool.is_failing
    await append(bench, b"3")


@pytest.mark.expects_errors("does not acknowledge")
async def test_while_the_disk_hangs_live_events_find_the_broker_that_is_back(bench, disk):
    for _ in range(3):
        bench.circuit.failed(0)
    assert bench.circuit.is_open
    first = asyncio.create_task(append(bench, b"1"))
    await asyncio.sleep(0)
    bench.clock.shift(APPEND_SECONDS + 1)
    bench.start()
    await bench.rests()
    assert "the spool of events" in bench.readiness.waiting
    await bench.turns(PROBE_SECONDS)
    await publish(bench, b"2")
    assert bench.broker.values() == [b"2"]
    disk.set()
    await first


@pytest.mark.expects_errors("does not acknowledge")
async def test_whoever_reads_does_not_wait_for_a_disk_that_hangs(bench, disk, monkeypatch):
    first = asyncio.create_task(append(bench, b"1"))
    await asyncio.sleep(0)
    monkeypatch.setattr(spools, "APPEND_SECONDS", SOON_SECONDS)
    with pytest.raises(Unavailable, match="did not answer"):
        await bench.spool.oldest(1)
    disk.set()
    await first
    assert len(await bench.spool.oldest(1)) == 1
