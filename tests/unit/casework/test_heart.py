"""The heartbeat, and what ends by itself."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from prometheus_client import CollectorRegistry

from rasid.contract.fields import utc_text
from rasid.errors import Unavailable
from rasid.identity.casework import Casework
from rasid.identity.purpose import CASE_ROWS
from rasid.runtime.health import Readiness
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Pending
from rasid.runtime.watchdog import Pulse
from rasid.testing.clock import START, ManualClock
from rasid.testing.publishing import RecordingPublisher
from services.casework.heart import BEAT_SECONDS, Heart
from services.casework.settings import CaseworkSettings
from tests.support.eventually import eventually
from tests.unit.casework.service import ServiceBench


class Waiting:
    """What waits to be told."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.is_away = False
        self.takes_seconds = 0.0
        self.clock = ManualClock()

    async def oldest(self, limit: int) -> Sequence[Pending]:
        self.clock.shift(self.takes_seconds)
        if self.is_away:
            raise Unavailable("the database", "a test says so")
        return [Pending("cases/1", one, b"") for one in self.ids[:limit]]


READINESS = Readiness()

pytestmark = pytest.mark.expects_errors("heartbeat is withheld")


@pytest.fixture
def parts() -> tuple[Heart, ManualClock, RecordingPublisher, Waiting, Metrics]:
    clock, publisher, waiting = ManualClock(), RecordingPublisher(), Waiting()
    metrics = Metrics(CollectorRegistry())
    told = partial(READINESS.told, "the heartbeat")
    heart = Heart(publisher, waiting, untold_seconds=1, on_state=told, clock=clock, metrics=metrics)
    return heart, clock, publisher, waiting, metrics


async def test_it_beats_each_second_with_a_growing_version_and_outlives_the_broker(parts):
    heart, clock, publisher, _, _ = parts
    task = asyncio.create_task(heart.run(Pulse("heart", 60, clock)))
    await eventually(lambda: len(publisher.events) == 1)
    publisher.is_away = True
    await clock.advance(1)
    publisher.is_away = False

    async def beats_again() -> bool:
        await clock.advance(1)
        return len(publisher.events) > 1

    await eventually(beats_again)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    first, second = publisher.events[:2]
    assert first.type == second.type == "casework.heartbeat"
    assert first.type in CASE_ROWS
    assert second.data.version > first.data.version
    assert first.id != second.id


async def test_it_falls_silent_while_something_decided_waits_too_long_to_be_told(parts):
    heart, clock, publisher, waiting, metrics = parts
    waiting.ids = ["closed"]
    assert await heart.beat()
    await clock.advance(0.9)
    assert await heart.beat()
    await clock.advance(0.1)
    assert not await heart.beat()
    assert "to be told" in READINESS.degraded["the heartbeat"]
    assert len(publisher.events) == 2
    waiting.ids = ["another"]
    assert await heart.beat()
    assert not READINESS.degraded
    sample = metrics.registry.get_sample_value
    assert sample("rasid_casework_heartbeats_total", {"outcome": "withheld"}) == 1


async def test_no_face_is_matched_five_seconds_after_something_was_decided_and_not_told(parts):
    longest = float(CaseworkSettings.model_fields["untold_seconds"].default)
    (at_most,) = (one.le for one in CaseworkSettings.model_fields["untold_seconds"].metadata if hasattr(one, "le"))
    _, clock, publisher, waiting, metrics = parts
    heart = Heart(publisher, waiting, untold_seconds=at_most, on_state=lambda _: None, clock=clock, metrics=metrics)
    heard = Casework(clock, metrics)
    assert longest <= at_most

    async def beat() -> None:
        if await heart.beat():
            heard.hear(publisher.events[-1].data)

    await beat()
    waiting.ids = ["revoked"]
    for _ in range(4):
        await clock.advance(BEAT_SECONDS)
        await beat()
    await clock.advance(1)
    assert heard.faces_pause


async def test_a_heartbeat_is_as_of_before_the_look_at_what_waits(parts):
    heart, clock, publisher, waiting, _ = parts
    waiting.takes_seconds, waiting.clock = 4, clock
    began = clock.now()
    assert await heart.beat()
    assert publisher.events[-1].data.at == utc_text(began)


async def test_it_falls_silent_while_nobody_can_decide_anything(parts):
    heart, _, publisher, waiting, _ = parts
    waiting.is_away = True
    assert not await heart.beat()
    assert not publisher.events
    waiting.is_away = False
    assert await heart.beat()


async def test_a_case_whose_end_has_come_is_closed_by_itself_once(bench: ServiceBench):
    await bench.open(closes_at=utc_text(START + timedelta(hours=1)))
    await bench.clock.advance(3599)
    await bench.deadlines.once()
    assert bench.told().state == "open"
    await bench.clock.advance(1)
    await bench.deadlines.once()
    await bench.deadlines.once()
    assert bench.told().state == "closed"
    line = bench.cases.stored["case-7"].history[-1]
    assert (line.deed, line.by, line.reason) == ("closed", None, "ran-out")
    assert len(bench.cases.events) == 2


async def test_a_case_that_was_prolonged_meanwhile_is_not_closed(bench: ServiceBench):
    await bench.open(closes_at=utc_text(START + timedelta(hours=1)))
    await bench.step("prolong", reason="more", closes_at=utc_text(START + timedelta(hours=2)))
    await bench.clock.advance(3600)
    await bench.deadlines.once()
    assert bench.told().state == "open"
