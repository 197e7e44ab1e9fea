"""Looking further back than one person may alone, as people do it: ask, consent or refuse, and search."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from rasid.contract.event_ids import caused_id
from rasid.errors import Conflict, NotFound
from rasid.identity.claims import Caller
from rasid.runtime.clock import Clock
from rasid.runtime.paging import Cursor
from services.search import lookback as steps
from services.search import tiers
from services.search.lookback import LOOKBACK, Lookback, User, content_of
from services.search.passage import Passage
from services.search.ports import LookbackStore
from services.search.query import Asked, understand
from services.search.registry import Registry

VALID_SECONDS = 24 * 3600.0
# Kept a while longer than it is valid, for who asks what became of it; the audit log remembers it for ever.
KEPT = timedelta(days=7)


class LookbackDesk:
    """Consents to searches, each for one person, one case and one search."""

    def __init__(self, store: LookbackStore, registry: Registry, *, retention: timedelta, clock: Clock) -> None:
        self._store = store
        self._registry = registry
        self._retention = retention
        self._clock = clock

    async def ask(self, asked: Asked, reason: str, caller: Caller, case_id: str) -> Lookback:
        """A first person wants to make this search. Raises Unprocessable, Forbidden, and Conflict while one waits."""
        self._registry.check_complete()
        steps.check_can_be_shown(understand(asked, self._registry))
        now = self._clock.now()
        tiers.check_needs_consent(asked.from_at, asked.to_at, now, self._retention)
        lookback_id = _id_of(asked, caller, case_id)
        before = await self._store.lookback(lookback_id, now)
        consent = LOOKBACK.ask(
            content_of(lookback_id, caller.agency, asked),
            None if before is None else before.consent,
            by=caller.subject,
            at=now,
            case_id=case_id,
            reason=reason,
            valid_seconds=VALID_SECONDS,
        )
        revision = 0 if before is None else before.revision
        wanted = Lookback(
            lookback_id=lookback_id,
            agency=caller.agency,
            consent=consent,
            revision=revision + 1,
            asked_at=now,
            expires_at=consent.valid_until + KEPT,
            plate=asked.plate,
            match=asked.match,
            from_at=asked.from_at,
            to_at=asked.to_at,
            cameras=_fixed(asked.cameras),
            sites=_fixed(asked.sites),
            sectors=_fixed(asked.sectors),
        )
        return await self._saved(wanted, revision)

    async def read(self, lookback_id: str, agency: str) -> Lookback:
        """One of an agency; raises NotFound, also for another agency's."""
        found = await self._store.lookback(lookback_id, self._clock.now())
        if found is None or found.agency != agency:
            raise NotFound("lookback-unknown", "Nobody of your agency asked for this, or it is too long ago.")
        return found

    async def page(self, agency: str, case_id: str | None, after: Cursor | None, limit: int) -> Sequence[Lookback]:
        """Those of an agency (and of a case) that wait for a decision, newest first; some may be too old for one."""
        return await self._store.page(agency, case_id, after, limit, self._clock.now())

    async def decide(self, lookback: Lookback, digest: str, by: Caller, *, approves: bool) -> Lookback:
        """What a second person says of it. Raises Conflict."""
        decided = steps.decided(lookback, digest, by, self._clock.now(), approves=approves)
        return await self._saved(decided, lookback.revision)

    async def use(self, lookback: Lookback, asked: Asked, user: User) -> None:
        """Make the search, or read a page of it (again). Raises Conflict, Forbidden or Unprocessable.

        What an outage or a lost connection kept from who asked they can look for again while the consent lasts.
        """
        if lookback.consent.state == "used":
            steps.check_continues(lookback, asked, user)
        else:
            await self._saved(steps.used(lookback, asked, user), lookback.revision)

    def check_covers(self, lookback: Lookback, passage: Passage, user: User) -> None:
        """Raise Forbidden unless the search that was made with the consent finds this passage."""
        steps.check_covers(lookback, understand(lookback.search, self._registry), passage, user)

    def reach(self, lookback: Lookback) -> datetime:
        """The oldest receipt that the search may show."""
        return max(lookback.from_at or tiers.EARLIEST, self._clock.now() - self._retention)

    def user(self, caller: Caller, case_id: str) -> User:
        """Who uses a consent now."""
        return User(caller.subject, case_id, self._clock.now())

    async def _saved(self, lookback: Lookback, over: int) -> Lookback:
        if not await self._store.save(lookback, over):
            raise Conflict("lookback-changed", "Somebody else did something with this meanwhile: read it again.")
        return lookback


def _id_of(asked: Asked, caller: Caller, case_id: str) -> str:
    """The same person's same search under the same case is one thing to consent to at a time."""
    text = json.dumps([caller.agency, caller.subject, case_id, dict(asked.bound())], sort_keys=True)
    return caused_id(hashlib.sha256(text.encode()).hexdigest(), "lookback")


def _fixed(values: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)
