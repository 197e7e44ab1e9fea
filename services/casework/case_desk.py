"""What people do with cases: open them, say who may use them and until when, look them up."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from rasid.contract.event_ids import caused_id
from rasid.contract.fields import parse_utc, utc_text
from rasid.contract.tables import CaseKind
from rasid.errors import Conflict, NotFound, PreconditionFailed, Unprocessable
from rasid.runtime.clock import Clock
from services.casework.case import Case, next_version, opened
from services.casework.case_bodies import CaseBody
from services.casework.ports import CaseQuery, CaseStore

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far from now a shift and a share may end, and the agencies that a case can be shared with."""

    duty_longest: timedelta
    share_longest: timedelta
    agencies: frozenset[str]


class CaseDesk:
    """Cases of all agencies: whoever asks is checked before. `wake` tells the relay that an event waits."""

    def __init__(self, store: CaseStore, *, bounds: Bounds, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._bounds = bounds
        self._clock = clock
        self._wake = wake

    def now(self) -> datetime:
        """The time, as it is kept: to the millisecond."""
        return parse_utc(utc_text(self._clock.now()))

    def draft(self, body: CaseBody, *, by: str, agency: str, key: str) -> Case:
        """The case that a request asks for. Raises Unprocessable for an end that it cannot have."""
        now = self.now()
        self.check_end(body.kind, body.closes_at)
        case = Case(
            case_id=body.case_id or caused_id(f"{agency}/{by}/{key}", "case"),
            agency=agency,
            kind=body.kind,
            reference=body.reference,
            offence=body.offence,
            opened_by=by,
            opened_at=now,
            closes_at=body.closes_at,
            version=next_version(0, now),
            request_sha256=sha256(f"{by} {key} {body.model_dump_json()}".encode()).hexdigest(),
        )
        return opened(case, body.assigned)

    async def open(self, case: Case) -> Case:
        """Store it. The same person's same key and body find the case that they opened. Raises Conflict."""
        stored = await self._store.add(case)
        if stored.request_sha256 != case.request_sha256:
            raise Conflict(
                "case-id-taken",
                "There is a case with this id, or this Idempotency-Key was used for another request: send another.",
            )
        self._wake()
        return stored

    async def read(self, case_id: str) -> Case:
        """One case; raises NotFound."""
        case = await self._store.one(case_id)
        if case is None:
            raise NotFound("case-unknown", "There is no case with this id.")
        return case

    async def page(self, query: CaseQuery) -> list[Case]:
        """A page of cases, newest first."""
        return await self._store.page(query)

    async def run_out(self) -> Sequence[Case]:
        """Cases that are open though their end has come."""
        return await self._store.run_out(self.now(), AT_ONCE)

    async def closed(self, case_ids: Collection[str]) -> set[str]:
        """Those of these cases that are closed."""
        return await self._store.closed(case_ids)

    async def change(self, case: Case, versions: frozenset[int] | None, take: Callable[[Case], Case]) -> Case:
        """Take a step on the version that the caller saw. Raises PreconditionFailed, and what `take` raises."""
        if versions is not None and case.version not in versions:
            raise _changed_meanwhile()
        changed = await self.take(case, take)
        if changed is None:
            raise _changed_meanwhile()
        return changed

    async def take(self, case: Case, take: Callable[[Case], Case]) -> Case | None:
        """Take a step, and tell it; None when the case changed meanwhile."""
        changed = take(case)
        if not await self._store.save(changed, case.version):
            return None
        self._wake()
        return changed

    def check_end(self, kind: CaseKind, closes_at: datetime | None) -> None:
        """Raise Unprocessable unless a case of this kind may end then: a shift ends, and nothing ends in the past."""
        if closes_at is None:
            if kind == "duty":
                raise Unprocessable("duty-needs-an-end", "A duty case is a shift: say in `closes_at` when it ends.")
        elif closes_at <= self.now():
            raise Unprocessable("end-in-the-past", "`closes_at` must lie in the future.")
        elif kind == "duty" and closes_at > self.now() + self._bounds.duty_longest:
            days = self._bounds.duty_longest / timedelta(days=1)
            raise Unprocessable("duty-too-long", f"A duty case ends within {days:g} days.")

    def check_share(self, agency: str, until: datetime) -> None:
        """Raise Unprocessable for an agency that nobody works for, and for an end that is past or too far away."""
        if agency not in self._bounds.agencies:
            raise Unprocessable("agency-unknown", "`agency` is none that a case can be shared with.")
        if until <= self.now():
            raise Unprocessable("end-in-the-past", "`until` must lie in the future.")
        if until > self.now() + self._bounds.share_longest:
            days = self._bounds.share_longest / timedelta(days=1)
            raise Unprocessable("share-too-long", f"A case is shared for at most {days:g} days at a time.")


def _changed_meanwhile() -> PreconditionFailed:
    return PreconditionFailed("case-changed", "Somebody changed this case meanwhile: read it again, then decide.")
