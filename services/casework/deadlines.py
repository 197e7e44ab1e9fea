"""What ends by itself: a case at its end, an authorization at its own or with its case.

Others go by the moment that they were told; this writes it down and tells it.
"""

from rasid.runtime.clock import Clock
from rasid.runtime.rounds import go_round
from rasid.runtime.watchdog import Pulse
from services.casework import authorization, case
from services.casework.authorization_desk import AuthorizationDesk
from services.casework.case import Actor
from services.casework.case_desk import CaseDesk

LOOK_SECONDS = 1.0
RAN_OUT = "ran-out"
CASE_CLOSED = "case-closed"


class Deadlines:
    """Looks each second."""

    def __init__(self, cases: CaseDesk, authorizations: AuthorizationDesk, *, clock: Clock) -> None:
        self._cases = cases
        self._authorizations = authorizations
        self._clock = clock

    async def run(self, pulse: Pulse) -> None:
        """Look until cancelled; a database that is away is waited for."""
        trouble = "what has run out cannot be ended for now"
        await go_round(self.once, every_seconds=LOOK_SECONDS, clock=self._clock, trouble=trouble, pulse=pulse)

    async def once(self) -> None:
        """End what has run out. Raises Unavailable."""
        actor = Actor(self._cases.now())
        for one in await self._cases.run_out():
            await self._cases.take(one, lambda this: case.close(this, RAN_OUT, actor))
        await self._end_authorizations(actor)

    async def _end_authorizations(self, actor: Actor) -> None:
        live = await self._authorizations.live()
        closed = await self._cases.closed({one.case_id for one in live}) if live else set()
        for one in live:
            if one.ends_at <= actor.at:
                await self._authorizations.take(one, lambda this: authorization.expire(this, actor))
            elif one.case_id in closed:
                await self._authorizations.take(one, lambda this: authorization.revoke(this, CASE_CLOSED, actor))
