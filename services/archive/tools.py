"""What every part of the process is handed."""

from dataclasses import dataclass

from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.ids import Ids
from rasid.runtime.metrics import Metrics
from rasid.runtime.watchdog import Watchdog
from services.archive.settings import ArchiveSettings


@dataclass(frozen=True, slots=True)
class Tools:
    """Settings, time, ids, and how the process shows how it is."""

    settings: ArchiveSettings
    clock: Clock
    ids: Ids
    metrics: Metrics
    readiness: Readiness
    watchdog: Watchdog
