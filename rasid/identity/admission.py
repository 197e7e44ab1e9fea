"""Who is let in: the token, then the case, the purpose and the policy. Writes nothing; the audit gate does."""

from dataclasses import dataclass

from fastapi import Request

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseStateV1
from rasid.errors import Unauthenticated
from rasid.identity.asking import Question
from rasid.identity.claims import Caller
from rasid.identity.disclosure import Disclosure
from rasid.identity.headers import CASE, PURPOSE, bearer_token, identifier
from rasid.identity.kinds import SUBJECT_DATA, SubjectKind
from rasid.identity.policy import Decision, Policy, denied
from rasid.identity.purpose import CaseTable, case_missing, check_purpose, check_scope
from rasid.identity.rates import Rates
from rasid.identity.recording import Use
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.runtime.clock import Clock
from rasid.runtime.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Gated:
    """What a route declares: the operation, on what, under a case or not, as a stream or not, and how much it takes.

    `body_streams`: its handler reads the body, after the caller was let in. `scope`: it is for machines that have this
    scope, and for no person.
    """

    operation: Operation
    subject: SubjectKind
    purpose: bool
    stream: bool
    max_body_bytes: int
    body_streams: bool = False
    scope: str | None = None


class Admission:
    """Decides for one service, by its table of cases and its policy, who may do what a route is for."""

    def __init__(
        self, cases: CaseTable, verifier: TokenVerifier, policy: Policy, rates: Rates, *, clock: Clock, metrics: Metrics
    ) -> None:
        self._cases = cases
        self._verifier = verifier
        self._policy = policy
        self._rates = rates
        self._clock = clock
        self._metrics = metrics

    def caller(self, request: Request, gated: Gated) -> Caller:
        """Who asks; raises Unauthenticated, and TemporarilyUnavailable while no token can be checked."""
        try:
            return self._verifier.verify(bearer_token(request.headers), machine=gated.scope is not None)
        except Unauthenticated as refusal:
            cause = refusal.cause if isinstance(refusal, TokenRefused) else "missing"
            self._metrics.token_refusals.labels(cause=cause).inc()
            raise

    def check_ready(self, gated: Gated) -> None:
        """Raise TemporarilyUnavailable while too little is known to let anybody in or to refuse them."""
        self._cases.check_complete(is_needed=gated.purpose)

    def admit(self, request: Request, gated: Gated, caller: Caller, use: Use) -> Disclosure:
        """The use that is permitted; raises Problem. `use` learns under which case and for what, if that is said."""
        if gated.subject in SUBJECT_DATA:
            self._rates.check_person(caller)
        check_scope(caller, gated.scope)
        case = self._case(request, gated, caller, use)
        decision = self._decide(gated, caller, case, use.purpose)
        return Disclosure(
            caller=caller,
            operation=gated.operation,
            subject_kind=gated.subject,
            case=case,
            purpose=use.purpose,
            reasons=decision.reasons,
            cases=self._cases,
            policy=self._policy,
            rates=self._rates,
            clock=self._clock,
        )

    def _case(self, request: Request, gated: Gated, caller: Caller, use: Use) -> CaseStateV1 | None:
        case_id = identifier(request.headers, CASE)
        purpose = identifier(request.headers, PURPOSE)
        if not gated.purpose:
            return None
        use.case_id, use.purpose = case_id, purpose
        self._cases.casework.check()
        if gated.subject == "face":
            self._cases.casework.check_faces()
        if case_id is None:
            raise case_missing()
        case = self._cases.get(case_id)
        check_purpose(caller, case, purpose, self._clock.now(), self._policy.purposes)
        return case

    def _decide(self, gated: Gated, caller: Caller, case: CaseStateV1 | None, purpose: str | None) -> Decision:
        decision = self._policy.decide(
            Question(
                caller=caller,
                operation=gated.operation,
                subject_kind=gated.subject,
                case=case,
                purpose=purpose,
                now=self._clock.now(),
            )
        )
        if not decision.permit:
            raise denied(decision)
        return decision
