"""Asks the cameras that are to be asked: takes those that no other process has, and looks after each by itself."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from rasid.errors import Unavailable
from rasid.runtime.log import get_logger
from services.ingest.pull.camera_pull import CameraPull, PullParts
from services.ingest.pull.plan import STATES, PullStatus, Target, summary, targets

# A third of a lease: two may fail before another process takes over.
RENEW_SECONDS = 10.0
LOOK_SECONDS = 1.0

log = get_logger(__name__)


class Leases(Protocol):
    """Which cameras are this process's; every method raises Unavailable."""

    async def hold(self, wanted: Iterable[str], *, most: int) -> frozenset[str]:
        """Keep what is ours, take what nobody owns up to `most` altogether, and say which are ours."""

    async def owned(self, wanted: Iterable[str]) -> int:
        """How many of these some process has."""

    async def release(self, camera_ids: Iterable[str]) -> None:
        """Let others have them."""


class Secrets(Protocol):
    """When the cameras' credentials were given; raises Unavailable."""

    async def given(self, camera_ids: Iterable[str]) -> Mapping[str, datetime]:
        """Of those that have one."""


class Pulling:
    """All cameras that this process asks. `most`: how many it takes.

    `on_state` is told how many of them are not heard, and how many are asked by no process at all.
    """

    def __init__(
        self,
        parts: PullParts,
        leases: Leases,
        secrets: Secrets,
        *,
        most: int,
        on_state: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self._parts = parts
        self._leases = leases
        self._secrets = secrets
        self._most = most
        self._on_state = on_state
        self._running: dict[str, tuple[Target, CameraPull, asyncio.Task[None]]] = {}
        self._mine: frozenset[str] = frozenset()
        self._unowned = 0
        self._given: Mapping[str, datetime] = {}

    async def run(self) -> None:
        """Look after them until cancelled; then let the cameras go."""
        renewed_at: float | None = None
        before: frozenset[str] = frozenset()
        try:
            while True:
                if self._parts.devices.is_loaded:
                    wanted = targets(self._parts.devices.pulled())
                    now = self._parts.clock.monotonic()
                    if renewed_at is None or now - renewed_at >= RENEW_SECONDS or wanted.keys() != before:
                        renewed_at, before = now, frozenset(wanted)
                        await self._renew(wanted)
                    await self._settle(wanted)
                await self._parts.clock.sleep(LOOK_SECONDS)
        finally:
            await self._stop(tuple(self._running))
            await self._release(self._mine)

    def statuses(self) -> tuple[PullStatus, ...]:
        """How it stands with each camera that this process asks."""
        return tuple(pull.status for _, (_, pull, _) in sorted(self._running.items()))

    async def _renew(self, wanted: Mapping[str, Target]) -> None:
        """What is ours now. While the database is away everybody keeps what it has: twice is better than not at all."""
        try:
            mine = await self._leases.hold(wanted, most=self._most)
            self._given = await self._secrets.given(mine)
            gone = self._mine - wanted.keys()
            self._mine = mine
            if gone:
                await self._leases.release(gone)
            self._unowned = len(wanted) - await self._leases.owned(wanted) if len(mine) < len(wanted) else 0
        except Unavailable as error:
            log.warning("which cameras are this process's cannot be settled", why=error.detail)

    async def _settle(self, wanted: Mapping[str, Target]) -> None:
        """Start what is to run and does not, end what runs and is not to."""
        due = {
            camera_id: msgspec.structs.replace(target, secret=self._given.get(camera_id))
            for camera_id, target in wanted.items()
            if camera_id in self._mine
        }
        await self._stop([one for one, (target, _, _) in self._running.items() if due.get(one) != target])
        for camera_id, target in due.items():
            if camera_id not in self._running:
                pull = CameraPull(target, self._parts)
                task = asyncio.create_task(pull.run(), name=f"camera {camera_id}")
                self._running[camera_id] = (target, pull, task)
        self._tell()
        for _, _, task in self._running.values():
            if task.done():  # it ends only by a fault, which is not to be passed over
                task.result()

    async def _stop(self, camera_ids: Iterable[str]) -> None:
        tasks = [self._running.pop(one)[2] for one in camera_ids]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _release(self, camera_ids: frozenset[str]) -> None:
        try:
            await self._leases.release(camera_ids)
        except Unavailable:
            log.warning("the cameras of this process are let go with their leases")

    def _tell(self) -> None:
        found = self.statuses()
        for state in STATES:
            self._parts.metrics.pulled_cameras.labels(state).set(sum(one.state == state for one in found))
        self._parts.metrics.unowned_cameras.set(self._unowned)
        self._on_state(summary(found, self._unowned))
