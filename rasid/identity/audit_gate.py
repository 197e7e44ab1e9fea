"""The audit gate: no disclosure without a prior durable audit record (accountability A1).

One request, in order: the token; the headers; the case, the purpose and the policy; the intent record, acknowledged by
the broker; the handler; the result record with the digest of the exact answer, acknowledged; only then the answer.

* A refused token leaves no record: nobody is known to be named in it, and anyone could fill the log with them. It is
  counted. Every other refusal is recorded with who was refused, before it is answered.
* No answer leaves a gated handler, not even an error, before its result record is acknowledged: an error may tell
  something too. Instead of it, 503. Only a fault of the service (500, an answer that tells nothing) does not wait.
* An intent without a result says that the process died in between, and that nothing was released.
* A result whose acknowledgement came too late stays in the log though 503 was answered: the log errs towards more
  having been shown, never towards less.
* A live stream has its intent before the first byte; then `live` writes one record per alert before it is fanned out.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from rasid.contract.audit import Actor, AuditRecordedV1, Operation
from rasid.contract.fields import utc_text
from rasid.contract.tables import CaseStateV1
from rasid.errors import Forbidden, Problem, TemporarilyUnavailable, Unauthenticated, Unavailable
from rasid.identity.body import read_body
from rasid.identity.claims import Caller
from rasid.identity.disclosure import SCOPE_KEY, Disclosure
from rasid.identity.headers import CASE, PURPOSE, bearer_token, identifier
from rasid.identity.policy import POLICY_VERSION, Decision, decide, denied
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable, case_missing, check_purpose
from rasid.identity.recording import Outcome, Recorder, Use
from rasid.identity.rules import SubjectKind
from rasid.identity.tokens import TokenRefused, TokenVerifier
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher

Handler = Callable[[Request], Awaitable[Response]]
UNEXPECTED = 500
LIVE = "A1.live"


@dataclass(frozen=True, slots=True)
class Gated:
    """What a route declares: the operation, on what, under a case or not, as a stream or not, and how much it takes.

    `body_streams`: its handler reads the body, after the caller was let in.
    """

    operation: Operation
    subject: SubjectKind
    purpose: bool
    stream: bool
    max_body_bytes: int
    body_streams: bool = False


class AuditGate:
    """Stands before every gated route of a service; one per process, at `app.state.gate`."""

    def __init__(
        self,
        publisher: Publisher,
        cases: CaseTable,
        verifier: TokenVerifier,
        pseudonyms: Pseudonyms,
        *,
        clock: Clock,
        ids: Ids,
        service: str,
        metrics: Metrics,
    ) -> None:
        self._recorder = Recorder(publisher, pseudonyms, clock, ids, service)
        self._cases = cases
        self._verifier = verifier
        self._clock = clock
        self._metrics = metrics

    async def answer(self, request: Request, gated: Gated, route: str, handler: Handler) -> Response:
        """Let `handler` answer if it may, with the records before and after; raises Problem otherwise."""
        caller = self._caller(request)
        use = Use(self._recorder, caller, gated.operation, route, request)
        streams = gated.body_streams
        body, request = (b"", request) if streams else await read_body(request, gated.max_body_bytes)
        use.asks(request, body)
        try:
            permitted = await self._admit(request, gated, caller, use)
            await use.intend(permitted.reasons)
            request.scope[SCOPE_KEY] = permitted
            return await self._run(request, gated, handler, use, permitted)
        finally:
            self._metrics.disclosures.labels(decision=use.standing).inc()

    async def live(
        self,
        alert_id: str,
        recipients: Sequence[str],
        plates: Sequence[str],
        *,
        route: str,
        agency: str,
        body: bytes,
        case_id: str | None = None,
    ) -> None:
        """Record one alert before it is fanned out to the people connected to a stream (`recipients`: their subjects).

        Also before it is sent again to somebody who resumes. `agency` is whose alert it is, `body` the exact bytes
        sent. Raises Unavailable: then nobody gets it until a later try is acknowledged.
        """
        record = AuditRecordedV1(
            audit_id=self._recorder.ids.new(),
            stage="chunk",
            at=utc_text(self._clock.now()),
            actor=Actor(agency=agency),
            operation="disclose",
            route=route,
            case_id=case_id,
            policy_version=POLICY_VERSION,
            decision="permit",
            reasons=(LIVE, f"alert:{alert_id}"),
            subjects=self._recorder.subjects(plates),
            result_count=1,
            result_sha256=sha256(body).hexdigest(),
            recipients=tuple(sorted(set(recipients))),
        )
        await self._recorder.write(record)

    def _caller(self, request: Request) -> Caller:
        try:
            return self._verifier.verify(bearer_token(request.headers))
        except Unauthenticated as refusal:
            cause = refusal.cause if isinstance(refusal, TokenRefused) else "missing"
            self._metrics.token_refusals.labels(cause=cause).inc()
            raise

    async def _admit(self, request: Request, gated: Gated, caller: Caller, use: Use) -> Disclosure:
        self._cases.check_complete(is_needed=gated.purpose)
        try:
            case = self._case(request, gated, caller, use)
            decision = self._decide(gated, caller, case, use.purpose)
        except Problem as refusal:
            await use.refuse(_reasons(refusal))
            raise
        return Disclosure(
            caller=caller,
            operation=gated.operation,
            subject_kind=gated.subject,
            case=case,
            purpose=use.purpose,
            reasons=decision.reasons,
            cases=self._cases,
            clock=self._clock,
        )

    def _case(self, request: Request, gated: Gated, caller: Caller, use: Use) -> CaseStateV1 | None:
        case_id = identifier(request.headers, CASE)
        purpose = identifier(request.headers, PURPOSE)
        if not gated.purpose:
            return None
        use.case_id, use.purpose = case_id, purpose
        if case_id is None:
            raise case_missing()
        case = self._cases.get(case_id)
        check_purpose(caller, case, purpose, self._clock.now())
        return case

    def _decide(self, gated: Gated, caller: Caller, case: CaseStateV1 | None, purpose: str | None) -> Decision:
        decision = decide(caller, gated.operation, gated.subject, case=case, purpose=purpose, now=self._clock.now())
        if not decision.permit:
            raise denied(decision)
        return decision

    async def _run(
        self,
        request: Request,
        gated: Gated,
        handler: Handler,
        use: Use,
        permitted: Disclosure,
    ) -> Response:
        try:
            response = await handler(request)
            body = _body(response, gated, permitted)
        except Exception as error:
            await self._close_failed(use, permitted, error)
            raise
        if body is not None:
            await use.close(
                Outcome(
                    is_permitted=True,
                    reasons=permitted.reasons,
                    plates=tuple(permitted.plates),
                    count=permitted.count,
                    body=body,
                ),
            )
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _close_failed(self, use: Use, permitted: Disclosure, error: Exception) -> None:
        status = _status(error)
        outcome = Outcome(
            is_permitted=not isinstance(error, Forbidden),
            reasons=(*permitted.reasons, *_reasons(error), f"answer-{status}"),
            plates=tuple(permitted.plates),
            count=0,
        )
        try:
            await use.close(outcome)
        except TemporarilyUnavailable:
            if status != UNEXPECTED:
                raise


def _body(response: Response, gated: Gated, permitted: Disclosure) -> bytes | None:
    """The bytes of an answer, None for a stream; raises RuntimeError for an answer whose content was not declared."""
    if hasattr(response, "body_iterator"):
        if not gated.stream:
            raise RuntimeError("a gated route answers with a stream and does not say stream=True")
        return None
    body = getattr(response, "body", None)
    if body is None:
        raise RuntimeError("a gated route answers with something that has no body to digest")
    if permitted.count is None:
        raise RuntimeError("a gated handler returned an answer without saying what it shows: call disclosure.shown()")
    return bytes(body)


def _status(error: Exception) -> int:
    if isinstance(error, Problem):
        return error.status
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    return 503 if isinstance(error, Unavailable) else UNEXPECTED


def _reasons(error: Exception) -> tuple[str, ...]:
    """The stable ids of a refusal: its slug, then the policy rules that decided it."""
    if not isinstance(error, Problem):
        return ()
    rules = error.extra.get("reasons", ())
    return (error.slug, *(rules if isinstance(rules, tuple) else ()))
