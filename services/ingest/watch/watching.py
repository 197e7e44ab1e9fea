"""Watches whether cameras are heard: notes whom this process heard, and, in one process of all, judges who is silent.

What is told is acknowledged by the broker before it is written down as told: a crash between the two tells it again,
with the same id. While nobody watched - no process, no database - nobody was silent.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from rasid.contract.codec import Message, encode
from rasid.contract.envelope import Event
from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.metrics import Metrics
from rasid.runtime.rounds import go_round
from services.ingest.devices import Devices
from services.ingest.watch import presence_events
from services.ingest.watch.presence import Presence
from services.ingest.watch.rhythm import expected_seconds, learned
from services.ingest.watch.silence import Known, Seen, SiteSeen, Supply, Verdict, decide
from services.ingest.watch.skew import is_news, is_wrong

LOOK_SECONDS = 5.0
# Nobody listened for this long: whoever is silent now may not have been.
PAUSE_SECONDS = 60.0
WATCH = "watch of all cameras"

log = get_logger(__name__)


class Bus(Protocol):
    """What takes events; the one that the intake has."""

    async def publish_message(self, message: Message, *, deadline_seconds: float | None = None) -> None:
        """Return when the broker has it; raises Unavailable."""


class Leases(Protocol):
    """Who judges; every method raises Unavailable."""

    async def hold(self, wanted: Iterable[str]) -> frozenset[str]:
        """Take what nobody owns, keep what is ours, and say which are ours."""

    async def release(self, camera_ids: Iterable[str]) -> None:
        """Let others have them."""


class Skews(Protocol):
    """Where the cameras' clocks are written down."""

    async def put(self, camera_id: str, skew_seconds: float) -> bool:
        """Write it; False when somebody else changed the camera at this moment. Raises Unavailable."""


class PresenceStore(Protocol):
    """Who was last heard when; every method raises Unavailable."""

    async def heard(self, moments: Mapping[str, datetime]) -> None:
        """These cameras were heard then."""

    async def all(self) -> list[Known]:
        """Every camera that was ever heard."""

    async def learn(self, changed: Iterable[Known]) -> None:
        """Keep what was learned of cameras."""

    async def sites(self) -> dict[str, SiteSeen]:
        """The sites that are or were out, or have told what feeds them."""

    async def keep_site(self, site_id: str, seen: SiteSeen) -> None:
        """A site went, or came back."""

    async def supplied(self, supplies: Mapping[str, Supply]) -> None:
        """What feeds these sites, and how their links are."""

    async def watched(self, now: datetime, *, pause_seconds: float) -> datetime:
        """Somebody watches now; since when without a pause as long as this."""


class Watching:
    """The watch of one process."""

    def __init__(
        self,
        presence: Presence,
        store: PresenceStore,
        leases: Leases,
        skews: Skews,
        *,
        devices: Devices,
        bus: Bus,
        clock: Clock,
        metrics: Metrics,
        deadline_seconds: float,
    ) -> None:
        self._presence = presence
        self._store = store
        self._leases = leases
        self._skews = skews
        self._devices = devices
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._before: dict[str, datetime] = {}

    async def run(self) -> None:
        """Watch until cancelled; what is away is waited for."""
        try:
            trouble = "cameras cannot be watched"
            await go_round(self.look, every_seconds=LOOK_SECONDS, clock=self._clock, trouble=trouble, rests_first=True)
        finally:
            await self._let_go()

    async def look(self) -> None:
        """Once: note, judge if it is ours to judge, and see to the clocks. Raises Unavailable."""
        heard, supplies = self._presence.taken()
        try:
            await self._store.heard(heard)
            await self._store.supplied(supplies)
        except Unavailable:
            self._presence.returned(heard, supplies)
            raise
        if await self._leases.hold([WATCH]):
            await self._judge()
        else:
            self._before.clear()
        await self._see_to_clocks()

    async def _judge(self) -> None:
        now = self._clock.now()
        since = await self._store.watched(now, pause_seconds=PAUSE_SECONDS)
        sites = await self._store.sites()
        known = {one.camera_id: one for one in await self._store.all() if self._is_active(one.camera_id)}
        # How long one was silent that was not meant to be heard meanwhile teaches nothing.
        self._before = {name: began for name, began in self._before.items() if name in known}
        taught = {name: self._taught(one, sites, since) for name, one in known.items()}
        await self._store.learn(one for name, one in taught.items() if one != known[name])
        seen = [self._seen(one) for one in taught.values()]
        verdict = decide(seen, sites, now, since)
        await self._tell(verdict, taught, sites, now)
        self._count(seen, verdict, sites)

    def _count(self, seen: list[Seen], verdict: Verdict, sites: Mapping[str, SiteSeen]) -> None:
        """A camera is silent by itself or with its site."""
        gone = {name for name, one in sites.items() if one.out_since is not None} | verdict.outages.keys()
        told = {
            one.camera_id for one in seen if one.told_at is not None or one.site_id in gone - verdict.recoveries.keys()
        }
        silent = len((told | {one.camera_id for one in verdict.silent}) - {one.camera_id for one in verdict.back})
        self._metrics.watched_cameras.labels("silent").set(silent)
        self._metrics.watched_cameras.labels("heard").set(len(seen) - silent)
        impaired = self._metrics.impaired_sites.labels
        impaired("out").set(len(gone - verdict.recoveries.keys()))
        impaired("on_battery").set(sum(one.power_source == "battery" for one in sites.values()))
        impaired("link").set(sum(one.link in {"down", "degraded"} for one in sites.values()))

    def _is_active(self, camera_id: str) -> bool:
        device = self._devices.get(camera_id)
        return device is not None and device.state == "active"

    def _site_of(self, camera_id: str) -> str | None:
        device = self._devices.get(camera_id)
        return None if device is None else device.context.site_id

    def _taught(self, known: Known, sites: Mapping[str, SiteSeen], since: datetime) -> Known:
        """With what its latest silence teaches, if it has ended and somebody listened through all of it."""
        began = self._before.get(known.camera_id)
        self._before[known.camera_id] = known.last_seen_at
        if began is None or began < since or known.last_seen_at <= began:
            return known
        is_out = sites.get(self._site_of(known.camera_id) or "", SiteSeen()).out_since is not None
        seconds = (known.last_seen_at - began).total_seconds()
        rhythm = learned(known.rhythm, began, seconds, was_told=is_out or known.told_at is not None)
        return replace(known, rhythm=rhythm)

    def _seen(self, known: Known) -> Seen:
        device = self._devices.get(known.camera_id)
        return Seen(
            camera_id=known.camera_id,
            site_id=self._site_of(known.camera_id),
            last_seen_at=known.last_seen_at,
            expected_seconds=expected_seconds(known.rhythm, known.last_seen_at),
            told_at=known.told_at,
            active_since=None if device is None else device.state_at,
        )

    async def _tell(
        self,
        verdict: Verdict,
        known: Mapping[str, Known],
        sites: Mapping[str, SiteSeen],
        now: datetime,
    ) -> None:
        """Tell each thing, and only then write down that it was told."""
        for one in verdict.silent:
            await self._publish(presence_events.silent(one, now))
            await self._store.learn([replace(known[one.camera_id], told_at=one.last_seen_at)])
        for one in verdict.back:
            told_at = known[one.camera_id].told_at or one.last_seen_at
            await self._publish(presence_events.back(one, told_at, now))
            await self._store.learn([replace(known[one.camera_id], told_at=None)])
        for site_id, cameras in verdict.outages.items():
            power = sites.get(site_id, SiteSeen()).power_source
            await self._publish(presence_events.outage(site_id, cameras, now, power))
            last = max(one.last_seen_at for one in cameras)
            await self._store.keep_site(site_id, SiteSeen(out_since=last))
        for site_id, cameras in verdict.recoveries.items():
            await self._publish(presence_events.recovered(site_id, cameras, sites[site_id].out_since or now, now))
            await self._store.keep_site(site_id, SiteSeen(recovered_at=now))

    async def _see_to_clocks(self) -> None:
        now = self._clock.now()
        for camera_id, skew in self._presence.skews().items():
            device = self._devices.get(camera_id)
            before = None if device is None else device.context.skew_seconds
            if device is None or not is_news(skew, before):
                continue
            if is_wrong(skew) or is_wrong(before):
                await self._publish(presence_events.clock(camera_id, device.context.site_id, skew, now))
            await self._skews.put(camera_id, skew)

    async def _publish(self, event: Event[Struct]) -> None:
        await self._bus.publish_message(encode(event), deadline_seconds=self._deadline_seconds)

    async def _let_go(self) -> None:
        try:
            await self._leases.release([WATCH])
        except Unavailable:
            log.warning("the watch is let go with its lease")
