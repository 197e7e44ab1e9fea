"""What a crash or an outage cut off is settled, whatever the store has of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from rasid.errors import Unavailable
from rasid.runtime.hashing import Digests
from tests.support.clips import clip
from tests.unit.archive.service import KEPT_SECONDS, ServiceBench

BODY = clip(50_000)
AWAY = Unavailable("the object store", "the answer was lost")


async def cut_off(bench: ServiceBench, *, late: bool) -> str:
    """Evidence whose upload was cut off, after (`late`) or before the store had the bytes."""
    evidence_id = await bench.ask()
    bench.clips.fails, bench.clips.fails_late = AWAY, late
    assert (await bench.put(evidence_id, BODY)).status_code == 503
    assert len(bench.store.uploads) == 1
    return evidence_id


pytestmark = pytest.mark.expects_errors("did not take")


async def test_bytes_that_had_come_whole_become_the_clip(bench):
    evidence_id = await cut_off(bench, late=True)
    await bench.sweep.once()
    stored = bench.evidence(evidence_id)
    assert stored.clip is not None
    assert (stored.state, stored.clip.size_bytes, stored.clip.received_from) == ("stored", len(BODY), "officer-1")
    assert bench.store.uploads == {}
    assert bench.told()[-1] == "evidence.stored"
    assert [line.by for line in stored.custody] == ["officer-1", "officer-1", None]
    assert (await bench.put(evidence_id, BODY)).status_code == 200


async def test_an_upload_of_which_the_store_has_nothing_is_forgotten(bench):
    evidence_id = await cut_off(bench, late=False)
    await bench.sweep.once()
    assert bench.store.uploads == {}
    assert bench.evidence(evidence_id).state == "awaited"


async def test_a_second_copy_is_removed_when_its_lock_has_run_out_and_not_before(bench):
    evidence_id = await cut_off(bench, late=True)
    assert (await bench.put(evidence_id, BODY)).status_code == 201
    await bench.send("POST", f"/v1/evidence/{evidence_id}/holds")
    await bench.tidy()
    assert len(bench.clips.objects) == 2
    bench.clock.shift(KEPT_SECONDS + 120)
    await bench.tidy()
    ((_, version_id),) = bench.clips.objects
    clip_of = bench.evidence(evidence_id).clip
    assert clip_of is not None
    assert clip_of.version_id == version_id
    assert bench.store.uploads == {}


async def test_damaged_bytes_do_not_become_the_clip(bench):
    evidence_id = await cut_off(bench, late=True)
    (kept,) = bench.clips.objects.values()
    kept.body = kept.body[:-1] + b"\xff"
    await bench.sweep.once()
    assert bench.evidence(evidence_id).state == "awaited"


async def test_an_upload_that_runs_is_left_alone(bench):
    evidence_id = await bench.ask()
    seen: list[int] = []
    put = bench.clips.put

    async def put_while_it_sweeps(*arguments: Any, **options: Any) -> str:
        version_id = await put(*arguments, **options)
        await bench.sweep.once()
        seen.append(len(bench.store.uploads))
        return version_id

    bench.clips.put = put_while_it_sweeps
    answer = await bench.put(evidence_id, BODY)
    assert (answer.status_code, seen) == (201, [1])
    assert bench.evidence(evidence_id).version == 1


async def test_an_upload_of_another_process_is_settled_once_it_must_be_over(bench):
    await cut_off(bench, late=False)
    bench.sweep._spool = "another"
    await bench.sweep.once()
    assert len(bench.store.uploads) == 1
    bench.clock.shift(3600)
    await bench.sweep.once()
    assert bench.store.uploads == {}


async def test_what_nobody_fetched_in_time_is_told(bench):
    evidence_id = await bench.ask()
    bench.clock.shift(KEPT_SECONDS)
    await bench.sweep.once()
    failed = bench.evidence(evidence_id)
    assert failed.failure is not None
    assert (failed.state, failed.failure.reason, failed.failure.retriable) == ("failed", "not_fetched", False)
    assert bench.told()[-1] == "evidence.failed"


async def test_an_expired_clip_that_the_store_still_locks_is_tried_again(bench):
    evidence_id = await bench.stored(BODY)
    (kept,) = bench.clips.objects.values()
    kept.locked_until += timedelta(days=1)
    bench.clock.shift(KEPT_SECONDS + 1)
    await bench.tidy()
    assert bench.evidence(evidence_id).state == "erasing"
    assert len(bench.clips.objects) == 1
    bench.clock.shift(86400)
    await bench.tidy()
    assert bench.evidence(evidence_id).state == "erased"
    assert bench.clips.objects == {}


async def test_what_a_killed_process_left_in_parts_is_dropped_after_a_day(bench):
    now = bench.clock.now()
    bench.clips.unfinished = [now - timedelta(days=2), now - timedelta(hours=23)]
    await bench.sweep.once()
    assert bench.clips.unfinished == [now - timedelta(hours=23)]


async def test_one_that_cannot_be_settled_does_not_keep_the_others_waiting(bench, monkeypatch):
    first, second = await cut_off(bench, late=True), await bench.ask()
    bench.clips.fails, bench.clips.fails_late = AWAY, True
    assert (await bench.put(second, clip(60_000))).status_code == 503
    damaged = next(iter(bench.store.uploads.values())).clip.sha256
    read = bench.clips.read

    async def busy(version: Any, digests: Digests) -> AsyncIterator[bytes]:
        if digests.sha256 == damaged:
            raise Unavailable("the object store", "SlowDownRead")
        async for chunk in read(version, digests):
            yield chunk

    monkeypatch.setattr(bench.clips, "read", busy)
    await bench.sweep.once()
    assert bench.evidence(first).state == "awaited"
    assert bench.evidence(second).state == "stored"


async def test_reading_a_large_clip_shows_life_all_the_time(bench, monkeypatch):
    evidence_id = await cut_off(bench, late=True)
    read, pulse = bench.clips.read, bench.sweep._pulse

    async def slow(version: Any, digests: Digests) -> AsyncIterator[bytes]:
        async for chunk in read(version, digests):
            for byte in (chunk[:1], chunk[1:2], chunk[2:]):
                bench.clock.shift(40)
                assert not pulse.is_stuck
                yield byte

    monkeypatch.setattr(bench.clips, "read", slow)
    pulse.beat()
    await bench.sweep.once()
    assert bench.evidence(evidence_id).state == "stored"
