"""Starts the search service: `python -m services.search`."""

import sys

import rasid.runtime.loading  # noqa: F401 - before the others
from rasid.errors import ConfigurationError
from rasid.runtime.serve import refuse, run
from rasid.runtime.settings import load
from services.search.app import create_app
from services.search.settings import SERVICE, SearchSettings


def main() -> int:
    """Serve until told to stop; returns the exit code of the process."""
    try:
        settings = load(SearchSettings)
        return run(SERVICE, settings, lambda lifecycle: create_app(settings, lifecycle))
    except ConfigurationError as error:
        return refuse(error)


if __name__ == "__main__":
    sys.exit(main())
