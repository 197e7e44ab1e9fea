"""Starts ingest: `python -m services.ingest`."""

import sys

import rasid.runtime.loading  # noqa: F401 - before the others
from rasid.errors import ConfigurationError
from rasid.runtime.serve import refuse, run
from rasid.runtime.settings import load
from services.ingest.app import create_app, served
from services.ingest.settings import SERVICE, IngestSettings


def main() -> int:
    """Serve until told to stop; returns the exit code of the process."""
    try:
        settings = load(IngestSettings)
    except ConfigurationError as error:
        return refuse(error)
    return run(SERVICE, settings, lambda lifecycle: served(create_app(settings, lifecycle)))


if __name__ == "__main__":
    sys.exit(main())
