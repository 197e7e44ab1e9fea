"""Every metric of the platform, declared once and documented here; `docs/metrics.md` is generated from it.

Labels are bounded: a service, topic, outcome, reason or adapter name, never an id, a plate or a person.
"""

from prometheus_client import CollectorRegistry

from rasid.runtime.metrics.alerts import AlertsMetrics
from rasid.runtime.metrics.archive import ArchiveMetrics
from rasid.runtime.metrics.buckets import LATENCY_SECONDS
from rasid.runtime.metrics.casework import CaseworkMetrics
from rasid.runtime.metrics.consuming import ConsumerMetrics
from rasid.runtime.metrics.gate import GateMetrics
from rasid.runtime.metrics.ingest import IngestMetrics
from rasid.runtime.metrics.listening import ListeningMetrics
from rasid.runtime.metrics.publishing import PublishingMetrics
from rasid.runtime.metrics.pulling import PullingMetrics
from rasid.runtime.metrics.search import SearchMetrics
from rasid.runtime.metrics.spooling import SpoolMetrics
from rasid.runtime.metrics.storing import StorageMetrics

__all__ = ["LATENCY_SECONDS", "Metrics"]


class Metrics(
    PublishingMetrics,
    SpoolMetrics,
    StorageMetrics,
    ConsumerMetrics,
    GateMetrics,
    IngestMetrics,
    ListeningMetrics,
    PullingMetrics,
    AlertsMetrics,
    SearchMetrics,
    ArchiveMetrics,
    CaseworkMetrics,
):
    """The metrics of one process, in one registry. A service leaves at 0 what it does not do."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        PublishingMetrics.__init__(self, registry)
        SpoolMetrics.__init__(self, registry)
        StorageMetrics.__init__(self, registry)
        ConsumerMetrics.__init__(self, registry)
        GateMetrics.__init__(self, registry)
        IngestMetrics.__init__(self, registry)
        ListeningMetrics.__init__(self, registry)
        PullingMetrics.__init__(self, registry)
        AlertsMetrics.__init__(self, registry)
        SearchMetrics.__init__(self, registry)
        ArchiveMetrics.__init__(self, registry)
        CaseworkMetrics.__init__(self, registry)
