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
from hashlib import sha256

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from rasid.contract.audit import Actor, AuditRecordedV1
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.errors import Forbidden, Problem, TemporarilyUnavailable, TooManyRequests, Unavailable
from rasid.identity.admission import Admission, Gated
from rasid.identity.body import read_body
from rasid.identity.claims import Caller
from rasid.identity.disclosure import SCOPE_KEY, Disclosure
from rasid.identity.policy import Policy
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.rates import Rates
from rasid.identity.recording import Outcome, Recorder, Use
from rasid.identity.sealing import Sealer
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.metrics import Metrics
from rasid.runtime.publishing import Publisher

Handler = Callable[[Request], Awaitable[Response]]
UNEXPECTED = 500
LIVE = "A1.live"
DELETED = "A5.never-allowed"


class AuditGate:
    """Stands before every gated route of a service; one per process, at `app.state.gate`."""

    def __init__(
        self,
        publisher: Publisher,
        cases: CaseTable,
        verifier: TokenVerifier,
        policy: Policy,
        pseudonyms: Pseudonyms,
        *,
        sealer: Sealer,
        rates: Rates,
        clock: Clock,
        ids: Ids,
        service: str,
        metrics: Metrics,
    ) -> None:
        self._recorder = Recorder(publisher, pseudonyms, sealer, clock, ids, service, policy.version)
        self._admission = Admission(cases, verifier, policy, rates, clock=clock, metrics=metrics)
        self._clock = clock
        self._metrics = metrics

    async def answer(self, request: Request, gated: Gated, route: str, handler: Handler) -> Response:
        """Let `handler` answer if it may, with the records before and after; raises Problem otherwise."""
        caller = self._admission.caller(request, gated)
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
            policy_version=self._recorder.policy_version,
            decision="permit",
            reasons=(LIVE, f"alert:{alert_id}"),
            subjects=self._recorder.subjects(plates),
            result_count=1,
            result_sha256=sha256(body).hexdigest(),
            recipients=tuple(sorted(set(recipients))),
        )
        await self._recorder.write(record)

    async def deleted(
        self, what: str, plates: Sequence[str], *, agency: str, case_id: str, authorization_id: str, count: int
    ) -> None:
        """Record that the platform deletes something by itself because what it rested on was not allowed.

        Before it is marked as deleted; again after a crash, as the same record. `what` names it, `count` is how many
        rows go with it. Raises Unavailable: then it must be tried again.
        """
        record = AuditRecordedV1(
            audit_id=caused_id(what, "deleted"),
            stage="result",
            at=utc_text(self._clock.now()),
            actor=Actor(agency=agency),
            operation="erase",
            route=DELETED,
            case_id=case_id,
            authorization_id=authorization_id,
            policy_version=self._recorder.policy_version,
            decision="permit",
            reasons=(DELETED, what),
            subjects=self._recorder.subjects(plates),
            result_count=count,
        )
        await self._recorder.write(record)

    async def _admit(self, request: Request, gated: Gated, caller: Caller, use: Use) -> Disclosure:
        self._admission.check_ready(gated)
        try:
            return self._admission.admit(request, gated, caller, use)
        except Problem as refusal:
            await use.refuse(_reasons(refusal))
            raise

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
        use.case_id = use.case_id or permitted.acted_on
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
        use.case_id = use.case_id or permitted.acted_on
        outcome = Outcome(
            is_permitted=not isinstance(error, (Forbidden, TooManyRequests)),
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
