"""What every part of a process is handed."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry

from rasid.runtime.clock import Clock, SystemClock
from rasid.runtime.health import Readiness
from rasid.runtime.ids import Ids, RandomIds
from rasid.runtime.metrics import Metrics
from rasid.runtime.serve import Lifecycle
from rasid.runtime.settings import ProcessSettings
from rasid.runtime.watchdog import Pulse, Watchdog

S = TypeVar("S", bound=ProcessSettings)
S_co = TypeVar("S_co", bound=ProcessSettings, covariant=True)


@dataclass(frozen=True, slots=True)
class Tools(Generic[S_co]):
    """The service's name and settings, time, ids, how the process shows how it is, and how it ends."""

    service: str
    settings: S_co
    lifecycle: Lifecycle
    clock: Clock
    ids: Ids
    metrics: Metrics
    readiness: Readiness
    watchdog: Watchdog

    def pulse(self, part: str) -> Pulse:
        """The pulse of a part that works from now on."""
        return self.watchdog.pulse(part, self.settings.watchdog_seconds)

    def resting_pulse(self, part: str) -> Pulse:
        """The pulse of a part that waits for something else first."""
        pulse = self.pulse(part)
        pulse.rest()
        return pulse


def make_tools(service: str, settings: S, lifecycle: Lifecycle) -> Tools[S]:
    """Those of a process that runs."""
    clock = SystemClock()
    metrics = Metrics(CollectorRegistry())
    return Tools(service, settings, lifecycle, clock, RandomIds(), metrics, Readiness(), Watchdog(clock))
