import asyncio

import pytest

from rasid.runtime.deadline import Deadlines
from tests.support.eventually import eventually


async def test_what_takes_too_long_ends_with_a_timeout():
    with pytest.raises(TimeoutError), Deadlines().within(0.01):
        await asyncio.Event().wait()
    assert asyncio.current_task().cancelling() == 0


async def test_what_is_in_time_is_left_alone_and_leaves_nothing_behind():
    deadlines = Deadlines()
    with deadlines.within(0.02):
        await asyncio.sleep(0)
    await eventually(lambda: not deadlines._lines)
    await asyncio.sleep(0)


async def test_each_of_many_at_the_same_time_has_its_own_deadline():
    deadlines = Deadlines()
    release = asyncio.Event()

    async def wait(seconds, before):
        await asyncio.sleep(before)
        with deadlines.within(seconds):
            await release.wait()
        return "released"

    waits = [asyncio.create_task(wait(seconds, before)) for seconds, before in [(0.02, 0), (0.02, 0.01), (30, 0)]]
    await asyncio.wait(waits[:2])
    release.set()
    results = await asyncio.gather(*waits, return_exceptions=True)
    assert [type(result) for result in results] == [TimeoutError, TimeoutError, str]


async def test_being_cancelled_from_outside_is_no_timeout():
    deadlines = Deadlines()

    async def wait():
        with deadlines.within(30):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_goes_through_as_it_is():
    with pytest.raises(ZeroDivisionError), Deadlines().within(30):
        raise ZeroDivisionError
