"""Watches whether cameras read worse: notes what this process has counted, and judges each day once it is over.

As in `watching.py` one process of all judges, and what is told is acknowledged before it is written down as told. What
was counted in the seconds before a crash is lost: a day is many times that.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from rasid.contract.codec import Message, encode
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics
from rasid.runtime.rounds import go_round
from services.ingest.devices import Device, Devices
from services.ingest.watch.quality import SIGNS, Day, Record, Tallies, judge
from services.ingest.watch.quality_events import drifted

LOOK_SECONDS = 10.0
# Until then every process has written what it counted of the day before.
GRACE = timedelta(minutes=10)
WATCH = "watch of how cameras read"


class Bus(Protocol):
    """What takes events."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has it; raises Unavailable."""


class Leases(Protocol):
    """Who judges; every method raises Unavailable."""

    async def hold(self, wanted: Iterable[str]) -> frozenset[str]:
        """Take what nobody owns, keep what is ours, and say which are ours."""


class QualityStore(Protocol):
    """What cameras' days were like; every method raises Unavailable."""

    async def add(self, days: Mapping[tuple[str, int], Day]) -> None:
        """Add what was counted."""

    async def all(self) -> dict[str, Record]:
        """Every camera that was ever counted."""

    async def keep(self, camera_id: str, before: Record, after: Record) -> None:
        """A day was judged."""


class QualityWatch:
    """The watch of one process."""

    def __init__(
        self,
        tallies: Tallies,
        store: QualityStore,
        leases: Leases,
        *,
        devices: Devices,
        bus: Bus,
        clock: Clock,
        metrics: Metrics,
        deadline_seconds: float,
    ) -> None:
        self._tallies = tallies
        self._store = store
        self._leases = leases
        self._devices = devices
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._judged = 0

    async def run(self) -> None:
        """Watch until cancelled; what is away is waited for."""
        trouble = "how cameras read cannot be watched"
        await go_round(self.look, every_seconds=LOOK_SECONDS, clock=self._clock, trouble=trouble, rests_first=True)

    async def look(self) -> None:
        """Once: note, and judge yesterday if that is ours to judge and not done. Raises Unavailable."""
        counted = self._tallies.taken()
        try:
            await self._store.add(counted)
        except Unavailable:
            self._tallies.returned(counted)
            raise
        yesterday = (self._clock.now() - GRACE).toordinal() - 1
        if not await self._leases.hold([WATCH]):
            self._judged = 0
            self._count([])
        elif yesterday > self._judged:
            await self._judge(yesterday)
            self._judged = yesterday

    async def _judge(self, day: int) -> None:
        began = datetime.fromordinal(day).replace(tzinfo=UTC)
        told: list[Record] = []
        for camera_id, record in (await self._store.all()).items():
            device = self._devices.get(camera_id)
            if device is None or device.state != "active":
                continue
            # Of a day on which somebody worked at it nothing is said.
            is_due = record.judged < day and (device.state_at is None or device.state_at <= began)
            told.append(await self._judge_camera(device, record, day) if is_due else record)
        self._count(told)

    async def _judge_camera(self, device: Device, record: Record, day: int) -> Record:
        after, findings = judge(record, day)
        for one in findings:
            event = drifted(device.camera_id, device.context.site_id, one, day, self._clock.now())
            await self._bus.publish_message(encode(event), deadline_seconds=self._deadline_seconds)
        await self._store.keep(device.camera_id, record, after)
        return after

    def _count(self, records: Iterable[Record]) -> None:
        told = [sign for record in records for sign in record.told]
        for sign in SIGNS:
            self._metrics.worse_cameras.labels(sign).set(told.count(sign))
