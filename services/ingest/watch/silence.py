"""Who has been silent for too long, and whether it is one camera or a whole site. No IO.

A site without power or link is one thing that happened, not twelve: when most of its cameras are overdue and none of
the others has been heard since, it is the site. So a camera of several waits a minute before it is told of by itself,
and a site that has just come back is given time to start its cameras.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from rasid.contract.devices import SiteLink
from rasid.contract.tables import PowerSource
from services.ingest.watch.rhythm import Rhythm

HOLD = timedelta(seconds=60)
STARTING = timedelta(seconds=300)
# What was heard within this of the last sign of the overdue ones was heard with them.
TOGETHER = timedelta(seconds=30)
FEWEST = 2


class Known(Struct, frozen=True):
    """What is known of one camera. `told_at`: the last sign of it before the silence that has been told of."""

    camera_id: str
    last_seen_at: datetime
    told_at: datetime | None = None
    rhythm: Rhythm = Rhythm()


class Seen(Struct, frozen=True):
    """One camera that is meant to be heard, since `active_since` (None: as long as is known).

    `told_at`: the last sign of it before the silence that has been told of; None when none has, or it came back.
    """

    camera_id: str
    site_id: str | None
    last_seen_at: datetime
    expected_seconds: float
    told_at: datetime | None = None
    active_since: datetime | None = None

    @property
    def awaited_since(self) -> datetime:
        """Since when it is silent; while it was not active nobody waited for it."""
        return max(self.last_seen_at, self.active_since or self.last_seen_at)


class SiteSeen(Struct, frozen=True):
    """What is known of a site: since when it is out (None: it is not), when it last came back, what it last told."""

    out_since: datetime | None = None
    recovered_at: datetime | None = None
    power_source: PowerSource | None = None
    link: SiteLink | None = None


class Supply(Struct, frozen=True):
    """What a site's controller tells of it; None: it does not say, and it is as it was."""

    power_source: PowerSource | None = None
    link: SiteLink | None = None


class Verdict(Struct, frozen=True):
    """What is to be told now."""

    silent: tuple[Seen, ...] = ()
    back: tuple[Seen, ...] = ()
    outages: dict[str, tuple[Seen, ...]] = {}
    recoveries: dict[str, tuple[Seen, ...]] = {}


def decide(
    cameras: Iterable[Seen],
    sites: Mapping[str, SiteSeen],
    now: datetime,
    listening_since: datetime,
) -> Verdict:
    """Judge everybody; before `listening_since` nobody listened, so nobody was silent."""
    groups: dict[str, list[Seen]] = {}
    alone: list[Seen] = []
    for camera in cameras:
        if camera.site_id is None:
            alone.append(camera)
        else:
            groups.setdefault(camera.site_id, []).append(camera)
    judge = _Judge(now, listening_since)
    parts = [judge.single(camera) for camera in alone]
    parts += [judge.site(site_id, group, sites.get(site_id, SiteSeen())) for site_id, group in groups.items()]
    return Verdict(
        silent=tuple(one for part in parts for one in part.silent),
        back=tuple(one for part in parts for one in part.back),
        outages={name: found for part in parts for name, found in part.outages.items()},
        recoveries={name: found for part in parts for name, found in part.recoveries.items()},
    )


class _Judge:
    def __init__(self, now: datetime, listening_since: datetime) -> None:
        self._now = now
        self._listening_since = listening_since

    def single(self, camera: Seen, *, hold: timedelta = timedelta()) -> Verdict:
        """A camera by itself."""
        if camera.told_at is not None:
            # Not whether it is overdue: after a pause in which nobody listened nobody is, and it was not heard either.
            return Verdict(back=(camera,) if camera.last_seen_at > camera.told_at else ())
        return Verdict(silent=(camera,) if self._late(camera) > hold else ())

    def site(self, site_id: str, group: list[Seen], known: SiteSeen) -> Verdict:
        """The cameras of one site."""
        if len(group) < FEWEST and known.out_since is None:
            return self.single(group[0])
        overdue = [one for one in group if self._late(one) > timedelta()]
        heard = [one for one in group if one not in overdue]
        if known.out_since is not None:
            back = self._back(heard, known.out_since)
            return Verdict(recoveries={site_id: back}) if back else Verdict()
        if self._is_out(overdue, heard, len(group)):
            return Verdict(outages={site_id: tuple(overdue)})
        is_starting = known.recovered_at is not None and self._now - known.recovered_at < STARTING
        parts = [self.single(one, hold=HOLD) for one in group]
        return Verdict(
            silent=() if is_starting else tuple(one for part in parts for one in part.silent),
            back=tuple(one for part in parts for one in part.back),
        )

    def _late(self, camera: Seen) -> timedelta:
        """How long it is overdue; negative while it is not."""
        since = max(camera.awaited_since, self._listening_since)
        return self._now - since - timedelta(seconds=camera.expected_seconds)

    def _is_out(self, overdue: list[Seen], heard: list[Seen], count: int) -> bool:
        # Those that were told of one by one are old news: something must have gone just now.
        if len(overdue) < max(FEWEST, (count + 1) // 2) or all(one.told_at is not None for one in overdue):
            return False
        latest = max(one.last_seen_at for one in overdue)
        return all(one.last_seen_at <= latest + TOGETHER for one in heard)

    @staticmethod
    def _back(heard: list[Seen], out_since: datetime) -> tuple[Seen, ...]:
        """Those heard after it went; a camera with a slow rhythm is not overdue and was not heard either."""
        return tuple(one for one in heard if one.last_seen_at > out_since + TOGETHER)
