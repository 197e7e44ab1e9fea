"""Starts the alerts service: `python -m services.alerts`."""

import sys

import rasid.runtime.loading  # noqa: F401 - before the others
from rasid.errors import ConfigurationError
from rasid.runtime.serve import refuse, run
from rasid.runtime.settings import load
from services.alerts.app import create_app
from services.alerts.settings import SERVICE, AlertsSettings


def main() -> int:
    """Serve until told to stop; returns the exit code of the process."""
    try:
        settings = load(AlertsSettings)
        return run(SERVICE, settings, lambda lifecycle: create_app(settings, lifecycle))
    except ConfigurationError as error:
        return refuse(error)


if __name__ == "__main__":
    sys.exit(main())
