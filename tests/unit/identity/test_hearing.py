"""Heartbeats as a service hears them: read from the topic, beside the cases."""

import asyncio
from datetime import timedelta
from typing import cast

from prometheus_client import CollectorRegistry

from rasid.contract.codec import encode
from rasid.contract.envelope import new_event
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseworkHeartbeatV1
from rasid.identity.casework import Casework
from rasid.identity.purpose import CaseTable
from rasid.runtime.health import Readiness
from rasid.runtime.metrics import Metrics
from rasid.runtime.settings import ServiceSettings
from rasid.runtime.watchdog import Pulse
from rasid.service.tables import case_reader
from rasid.service.tools import Tools
from rasid.stream.kafka_log import KafkaLog
from rasid.testing.broker import MemoryBroker
from rasid.testing.clock import ManualClock
from tests.support.eventually import eventually

TOPIC = "rasid.cases.v1"


class Hearing:
    """What a service's parts are made with."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.readiness = Readiness()

    def pulse(self, name: str) -> Pulse:
        return Pulse(name, 60, self.clock)


def beat(broker: MemoryBroker, clock: ManualClock, ahead_seconds: float = 0) -> None:
    """As casework's heart sends it: its version is its time in milliseconds."""
    at = clock.now() + timedelta(seconds=ahead_seconds)
    version = int(at.timestamp() * 1000)
    broker.append(
        encode(new_event(f"beat-{version}", "/casework", at, CaseworkHeartbeatV1(at=utc_text(at), version=version)))
    )


async def test_one_heartbeat_from_a_clock_that_was_ahead_does_not_silence_those_that_follow():
    clock, broker = ManualClock(), MemoryBroker()
    broker.create(TOPIC)
    cases = CaseTable(Casework(clock, Metrics(CollectorRegistry())), is_complete=False)
    tools = cast("Tools[ServiceSettings]", Hearing(clock))
    beat(broker, clock, ahead_seconds=3600)
    running = asyncio.create_task(case_reader(cases, log=cast("KafkaLog", broker.log()), tools=tools).run())
    await eventually(lambda: cases.is_complete)
    assert cases.casework.is_silent
    beat(broker, clock)
    await eventually(lambda: not cases.casework.is_silent)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
