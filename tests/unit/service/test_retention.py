"""What `RASID_RETENTION_SECONDS` may be is the same for every service that an installation gives it to."""

import pytest
from pydantic import ValidationError

from services.alerts.settings import AlertsSettings
from services.ingest.settings import IngestSettings
from services.search.settings import SearchSettings

DAY_SECONDS = 24 * 3600


def complaints(settings, **given):
    """Which of the given settings are found wrong."""
    try:
        settings(**given)
    except ValidationError as error:
        return {one["loc"][0] for one in error.errors() if one["loc"][0] in given}
    return set()


@pytest.mark.parametrize("settings", [IngestSettings, AlertsSettings, SearchSettings])
def test_each_service_takes_and_refuses_the_same_retention(settings):
    for seconds in (180, 21 * DAY_SECONDS, 366 * DAY_SECONDS):
        assert complaints(settings, retention_seconds=seconds) == set()
    for seconds in (0, 179, 366 * DAY_SECONDS + 1, float("inf"), float("nan")):
        assert complaints(settings, retention_seconds=seconds) == {"retention_seconds"}
