"""What the archive hears on the bus: what it cannot use becomes a dead letter, what it has heard it passes over."""

from datetime import timedelta
from typing import Any

import pytest

from rasid.contract.fields import utc_text
from rasid.errors import InvalidEvent, Unavailable
from rasid.testing.clock import START
from services.archive.handlers import AlertTimes, EvidenceRequests
from tests.unit.archive.requests import alert_raised, requested
from tests.unit.archive.service import KEPT_SECONDS, ServiceBench


@pytest.fixture
def handle(bench: ServiceBench) -> EvidenceRequests:
    return EvidenceRequests(bench.store, kept_seconds=KEPT_SECONDS)


@pytest.mark.parametrize(
    ("evidence_id", "change"),
    [
        ("e-1", {"from_at": utc_text(START), "to_at": utc_text(START)}),
        ("e-1", {"from_at": utc_text(START), "to_at": utc_text(START - timedelta(seconds=1))}),
        ("e-1", {"from_at": "2026-02-31T00:00:00.000Z"}),
        ('e"\r\nSet-Cookie: x', {}),
        ("../e", {}),
        ("e" * 65, {}),
        ("", {}),
    ],
)
async def test_a_request_that_cannot_be_used_is_a_dead_letter(bench, handle, evidence_id: str, change: dict[str, Any]):
    with pytest.raises(InvalidEvent):
        await handle([requested(evidence_id, "alert-1", **change)])
    assert bench.store.stored == {}


async def test_a_request_waits_for_the_database(bench, handle):
    bench.store.is_away = True
    with pytest.raises(Unavailable):
        await handle([requested("e-1", "alert-1")])
    bench.store.is_away = False
    await handle([requested("e-1", "alert-1")])
    assert bench.evidence("e-1").requested_at == START


async def test_a_request_that_comes_again_after_the_clip_changes_nothing(bench, handle):
    await handle([requested("e-1", "alert-1")])
    before = bench.evidence("e-1")
    await bench.desk.fail("e-1", "recorder_away", bench.desk.actor("amal", "case-1"), retriable=True)
    await handle([requested("e-1", "alert-1")])
    after = bench.evidence("e-1")
    assert (after.state, after.custody[0]) == ("failed", before.custody[0])
    assert bench.told() == ["evidence.failed"]


async def test_only_alerts_of_the_live_queue_are_remembered(bench):
    times = AlertTimes(bench.store, clock=bench.clock)
    now = bench.clock.now()
    await times([alert_raised("new", now - timedelta(hours=1)), alert_raised("old", now - timedelta(hours=25))])
    assert bench.store.alerts == {"new": now - timedelta(hours=1)}
