"""The proof of the lock against stores that lie: each lie is found, and a store that holds its locks is believed."""

from datetime import timedelta
from itertools import count

import pytest

from rasid.errors import Refused, Unavailable
from rasid.storage.objects import Verdict, prove_eraser, prove_lock
from rasid.storage.objects.attempts import PROBES
from rasid.storage.objects.proof import Failure
from rasid.testing.clock import ManualClock
from tests.support.versions import MemoryVersions

EVERYTHING = {probe.name for probe in PROBES}
BYPASSES = {
    "delete with bypass",
    "delete in bulk with bypass",
    "shorten with bypass",
    "remove the retention with bypass",
}


class Numbers:
    """Ids that a test can read."""

    def __init__(self):
        self._next = count()

    def new(self):
        return f"id-{next(self._next)}"

    def secret(self):
        return f"secret-{next(self._next)}"


@pytest.fixture
def clock():
    return ManualClock()


async def prove(bucket, clock, **more):
    return await prove_lock(bucket, clock.now(), Numbers(), **more)


async def failed(bucket, clock, **more):
    return {failure.probe for failure in (await prove(bucket, clock, **more)).failures}


async def test_a_store_that_holds_its_locks_is_believed(clock):
    verdict = await prove(MemoryVersions(clock), clock)
    assert (verdict.holds, verdict.failures) == (True, ())
    assert set(verdict.probes) == EVERYTHING
    assert str(verdict) == f"the object lock holds ({len(EVERYTHING)} probes)"


async def eraser_failed(bucket, clock):
    return {failure.probe for failure in (await prove_eraser(bucket, clock.now(), Numbers())).failures}


async def test_the_eraser_proves_that_it_erases_and_that_a_hold_stops_it(clock):
    bucket = MemoryVersions(clock, may_bypass=True)
    verdict = await prove_eraser(bucket, clock.now(), Numbers())
    assert (verdict.holds, verdict.probes) == (True, ("erase what is held", "erase"))
    assert bucket.kept == {}


async def test_an_eraser_that_gets_past_a_hold_is_found(clock):
    class Tramples(MemoryVersions):
        def is_locked(self, stored, *, bypass):
            return super().is_locked(stored, bypass=bypass) and not (stored.is_held and bypass)

    assert await eraser_failed(Tramples(clock, may_bypass=True), clock) == {"erase what is held"}


async def test_an_eraser_that_cannot_erase_is_found(clock):
    assert await eraser_failed(MemoryVersions(clock), clock) == {"erase"}


async def test_the_eraser_removes_what_proofs_have_left_also_a_hold(clock):
    bucket = MemoryVersions(clock)
    await bucket.put("lock-proof/held/left", b"left", is_held=True)
    await bucket.put("clips/a", b"clip")
    await prove(bucket, clock)
    clock.shift(timedelta(minutes=11).total_seconds())
    await prove_eraser(bucket.seen_by(may_bypass=True), clock.now(), Numbers())
    assert set(bucket.kept) == {("clips/a", "2")}


async def test_the_eraser_leaves_a_proof_alone_that_is_under_way(clock):
    bucket = MemoryVersions(clock)
    held = await bucket.put("lock-proof/held/now", b"held", is_held=True)
    clock.shift(timedelta(minutes=5).total_seconds())
    await prove_eraser(bucket.seen_by(may_bypass=True), clock.now(), Numbers())
    assert (await bucket.stat(held.key, held.version_id)).is_held


async def test_everything_lies_behind_the_prefix(clock):
    bucket = MemoryVersions(clock)
    await prove(bucket, clock, prefix="clips/")
    assert {key.rsplit("/", 1)[0] for key, _ in bucket.kept} == {"clips/lock-proof"}


async def test_a_store_that_does_not_answer_proves_nothing_either_way(clock):
    class Silent(MemoryVersions):
        async def get(self, key, version_id):
            raise Unavailable("the object store", "no answer within 5 s")

    with pytest.raises(Unavailable):
        await prove(Silent(clock), clock)


def test_a_verdict_names_each_probe_that_failed_and_why():
    verdict = Verdict(("delete",), (Failure("delete", "the locked version is gone"), Failure("shorten", "it is")))
    assert (verdict.holds, str(verdict)) == (False, "delete: the locked version is gone; shorten: it is")


async def test_a_credential_that_may_bypass_fails_by_every_bypass_and_by_nothing_else(clock):
    assert await failed(MemoryVersions(clock, may_bypass=True), clock) == BYPASSES


class NoLock(MemoryVersions):
    """Takes locks and holds to none."""

    def is_locked(self, stored, *, bypass):
        return False


class AcceptsBypass(MemoryVersions):
    """Lets everybody bypass governance."""

    def is_locked(self, stored, *, bypass):
        return super().is_locked(stored, bypass=False) and not (bypass and stored.retention and not stored.is_held)


class RefusesAndDeletes(MemoryVersions):
    """Answers that it refuses, and has deleted."""

    async def delete(self, key, version_id=None, *, bypass=False):
        self.kept.pop((key, version_id), None)
        raise Refused("of course not")


class AcknowledgesAndKeeps(MemoryVersions):
    """Says that it has deleted, and has not: no harm to what is locked."""

    async def delete(self, key, version_id=None, *, bypass=False):
        try:
            await super().delete(key, version_id, bypass=bypass)
        except Refused:
            return


class DeletesInBulk(MemoryVersions):
    """Looks at locks for one version, and forgets them for many."""

    async def delete_many(self, versions, *, bypass=False):
        for version in versions:
            self.kept.pop((version.key, version.version_id), None)
        return []


class KeepsOneVersion(MemoryVersions):
    """Overwrites."""

    async def put(self, key, body, *, retention=None, is_held=False):
        for place in [place for place in self.kept if place[0] == key]:
            del self.kept[place]
        return await super().put(key, body, retention=retention, is_held=is_held)


class HidesWithTheMarker(MemoryVersions):
    """A delete without a version takes all of them."""

    async def delete(self, key, version_id=None, *, bypass=False):
        await super().delete(key, version_id, bypass=bypass)
        for place in [place for place in self.kept if place[0] == key and version_id is None]:
            del self.kept[place]


class Shortens(MemoryVersions):
    """Lets everybody shorten a retention, not remove it."""

    def is_weaker(self, before, after):
        return after is None or after.mode != before.mode


class RemovesWithTheHeader(MemoryVersions):
    """As MinIO without our patch: who says "bypass" may remove a retention."""

    def is_weaker(self, before, after):
        return super().is_weaker(before, after) and after is not None

    async def set_retention(self, key, version_id, retention, *, bypass=False):
        if retention is None and not bypass:
            raise Refused("locked")
        await super().set_retention(key, version_id, retention, bypass=bypass)


class Downgrades(MemoryVersions):
    """Lets compliance become governance."""

    def is_weaker(self, before, after):
        return super().is_weaker(before, after) and (after is None or after.keep_until < before.keep_until)


class DropsLocks(MemoryVersions):
    """Takes what is put, and neither its retention nor its hold."""

    async def put(self, key, body, *, retention=None, is_held=False):
        return await super().put(key, body)


class ForgetsHolds(MemoryVersions):
    """Keeps retentions, and lets what is only held go."""

    def is_locked(self, stored, *, bypass):
        return stored.retention is not None and super().is_locked(stored, bypass=bypass)


class LosesBytes(MemoryVersions):
    """Another answer for the same version."""

    async def get(self, key, version_id):
        body = await super().get(key, version_id)
        return body and b"x" + body[1:]


LIES = {
    NoLock: EVERYTHING - {"hide behind a delete marker", "overwrite"},
    AcceptsBypass: BYPASSES | {"downgrade compliance"},
    RefusesAndDeletes: EVERYTHING - {"hide behind a delete marker", "overwrite"},
    DeletesInBulk: {"delete in bulk", "delete in bulk with bypass", "delete what is held"}
    | {"delete what is held with bypass"},
    KeepsOneVersion: {"overwrite"},
    HidesWithTheMarker: {"hide behind a delete marker"},
    Shortens: {"shorten", "shorten with bypass"},
    RemovesWithTheHeader: {"remove the retention with bypass"},
    Downgrades: {"downgrade compliance"},
    DropsLocks: EVERYTHING,
    ForgetsHolds: {"delete what is held", "delete what is held with bypass"},
    LosesBytes: EVERYTHING,
}


@pytest.mark.parametrize("liar", LIES, ids=lambda liar: liar.__name__)
async def test_every_lie_is_found_and_the_probe_that_found_it_is_named(clock, liar):
    assert await failed(liar(clock), clock) == LIES[liar]
