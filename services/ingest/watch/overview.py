"""How cameras and sites are, for whoever sees to them: when each was last heard, and what is wrong with it. No IO."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from rasid.contract.devices import SiteLink
from rasid.contract.tables import CameraLifecycle, PowerSource
from services.ingest.devices import Device
from services.ingest.watch.quality import Record, Sign
from services.ingest.watch.rhythm import expected_seconds
from services.ingest.watch.silence import Known, SiteSeen
from services.ingest.watch.skew import is_wrong

Trouble = Literal["never_heard", "silent", "clock", "reads"]


class CameraHealth(Struct, frozen=True, kw_only=True):
    """One camera. `troubles` are of an active one alone: nobody misses another."""

    camera_id: str
    site_id: str | None
    state: CameraLifecycle
    last_seen_at: datetime | None
    expected_seconds: float | None
    skew_seconds: float | None
    reads_worse: tuple[Sign, ...]
    troubles: tuple[Trouble, ...]


class SiteHealth(Struct, frozen=True, kw_only=True):
    """One site, as its cameras and its controller tell."""

    site_id: str
    out_since: datetime | None
    recovered_at: datetime | None
    power_source: PowerSource | None
    link: SiteLink | None


def cameras(
    devices: Iterable[Device],
    known: Mapping[str, Known],
    sites: Mapping[str, SiteSeen],
    quality: Mapping[str, Record],
) -> list[CameraHealth]:
    """All that are registered, in the order of their identifiers."""
    ordered = sorted(devices, key=lambda device: device.camera_id)
    return [_camera(one, known.get(one.camera_id), sites, quality.get(one.camera_id, Record())) for one in ordered]


def _camera(device: Device, known: Known | None, sites: Mapping[str, SiteSeen], record: Record) -> CameraHealth:
    site = sites.get(device.context.site_id or "", SiteSeen())
    found: tuple[tuple[Trouble, bool], ...] = (
        ("never_heard", known is None),
        ("silent", known is not None and _is_silent(known, site)),
        ("clock", is_wrong(device.context.skew_seconds)),
        ("reads", bool(record.told)),
    )
    return CameraHealth(
        camera_id=device.camera_id,
        site_id=device.context.site_id,
        state=device.state,
        last_seen_at=None if known is None else known.last_seen_at,
        expected_seconds=None if known is None else expected_seconds(known.rhythm, known.last_seen_at),
        skew_seconds=device.context.skew_seconds,
        reads_worse=tuple(sorted(record.told)),
        troubles=tuple(trouble for trouble, is_so in found if is_so and device.state == "active"),
    )


def _is_silent(known: Known, site: SiteSeen) -> bool:
    """By itself, or with its site."""
    is_out = site.out_since is not None and known.last_seen_at <= site.out_since
    return is_out or known.told_at is not None


def sites(seen: Mapping[str, SiteSeen]) -> list[SiteHealth]:
    """Those that were ever out or told of themselves, in the order of their identifiers."""
    return [
        SiteHealth(
            site_id=site_id,
            out_since=one.out_since,
            recovered_at=one.recovered_at,
            power_source=one.power_source,
            link=one.link,
        )
        for site_id, one in sorted(seen.items())
    ]
