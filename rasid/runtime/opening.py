"""Waiting for what the service needs before it may begin: after a power cut everything starts at once."""

from collections.abc import Awaitable, Callable

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.log import get_logger

RETRY_SECONDS = 0.5

log = get_logger(__name__)


async def open_when_there(part: str, look: Callable[[], Awaitable[None]], readiness: Readiness, clock: Clock) -> None:
    """Return once `look` has succeeded, however long that takes; until then the service is not ready."""
    readiness.not_ready(part, "has not answered yet")
    is_away = False
    while True:
        try:
            await look()
        except Unavailable as error:
            if not is_away:
                log.warning("the service waits for what it needs", part=part, why=str(error))
            is_away = True
            readiness.not_ready(part, str(error))
            await clock.sleep(RETRY_SECONDS)
        else:
            readiness.ready(part)
            return
