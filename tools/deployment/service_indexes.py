"""The indexes of every service's database, made before the services start.

A service makes them too, but has seconds for it: on a database that is full already, as at an upgrade, that is not
enough to build one.
"""

from rasid.runtime.settings import ServiceSettings
from rasid.storage.indexes import Index, ensure_indexes
from rasid.storage.mongo import Mongo
from rasid.storage.mongo_login import Login
from services.alerts.indexes import INDEXES as ALERTS
from services.alerts.settings import AlertsSettings
from services.archive.indexes import INDEXES as ARCHIVE
from services.archive.settings import ArchiveSettings
from services.casework.indexes import INDEXES as CASEWORK
from services.casework.settings import CaseworkSettings
from services.ingest.indexes import INDEXES as INGEST
from services.ingest.settings import IngestSettings
from services.search.indexes import INDEXES as SEARCH
from services.search.settings import SearchSettings

# How long one index may take to build, on the largest collection there is.
BUILD_SECONDS = 6 * 3600.0

# The name of each database is the service's default: a service that is given another makes its indexes itself.
SERVICES: tuple[tuple[type[ServiceSettings], tuple[Index, ...]], ...] = (
    (IngestSettings, INGEST),
    (AlertsSettings, ALERTS),
    (SearchSettings, SEARCH),
    (ArchiveSettings, ARCHIVE),
    (CaseworkSettings, CASEWORK),
)


async def ensure_all_indexes(uri: str, login: Login | None = None) -> int:
    """Make what is missing as this user, and return how many there are. Raises Unavailable and ConfigurationError."""
    for settings, indexes in SERVICES:
        name = settings.model_fields["database"].default
        mongo = Mongo(uri, name, login=login, deadline_seconds=BUILD_SECONDS)
        try:
            await mongo.start()
            await ensure_indexes(mongo, indexes)
        finally:
            await mongo.stop()
    return sum(len(indexes) for _, indexes in SERVICES)
