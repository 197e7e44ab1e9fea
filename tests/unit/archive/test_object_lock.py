"""Evidence is taken only from a store that has proven that it locks."""

import pytest
from prometheus_client import CollectorRegistry

from rasid.errors import ConfigurationError, TemporarilyUnavailable, Unavailable
from rasid.runtime.health import Readiness
from rasid.runtime.metrics import Metrics
from rasid.testing.clock import ManualClock
from services.archive.object_lock import AGAIN_SECONDS, PROVEN_SECONDS, WAIT_SECONDS, ObjectLock
from tests.unit.archive.service import Proof

AWAY = Unavailable("the object store", "ConnectionRefused")


class Bench:
    def __init__(self) -> None:
        self.proof: object = AWAY
        self.readiness = Readiness()
        self.metrics = Metrics(CollectorRegistry())
        self.lock = ObjectLock(self.prove, clock=ManualClock(), readiness=self.readiness, metrics=self.metrics)

    async def prove(self):
        if isinstance(self.proof, Exception):
            raise self.proof
        return self.proof

    def refusal(self) -> str | None:
        try:
            self.lock.check()
        except TemporarilyUnavailable as refusal:
            return refusal.slug
        return None


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_before_the_first_proof_nothing_is_taken(bench):
    assert bench.refusal() == "store-not-proven"
    assert "object lock" in bench.readiness.waiting


@pytest.mark.expects_errors("no evidence is taken")
async def test_it_waits_for_the_store_and_takes_evidence_once_it_holds(bench):
    assert await bench.lock.look() == WAIT_SECONDS
    assert bench.refusal() == "store-not-proven"
    bench.proof = Proof(holds=True)
    assert await bench.lock.look() == PROVEN_SECONDS
    assert bench.refusal() is None
    assert bench.readiness.waiting == {}
    assert bench.metrics.lock_holds._value.get() == 1


@pytest.mark.expects_errors("no evidence is taken")
async def test_a_store_that_is_found_to_lie_later_gets_no_more(bench):
    bench.proof = Proof(holds=True)
    await bench.lock.look()
    bench.proof = Proof(holds=False)
    assert await bench.lock.look() == AGAIN_SECONDS
    assert bench.refusal() == "store-does-not-lock"
    assert "the locked version is gone" in bench.readiness.waiting["object lock"]
    assert bench.metrics.lock_holds._value.get() == 0


async def test_a_proven_store_that_is_away_for_a_while_stays_proven(bench):
    bench.proof = Proof(holds=True)
    await bench.lock.look()
    bench.proof = AWAY
    await bench.lock.look()
    assert bench.refusal() is None


@pytest.mark.expects_errors("no evidence is taken")
async def test_wrong_credentials_say_so(bench):
    bench.proof = ConfigurationError("the object store refuses our keys", "check them")
    await bench.lock.look()
    assert bench.refusal() == "store-refuses-us"
    assert "refuses our keys" in bench.readiness.waiting["object lock"]
