"""Writing audit records: one `Use` is one request, with one `audit_id` in its intent and its result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal
from urllib.parse import parse_qsl

from fastapi import Request
from msgspec import Struct

from rasid.contract.audit import Actor, AuditRecordedV1, Operation, Stage
from rasid.contract.envelope import new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.fields import utc_text
from rasid.errors import TemporarilyUnavailable, Unavailable
from rasid.identity.claims import Caller
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.sealing import Sealer
from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from rasid.runtime.log import get_logger
from rasid.runtime.publishing import Publisher

log = get_logger(__name__)

MACHINE = "machine"
RETRY_AFTER = {"Retry-After": "2"}
NOTHING_HAPPENED = "The audit log does not answer, so nothing was shown or changed. Send the request again."
NOTHING_SHOWN = "The audit log does not answer, so nothing is shown. Send the request again."
MAYBE_CHANGED = (
    "The audit log does not answer. The change may have been made: repeat the request as it was, with the same "
    "Idempotency-Key if it had one."
)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Publishes audit records of one service and returns when the broker has them; raises Unavailable."""

    publisher: Publisher
    pseudonyms: Pseudonyms
    sealer: Sealer
    clock: Clock
    ids: Ids
    service: str
    policy_version: str

    async def write(self, record: AuditRecordedV1) -> None:
        """Publish `record`; writing the same stage of the same use again is the same event."""
        event_id = caused_id(record.audit_id, record.stage)
        event = new_event(event_id, f"/{self.service}", self.clock.now(), record)
        await self.publisher.publish(event)

    def subjects(self, plates: Sequence[str]) -> tuple[str, ...]:
        """The pseudonyms of plates, each once, in an order that tells nothing about the answer's."""
        at = self.clock.now()
        return tuple(sorted({self.pseudonyms.plate(plate, at) for plate in plates}))


class Outcome(Struct, frozen=True, kw_only=True):
    """What a closing record says beyond the intent."""

    is_permitted: bool
    reasons: tuple[str, ...]
    plates: tuple[str, ...] = ()
    count: int | None = None
    body: bytes | None = None


class Use:
    """The records of one request by one verified caller."""

    def __init__(self, recorder: Recorder, caller: Caller, operation: Operation, route: str, request: Request) -> None:
        self._recorder = recorder
        self._caller = caller
        self._operation = operation
        self._route = route
        self._source = request.client.host if request.client else None
        self._audit_id = recorder.ids.new()
        self._query: str | None = None
        self._sealed: str | None = None
        # How it ended, for a metric: as long as nothing durable says otherwise, not at all.
        self.standing: Literal["permit", "deny", "unavailable"] = "unavailable"
        self.case_id: str | None = None
        self.purpose: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether the request changes something, so that a failure after its handler may leave the change behind."""
        return self._operation in {"alter", "collect", "erase"}

    def asks(self, request: Request, body: bytes) -> None:
        """Commit to what was asked, method, path, query (in any order) and body, and seal it for oversight."""
        method, path = request.method, request.scope["path"]
        text = request.scope["query_string"].decode("latin-1")
        query = sorted(parse_qsl(text, keep_blank_values=True))
        canonical = json.dumps([method, path, query, sha256(body).hexdigest()])
        self._sealed = self._recorder.sealer.seal(self._audit_id, method, path, text, body)
        self._query = self._recorder.pseudonyms.query(canonical.encode(), self._recorder.clock.now())

    async def intend(self, reasons: tuple[str, ...]) -> None:
        """Record that it is about to happen; raises TemporarilyUnavailable when the broker does not have it."""
        await self._write("intent", Outcome(is_permitted=True, reasons=reasons), NOTHING_HAPPENED)
        self.standing = "permit"

    async def refuse(self, reasons: tuple[str, ...]) -> None:
        """Record that it was refused; raises TemporarilyUnavailable, which then is the answer."""
        await self._write("result", Outcome(is_permitted=False, reasons=reasons, count=0), NOTHING_HAPPENED)
        self.standing = "deny"

    async def close(self, outcome: Outcome) -> None:
        """Record how it ended; raises TemporarilyUnavailable, which then is the answer."""
        await self._write("result", outcome, MAYBE_CHANGED if self.is_change else NOTHING_SHOWN)
        self.standing = "permit" if outcome.is_permitted else "deny"

    async def _write(self, stage: Stage, outcome: Outcome, without: str) -> None:
        try:
            await self._recorder.write(self._record(stage, outcome))
        except Unavailable as error:
            self.standing = "unavailable"
            log.error("an audit record could not be written", stage=stage, route=self._route, what=error.what)  # noqa: TRY400 - the broker being away is no fault of ours: one line, no traceback
            raise TemporarilyUnavailable("audit-unavailable", without, headers=RETRY_AFTER) from error

    def _record(self, stage: Stage, outcome: Outcome) -> AuditRecordedV1:
        caller = self._caller
        # Once for each use, in its first record: the intent, or the refusal that has none.
        sealed, self._sealed = self._sealed, None
        return AuditRecordedV1(
            audit_id=self._audit_id,
            stage=stage,
            at=utc_text(self._recorder.clock.now()),
            actor=Actor(subject=caller.subject, agency=caller.agency, role=_role(caller), amr=caller.amr),
            operation=self._operation,
            route=self._route,
            case_id=self.case_id,
            purpose=self.purpose,
            policy_version=self._recorder.policy_version,
            decision="permit" if outcome.is_permitted else "deny",
            reasons=outcome.reasons,
            query_sha256=self._query,
            subjects=self._recorder.subjects(outcome.plates),
            sealed=sealed,
            result_count=outcome.count,
            result_sha256=None if outcome.body is None else sha256(outcome.body).hexdigest(),
            recipients=(caller.subject,) if outcome.body is not None else (),
            source_address=self._source,
        )


def _role(caller: Caller) -> str:
    return MACHINE if caller.is_machine else ",".join(caller.roles)
