"""What people do with authorizations: ask for them, decide, report what the authority says, revoke."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from rasid.contract.event_ids import caused_id
from rasid.contract.fields import parse_utc, utc_text
from rasid.errors import Conflict, NotFound, PreconditionFailed, Unprocessable
from rasid.runtime.clock import Clock
from services.casework import authorization as steps
from services.casework.authorization import Authorization, DecisionTimes
from services.casework.authorization_bodies import AuthorizationBody
from services.casework.case import Actor
from services.casework.ports import AuthorizationQuery, AuthorizationStore


@dataclass(frozen=True, slots=True)
class AuthorizationBounds:
    """How long one may be asked for, and how long whoever decides may take."""

    longest: timedelta
    deadlines: DecisionTimes


class AuthorizationDesk:
    """Authorizations of all agencies: whoever asks is checked before. `wake` tells the relay that an event waits."""

    def __init__(
        self, store: AuthorizationStore, *, bounds: AuthorizationBounds, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._bounds = bounds
        self._clock = clock
        self._wake = wake

    @property
    def deadlines(self) -> DecisionTimes:
        """How long whoever decides may take."""
        return self._bounds.deadlines

    async def request(self, body: AuthorizationBody, actor: Actor, *, case_id: str, key: str) -> Authorization:
        """Ask for one. The same person's same key and body find what they asked for. Raises Unprocessable, Conflict."""
        terms = body.terms(actor.at)
        if terms.valid_to <= max(terms.valid_from, actor.at):
            raise Unprocessable("validity-empty", "`valid_to` must be later than `valid_from`, and in the future.")
        if terms.valid_to - max(terms.valid_from, actor.at) > self._bounds.longest:
            days = self._bounds.longest / timedelta(days=1)
            raise Unprocessable("authorization-too-long", f"Ask for {days:g} days at most, and again if need be.")
        digest = sha256(f"{actor.by} {case_id} {key} {body.model_dump_json()}".encode()).hexdigest()
        own_id = caused_id(f"{actor.agency}/{actor.by}/{case_id}/{key}", "authorization")
        asked = steps.request(own_id, terms, actor, self.deadlines, case_id=case_id, request_sha256=digest)
        stored = await self._store.add(asked)
        if stored.request_sha256 != digest:
            raise Conflict("idempotency-key-used", "This Idempotency-Key was used for another request: send a new key.")
        self._wake()
        return stored

    async def read(self, authorization_id: str, *, agency: str, case_id: str | None = None) -> Authorization:
        """One of this agency, and of this case if it is named; raises NotFound."""
        one = await self._store.one(authorization_id)
        if one is None or one.agency != agency or case_id not in {None, one.case_id}:
            raise NotFound("authorization-unknown", "There is no such authorization of your agency and case.")
        return one

    async def page(self, query: AuthorizationQuery) -> list[Authorization]:
        """A page, newest first."""
        return await self._store.page(query)

    async def live(self) -> Sequence[Authorization]:
        """Those that anything can still follow."""
        return await self._store.live()

    async def change(
        self, one: Authorization, versions: frozenset[int] | None, take: Callable[[Authorization], Authorization]
    ) -> Authorization:
        """Take a step on the version that the caller saw. Raises PreconditionFailed, and what `take` raises."""
        changed = None if versions is not None and one.version not in versions else await self.take(one, take)
        if changed is None:
            raise PreconditionFailed(
                "authorization-changed", "Somebody changed this authorization meanwhile: read it again, then decide."
            )
        return changed

    async def take(self, one: Authorization, take: Callable[[Authorization], Authorization]) -> Authorization | None:
        """Take a step, and tell it; None when it changed meanwhile."""
        changed = take(one)
        if not await self._store.save(changed, one.version):
            return None
        self._wake()
        return changed

    def now(self) -> datetime:
        """The time, as it is kept: to the millisecond."""
        return parse_utc(utc_text(self._clock.now()))
