"""What a gated handler sees of the gate: who asks, under which case, and where it says what it shows."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from fastapi import Request

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseStateV1
from rasid.errors import Forbidden
from rasid.identity.asking import Question, Thing
from rasid.identity.claims import Caller
from rasid.identity.kinds import SubjectKind
from rasid.identity.policy import Policy, denied
from rasid.identity.purpose import CaseTable, assigned_of, check_over, check_purpose
from rasid.identity.rates import Rates
from rasid.identity.tokens import LEEWAY
from rasid.runtime.clock import Clock

SCOPE_KEY = "rasid.disclosure"


class Disclosure:
    """One permitted use, while its handler runs. A handler that returns an answer has called `shown` before."""

    def __init__(
        self,
        *,
        caller: Caller,
        operation: Operation,
        subject_kind: SubjectKind,
        case: CaseStateV1 | None,
        purpose: str | None,
        reasons: tuple[str, ...],
        cases: CaseTable,
        policy: Policy,
        rates: Rates,
        clock: Clock,
    ) -> None:
        self.caller = caller
        self.case = case
        self.purpose = purpose
        self.reasons = reasons
        self.plates: set[str] = set()
        self.count: int | None = None
        self.acted_on: str | None = None
        self._operation = operation
        self._subject_kind = subject_kind
        self._cases = cases
        self._policy = policy
        self._rates = rates
        self._clock = clock

    @property
    def case_id(self) -> str:
        """The case it is made under. Raises RuntimeError on a route that is declared without a purpose."""
        if self.case is None:
            raise RuntimeError("a route that needs a case is declared without a purpose")
        return self.case.case_id

    def asked(self, *plates: str) -> None:
        """Plates, in any spelling, that the request asks for or alters, whether or not anything is shown of them.

        Raises TooManyRequests for one that is asked for too often; say it before anything is looked up.
        """
        self.plates.update(plates)
        self._rates.check_subjects(plates)

    def shown(self, *plates: str, count: int | None = None) -> None:
        """Plates, in any spelling, in the answer, and how many rows it has (as many as plates when not given).

        May be called more than once; the counts add up. An answer without subject data says `shown(count=0)`.
        """
        self.plates.update(plates)
        self.count = (self.count or 0) + (len(plates) if count is None else count)

    def check_owner(
        self,
        agency: str,
        *,
        cases: Collection[str] = (),
        alert_received_at: datetime | None = None,
        asked_by: str | None = None,
        is_covert: bool = False,
    ) -> None:
        """Raise Forbidden unless the policy allows this use of a thing that belongs to `agency`.

        `cases` are the ids of the cases it is of: without them another agency never gets it. `alert_received_at` is
        when its alert came (None: it is of no alert), `asked_by` who asked for what the caller approves, `is_covert`
        whether only the people of its case may know of it. Call it before anything of the thing is shown.
        """
        thing = Thing(
            owner=agency, cases=cases, alert_received_at=alert_received_at, asked_by=asked_by, is_covert=is_covert
        )
        self._check(self._subject_kind, thing)

    def check_case(self, case: CaseStateV1, *, kind: SubjectKind | None = None, assigns: Collection[str] = ()) -> None:
        """Raise Forbidden unless the policy allows this use of a case itself, not of something under it.

        `assigns` is who would be assigned to it; `kind` when that is not what the route is about.
        """
        people = assigned_of(case, self.caller.agency)
        thing = Thing(owner=case.agency, cases=(case.case_id,), assigned=people, assigns=assigns)
        self._check(kind or self._subject_kind, thing, case=case)

    def acts_on(self, case_id: str) -> None:
        """Of a route that is under no case: the case it is about. The closing record names it."""
        self.acted_on = case_id

    def check_age(self, agency: str, received_at: datetime, approver: Caller | None) -> None:
        """Raise Forbidden unless the policy allows this use of what `agency` received as long ago as that.

        `approver` is the second person who has consented, None when nobody has.
        """
        self._check(self._subject_kind, Thing(owner=agency, received_at=received_at, approver=approver))

    def check_subject(self, kind: SubjectKind) -> None:
        """Raise Forbidden unless the policy allows the same use of `kind`: when an answer shows more than its route."""
        self._check(kind, None)

    def check_over(self, case_id: str) -> None:
        """Raise Conflict while this case of the caller's agency is open, Forbidden for another agency's."""
        check_over(self.caller, case_id, self._cases.get(case_id), self._clock.now())

    def _check(self, kind: SubjectKind, thing: Thing | None, *, case: CaseStateV1 | None = None) -> None:
        decision = self._policy.decide(
            Question(
                caller=self.caller,
                operation=self._operation,
                subject_kind=kind,
                case=case or self.case,
                purpose=self.purpose,
                now=self._clock.now(),
                thing=thing,
            )
        )
        if not decision.permit:
            raise denied(decision)

    def ended(self) -> Literal["token", "case", "casework"] | None:
        """Why a stream that is still open must end now: the token or the right to the case has run out.

        `casework`: or nobody knows whether it has.
        """
        now = self._clock.now()
        if now >= self.caller.expires_at + LEEWAY:
            return "token"
        if self.case is None:
            return None
        if self._cases.casework.is_silent:
            return "casework"
        try:
            check_purpose(self.caller, self._cases.get(self.case.case_id), self.purpose, now, self._policy.purposes)
        except Forbidden:
            return "case"
        return None


async def disclosure(request: Request) -> Disclosure:
    """FastAPI dependency: the use the gate permitted for this request."""
    found = request.scope.get(SCOPE_KEY)
    if not isinstance(found, Disclosure):
        raise RuntimeError("a handler asks for its disclosure, and its route is not gated")  # noqa: TRY004 - a fault of the service
    return found
