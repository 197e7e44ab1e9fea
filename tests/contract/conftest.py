"""Every contract test runs twice: on the broker in memory and on real Kafka."""

from collections.abc import AsyncIterator

import pytest

from tests.support.buses import Bus, KafkaBus, MemoryBus


@pytest.fixture
async def kafka_bus(kafka) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(kafka)
    await bus.start()
    yield bus
    await bus.stop()


@pytest.fixture(params=["memory", "kafka"])
def bus(request: pytest.FixtureRequest) -> Bus:
    return MemoryBus() if request.param == "memory" else request.getfixturevalue("kafka_bus")
