"""What cameras see beside vehicles comes on the same topic: search passes it over undecoded, and reads on."""

import pytest

from rasid.contract.codec import encode
from rasid.contract.detections import CountReportedV1, ObjectDetectedV1, PersonDetectedV1, RuleTriggeredV1
from rasid.contract.envelope import new_event
from rasid.testing.clock import START
from services.search.handlers import READS
from tests.support.buses import MemoryBus
from tests.support.eventually import eventually
from tests.support.members import Member
from tests.unit.search.making import read, vehicle
from tests.unit.search.test_handlers import Bench

KINDS = [PersonDetectedV1, ObjectDetectedV1, CountReportedV1, RuleTriggeredV1]


def other(kind):
    like = read().data
    given = {name: getattr(like, name) for name in like.__struct_fields__ if name in kind.__struct_fields__}
    more = {"rule": "intrusion"} if kind is RuleTriggeredV1 else {}
    return encode(new_event(f"{kind.__name__}-1", "/ingest", START, kind(**(given | more))))


@pytest.mark.parametrize("kind", KINDS)
async def test_it_costs_nothing_and_breaks_nothing(kind):
    bus, bench = MemoryBus(), Bench()
    topic = await bus.topic()
    damaged = other(kind)
    damaged = type(damaged)(topic, damaged.key, b"nobody looks into it", damaged.headers)
    await bus.put(topic, read(), other(kind), damaged, vehicle(seen=1, track="2"))
    async with Member(bus, topic, bench.reads, types=READS) as member:
        await eventually(lambda: len(bench.store.passages) == 2)
        assert member.metric("rasid_events_consumed_total", topic=topic, outcome="skipped") == 2
    assert await bus.committed(topic, member.group) == {0: 4}
    assert await bus.records(f"{topic}.dlq") == []
