"""What ends by itself: a case at its end. Others go by the moment they were told; this writes it down and tells it."""

from rasid.errors import Unavailable
from rasid.runtime.clock import Clock
from rasid.runtime.log import get_logger
from rasid.runtime.watchdog import Pulse
from services.casework import case as steps
from services.casework.case import Actor
from services.casework.case_desk import CaseDesk

LOOK_SECONDS = 1.0
RAN_OUT = "ran-out"

log = get_logger(__name__)


class Deadlines:
    """Looks each second."""

    def __init__(self, cases: CaseDesk, *, clock: Clock) -> None:
        self._cases = cases
        self._clock = clock

    async def run(self, pulse: Pulse) -> None:
        """Look until cancelled; a database that is away is waited for."""
        is_away = False
        while True:
            try:
                await self.once()
                is_away = False
            except Unavailable as error:
                if not is_away:
                    log.warning("what has run out cannot be ended for now", why=str(error))
                is_away = True
            pulse.beat()
            await self._clock.sleep(LOOK_SECONDS)

    async def once(self) -> None:
        """End what has run out. Raises Unavailable."""
        actor = Actor(self._cases.now())
        for one in await self._cases.run_out():
            await self._cases.take(one, lambda case: steps.close(case, RAN_OUT, actor))
