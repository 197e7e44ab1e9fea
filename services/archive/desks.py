"""The parts that people's requests and the sweep reach, put together on given stores."""

from collections.abc import Callable
from dataclasses import dataclass

from rasid.identity.media_links import MediaLinks
from rasid.service.tools import Tools
from services.archive.cameras import CameraTable
from services.archive.engines import Engines
from services.archive.erasure_desk import ErasureDesk
from services.archive.evidence_desk import EvidenceDesk
from services.archive.intake import Intake, Stores
from services.archive.object_lock import ObjectLock
from services.archive.probing import ProbeLimits, Prober
from services.archive.release_desk import ReleaseDesk
from services.archive.settings import ArchiveSettings
from services.archive.showing import Showing
from services.archive.spool import Spool
from services.archive.sweeping import Sweep


@dataclass(frozen=True, slots=True)
class Desks:
    """What the routes and the sweep use."""

    evidence: EvidenceDesk
    erasures: ErasureDesk
    releases: ReleaseDesk
    intake: Intake
    showing: Showing
    sweep: Sweep


def make_desks(
    engines: Engines,
    tools: Tools[ArchiveSettings],
    *,
    cameras: CameraTable,
    links: MediaLinks,
    spool: Spool,
    lock: ObjectLock,
    wake: Callable[[], None],
) -> Desks:
    """All of them."""
    settings = tools.settings
    stores = Stores(engines.store, engines.store, engines.clips)
    desk = EvidenceDesk(
        engines.store,
        engines.clips,
        cameras,
        kept_seconds=settings.retention_seconds,
        window_seconds=settings.window_seconds,
        clock=tools.clock,
        metrics=tools.metrics,
        wake=wake,
    )
    intake = _intake(stores, spool, lock, wake, tools)
    sweep = Sweep(
        stores,
        intake,
        spool=spool.name,
        every_seconds=settings.sweep_seconds,
        clock=tools.clock,
        metrics=tools.metrics,
        pulse=tools.resting_pulse("sweep"),
    )
    erasures = ErasureDesk(desk, engines.store, valid_seconds=settings.erasure_seconds)
    releases = ReleaseDesk(desk, valid_seconds=settings.release_seconds)
    return Desks(desk, erasures, releases, intake, Showing(links, desk, engines.clips), sweep)


def _intake(
    stores: Stores, spool: Spool, lock: ObjectLock, wake: Callable[[], None], tools: Tools[ArchiveSettings]
) -> Intake:
    settings = tools.settings
    limits = ProbeLimits(
        seconds=settings.probe_seconds,
        memory_bytes=settings.probe_bytes,
        clip_seconds=settings.clip_seconds,
        at_once=settings.probes,
    )
    return Intake(
        stores,
        spool,
        Prober(limits),
        lock,
        kept_seconds=settings.retention_seconds,
        upload_seconds=settings.clip_upload_seconds,
        clock=tools.clock,
        ids=tools.ids,
        metrics=tools.metrics,
        wake=wake,
    )
