"""Several processes that share the cameras to be asked: each takes its part, none is left out, and none is hidden."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from rasid.runtime.metrics import Metrics
from rasid.testing.clock import START, ManualClock
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.pull.camera_pull import PullParts
from services.ingest.pull.lease_plan import Claim, Lease, claim
from services.ingest.pull.pulling import RENEW_SECONDS, Pulling
from services.ingest.pull.vault import CameraCredential
from tests.support.eventually import eventually
from tests.support.leases import MemoryLeases

CAMERAS = [f"cam-{number:03}" for number in range(85)]
MOST = 50


async def hang(_http, _target, _credential, line):
    await line.connected()
    await asyncio.Event().wait()


class Process:
    """One process that asks cameras over a network that always works."""

    def __init__(self, owners, owner, *, most=MOST):
        self.clock = ManualClock()
        self.metrics = Metrics(CollectorRegistry())
        self.states = []
        self.devices = Devices()
        for number, camera_id in enumerate(CAMERAS):
            self.devices.apply(
                Device(CameraContext(camera_id), "active", (), number, address="192.0.2.7", pull="hikvision")
            )
        self.devices.is_loaded = True
        leases = MemoryLeases(owners, owner)
        self.pulling = Pulling(self._parts(), leases, self, most=most, on_state=self.states.append)

    def _parts(self):
        return PullParts(
            http=None,
            converse={"hikvision": hang},
            devices=self.devices,
            intake=None,
            bus=self,
            credential_of=self.credential_of,
            clock=self.clock,
            ids=None,
            metrics=self.metrics,
            silence_seconds=60,
            limit_bytes=1000,
            deadline_seconds=1,
        )

    async def publish_message(self, _message, *, deadline_seconds=None):
        pass

    async def credential_of(self, _camera_id):
        return CameraCredential("user", "password")

    async def given(self, camera_ids):
        return dict.fromkeys(camera_ids, START)

    @property
    def asked(self):
        return {one.camera_id for one in self.pulling.statuses() if one.state == "connected"}

    @property
    def unowned(self):
        return self.metrics.registry.get_sample_value("rasid_ingest_unowned_cameras")

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.pulling.run())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_what_is_too_much_for_one_process_is_asked_by_the_next():
    owners = {}
    async with Process(owners, "one").running() as one:
        await eventually(lambda: len(one.asked) == MOST)
        async with Process(owners, "two").running() as two:
            await eventually(lambda: len(two.asked) == len(CAMERAS) - MOST)
            assert one.asked | two.asked == set(CAMERAS)
            assert not one.asked & two.asked
        await one.clock.advance(RENEW_SECONDS)
        await eventually(lambda: one.unowned == len(CAMERAS) - MOST)
        assert len(one.asked) == MOST


async def test_cameras_that_nobody_asks_are_told_until_somebody_does():
    owners = {}
    async with Process(owners, "one").running() as one:
        await eventually(lambda: one.unowned == len(CAMERAS) - MOST)
        await eventually(lambda: len(one.asked) == MOST)
        await one.clock.advance(RENEW_SECONDS)
        await eventually(lambda: (one.states[-1] or "").startswith("35 cameras are asked by no process"))
        assert "RASID_PULLED_CAMERAS" in one.states[-1]
        async with Process(owners, "two").running() as two:
            await eventually(lambda: len(two.asked) == len(CAMERAS) - MOST)
            await one.clock.advance(RENEW_SECONDS)
            await eventually(lambda: one.unowned == 0 and one.states[-1] is None)


def leases(owner, names, *, ago=0.0):
    return {name: Lease(owner, START + timedelta(seconds=10 - ago)) for name in names}


def test_others_cameras_do_not_count_and_the_lapsed_are_taken_over():
    present = leases("b", CAMERAS[:50]) | leases("c", CAMERAS[50:52], ago=11)
    plan = claim(CAMERAS, present, "a", START, MOST)
    assert set(plan.lapsed) == set(CAMERAS[50:52])
    assert set(plan.new) == set(CAMERAS[52:])


def test_what_a_process_held_whose_clock_was_an_hour_ahead_does_not_wait_for_that_hour():
    present = {
        CAMERAS[0]: Lease("b", START + timedelta(hours=1)),
        CAMERAS[1]: Lease("b", START + timedelta(seconds=40)),
    }
    assert claim(CAMERAS[:2], present, "a", START) == Claim(lapsed=(CAMERAS[0],))


@pytest.mark.parametrize("most", [0, 10, 30])
def test_what_is_ours_is_kept_also_when_it_has_lapsed_or_is_more_than_may_be_taken(most):
    present = leases("a", CAMERAS[:30], ago=11)
    assert claim(CAMERAS, present, "a", START, most) == Claim(kept=tuple(CAMERAS[:30]))


def test_processes_that_start_together_do_not_all_try_the_same_cameras():
    first, second = (claim(CAMERAS, {}, owner, START, 20).new for owner in "ab")
    assert len(first) == len(second) == 20
    assert len(set(first) & set(second)) < 20
