"""Background work belongs to somebody: it ends with its owner, and its failure is not overlooked."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from rasid.runtime.tasks import Tasks
from tests.support.eventually import eventually


async def for_ever() -> None:
    await asyncio.Event().wait()


async def breaks() -> None:
    raise RuntimeError("this part is broken")


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def on_failure(failures: list[str]) -> Callable[[], None]:
    return lambda: failures.append("told")


@pytest.mark.expects_errors("a part of the service failed")
async def test_a_part_that_fails_is_told_at_once_and_logged_with_its_name(failures, on_failure, caplog):
    async with Tasks(on_failure) as tasks:
        tasks.start("matcher", breaks())
        await eventually(lambda: failures)
        assert failures == ["told"]
    assert "matcher" in caplog.text
    assert "this part is broken" in caplog.text


async def test_what_still_runs_is_cancelled_and_awaited(failures, on_failure):
    ended = []

    async def works() -> None:
        try:
            await for_ever()
        finally:
            await asyncio.sleep(0)
            ended.append("in order")

    async with Tasks(on_failure) as tasks:
        task = tasks.start("works", works())
        await asyncio.sleep(0)
    assert task.done()
    assert ended == ["in order"]
    assert failures == []


async def test_the_last_started_is_told_first(on_failure):
    turn, told = count(), {}

    async def works(name: str) -> None:
        try:
            await for_ever()
        finally:
            told[name] = next(turn)

    async with Tasks(on_failure) as tasks:
        for name in ("first", "second", "third"):
            tasks.start(name, works(name))
        await asyncio.sleep(0)
    assert sorted(told, key=lambda name: told[name]) == ["third", "second", "first"]


async def test_a_part_that_is_done_is_no_failure(failures, on_failure):
    async with Tasks(on_failure) as tasks:
        await tasks.start("once", asyncio.sleep(0))
    assert failures == []


async def test_a_part_that_its_owner_cancels_is_no_failure(failures, on_failure):
    async with Tasks(on_failure) as tasks:
        task = tasks.start("replaced", for_ever())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert failures == []


@pytest.mark.expects_errors("a part of the service failed")
async def test_an_error_while_ending_does_not_keep_the_others_from_ending(failures, on_failure):
    async def ends_badly() -> None:
        try:
            await for_ever()
        finally:
            raise RuntimeError("could not close")

    async with Tasks(on_failure) as tasks:
        other = tasks.start("other", for_ever())
        tasks.start("bad", ends_badly())
        await asyncio.sleep(0)
    assert other.cancelled()
    assert failures == ["told"]


async def test_an_error_of_the_owner_comes_out_after_its_tasks_have_ended(on_failure):
    started = []

    async def owner() -> None:
        async with Tasks(on_failure) as tasks:
            started.append(tasks.start("works", for_ever()))
            await asyncio.sleep(0)
            raise RuntimeError("of the owner")

    with pytest.raises(RuntimeError, match="of the owner"):
        await owner()
    assert started[0].cancelled()
