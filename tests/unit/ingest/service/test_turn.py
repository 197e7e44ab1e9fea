"""More posts than can be worked on are refused at once; those that only wait refuse nobody."""

import asyncio

import pytest

from rasid.errors import TemporarilyUnavailable
from services.ingest.turn import LONGEST_SECONDS, SAID_AGAIN_SECONDS
from tests.support.eventually import eventually
from tests.unit.ingest.service.payloads import anpr

WAITING = 30


@pytest.fixture
def busy(ingest, monkeypatch):
    """Working on a post takes a quarter of a turn."""
    publish = ingest.bus.publish_message

    async def slowly(message, **options):
        ingest.worked_seconds += LONGEST_SECONDS / 4
        await publish(message, **options)

    monkeypatch.setattr(ingest.bus, "publish_message", slowly)
    return ingest


async def test_a_turn_that_has_worked_long_enough_refuses_and_the_next_one_does_not(ingest):
    ingest.turn.check()
    ingest.worked_seconds += LONGEST_SECONDS
    with pytest.raises(TemporarilyUnavailable, match="overloaded"):
        ingest.turn.check()
    await asyncio.sleep(0)
    ingest.turn.check()


async def test_of_many_posts_at_once_those_beyond_a_turn_are_told_when_to_come_again(busy):
    answers = await asyncio.gather(*(busy.post(anpr(uuid=f"e-{number}")) for number in range(12)))
    refused = [one for one in answers if one.status_code == 503]
    taken = [one for one in answers if one.status_code == 200]
    assert len(refused) + len(taken) == len(answers)
    assert refused
    assert taken
    assert all(one.json()["type"].endswith(":overloaded") and one.headers["retry-after"] for one in refused)
    assert len(busy.bus.events) == len(taken)
    assert busy.metric("rasid_ingest_payloads_total", adapter="none", outcome="unavailable") == len(refused)


async def test_what_was_refused_is_taken_when_it_comes_again(busy):
    bodies = [anpr(uuid=f"e-{number}") for number in range(12)]
    answers = await asyncio.gather(*map(busy.post, bodies))
    for body, answer in zip(bodies, answers, strict=True):
        if answer.status_code == 503:
            await asyncio.sleep(0)  # doubles answer within one turn of the loop
            assert (await busy.post(body)).status_code == 200
    assert len({event.id for event in busy.bus.events}) == len(bodies)


async def test_posts_that_only_wait_refuse_nobody(ingest, monkeypatch):
    publish, is_back, waiting = ingest.bus.publish_message, asyncio.Event(), []

    async def waits(message, **options):
        waiting.append(message)
        await is_back.wait()
        await publish(message, **options)

    monkeypatch.setattr(ingest.bus, "publish_message", waits)
    posts = [asyncio.ensure_future(ingest.post(anpr(uuid=f"e-{number}"))) for number in range(WAITING)]
    await eventually(lambda: len(waiting) == WAITING)
    ingest.worked_seconds += LONGEST_SECONDS
    posts.append(asyncio.ensure_future(ingest.post(anpr(uuid="one-more"))))
    await eventually(lambda: len(waiting) == len(posts))
    is_back.set()
    assert {one.status_code for one in await asyncio.gather(*posts)} == {200}


async def test_a_burst_is_one_line_in_the_log(ingest, caplog):
    ingest.turn.check()
    ingest.worked_seconds += LONGEST_SECONDS
    for _ in range(100):
        with pytest.raises(TemporarilyUnavailable):
            ingest.turn.check()
    assert len(caplog.records) == 1
    ingest.clock.shift(SAID_AGAIN_SECONDS)
    with pytest.raises(TemporarilyUnavailable):
        ingest.turn.check()
    assert len(caplog.records) == 2
