"""Services that can be told, while they run, at which step to kill themselves (`faulty.py`)."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.eventually import eventually
from tools.demo.services import Service

HEARD_SECONDS = 10.0


def mortal(service: Service) -> Sequence[str]:
    """The launcher of a service that obeys `doom`."""
    return (sys.executable, "-m", "tests.support.faulty", str(_order(service)))


async def doom(service: Service, point: str, type_name: str = "*", count: int = 1) -> None:
    """Return when the running service knows where it dies."""
    assert service.pid is not None
    _order(service).write_text(f"{point} {type_name} {count}", encoding="utf-8")
    os.kill(service.pid, signal.SIGUSR1)
    await eventually(lambda: not _order(service).exists(), HEARD_SECONDS, f"{service.name} knows where to die")


def _order(service: Service) -> Path:
    return service.log.with_suffix(".order")
