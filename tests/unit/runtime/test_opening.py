"""Waiting for what the service needs before it begins."""

import asyncio

from rasid.errors import Unavailable
from rasid.runtime.health import Readiness
from rasid.runtime.opening import RETRY_SECONDS, open_when_there
from rasid.testing.clock import ManualClock


async def test_the_service_is_not_ready_until_what_it_needs_has_answered():
    clock, readiness, tries = ManualClock(), Readiness(), []

    async def look():
        tries.append(dict(readiness.waiting))
        if len(tries) < 3:
            raise Unavailable("the database", "no answer")

    opening = asyncio.create_task(open_when_there("the database", look, readiness, clock))
    while not opening.done():
        await asyncio.sleep(0)
        await clock.advance(RETRY_SECONDS)
    assert tries[0] == {"the database": "has not answered yet"}
    assert "no answer" in tries[2]["the database"]
    assert readiness.waiting == {}
