"""`docs/settings.md`: every environment variable of every service, for whoever deploys them."""

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from rasid.runtime.settings import ProcessSettings, ServiceSettings
from services.alerts.settings import AlertsSettings
from services.archive.eraser.settings import EraserSettings
from services.archive.settings import ArchiveSettings
from services.casework.settings import CaseworkSettings
from services.ingest.settings import IngestSettings
from services.search.settings import SearchSettings

HEAD = """\
# Settings

<!-- Written by `rasid generate` from each service's settings.py. Change it there. -->

Every service reads its settings from environment variables when it starts; with a wrong one it does not start and says
which. `rasid demo` makes all of these by itself.
"""

SERVICES: tuple[tuple[str, type[ProcessSettings]], ...] = (
    ("ingest", IngestSettings),
    ("alerts", AlertsSettings),
    ("search", SearchSettings),
    ("archive", ArchiveSettings),
    ("eraser", EraserSettings),
    ("casework", CaseworkSettings),
)


def document() -> str:
    """The whole document."""
    parts = [HEAD, "## Every process\n", *_table(ProcessSettings, set())]
    parts += [
        "## Every service: every process but the eraser\n",
        *_table(ServiceSettings, set(ProcessSettings.model_fields)),
    ]
    for name, settings in SERVICES:
        parts += [f"## {name}\n", *_table(settings, set(ServiceSettings.model_fields) - {"port", "database"})]
    return "\n".join(parts)


def _table(settings: type[ProcessSettings], known: set[str]) -> list[str]:
    names = [name for name in settings.model_fields if name not in known]
    return ["| variable | default | meaning |", "| --- | --- | --- |", *(_row(settings, name) for name in names), ""]


def _row(settings: type[ProcessSettings], name: str) -> str:
    field = settings.model_fields[name]
    return f"| `RASID_{name.upper()}` | {_default(field.default)} | {field.description} |"


def _default(value: object) -> str:
    if value is PydanticUndefined:
        return "must be given"
    return f"`{value.get_secret_value() if isinstance(value, SecretStr) else value}`"
