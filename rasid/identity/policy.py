"""Deciding by the table in `rules.py`: pure, default deny, with the ids of the rules that decided."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseStateV1
from rasid.errors import Forbidden
from rasid.identity.claims import Caller
from rasid.identity.purposes import PURPOSES
from rasid.identity.rules import LIVE_QUEUE_AGE, RULES, Rule, SubjectKind

DEFAULT_DENY = "default-deny"
NO_RULE = "No rule allows this for your agency, role and kind of case."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, the ids of the rules that decided, and the version of the policy they stand in."""

    permit: bool
    reasons: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What a use is about, as far as the rules ask.

    `owner` is the agency it belongs to, `alert_received_at` when the first read of its alert was received (None: it is
    of no alert), `asked_by` who asked for what the caller is about to approve.
    """

    owner: str
    alert_received_at: datetime | None = None
    asked_by: str | None = None


def decide(
    caller: Caller,
    operation: Operation,
    subject_kind: SubjectKind,
    *,
    case: CaseStateV1 | None,
    purpose: str | None,
    now: datetime,
    thing: Thing | None = None,
) -> Decision:
    """Decide by the rules; `thing` is what it is about, once that is known.

    Does not ask whether the case is open and the caller's to use: `check_purpose` does, before.
    """
    asked = _Asked(caller, operation, subject_kind, case, purpose, now, thing)
    matching = [rule for rule in RULES if asked.matches(rule)]
    forbidden = tuple(rule.id for rule in matching if rule.effect == "forbid")
    permitted = tuple(rule.id for rule in matching if rule.effect == "permit")
    if forbidden:
        return Decision(permit=False, reasons=forbidden, version=POLICY_VERSION)
    return Decision(permit=bool(permitted), reasons=permitted or (DEFAULT_DENY,), version=POLICY_VERSION)


def denied(decision: Decision) -> Forbidden:
    """The refusal a denying decision makes: the sentences of its rules, and their ids in `reasons`."""
    says = " ".join(rule.says for rule in RULES if rule.id in decision.reasons)
    return Forbidden("policy-denied", says or NO_RULE, extra={"reasons": decision.reasons})


@dataclass(frozen=True, slots=True)
class _Asked:
    caller: Caller
    operation: Operation
    subject_kind: SubjectKind
    case: CaseStateV1 | None
    purpose: str | None
    now: datetime
    thing: Thing | None

    def matches(self, rule: Rule) -> bool:
        """Whether everything the rule asks about is so. What is missing never matches a permit."""
        kind = None if self.case is None else self.case.kind
        return (
            (rule.roles is None or not rule.roles.isdisjoint(self.caller.roles))
            and (rule.agencies is None or self.caller.agency in rule.agencies)
            and (rule.operations is None or self.operation in rule.operations)
            and (rule.subjects is None or self.subject_kind in rule.subjects)
            and (rule.case_kinds is None or kind in rule.case_kinds)
            and (rule.purposes_other_than is None or self.purpose not in rule.purposes_other_than)
            and (self.thing is not None or not rule.asks_about_the_thing)
            and (rule.foreign_owner is None or self._is_foreign() == rule.foreign_owner)
            and (rule.of_live_queue is None or self._is_of_live_queue() == rule.of_live_queue)
            and (rule.asked_by_caller is None or self._is_asked_by_caller() == rule.asked_by_caller)
        )

    def _is_foreign(self) -> bool:
        # A case of another agency got here only by its sharing grant, which covers what belongs to that agency.
        sharing = None if self.case is None else self.case.agency
        return self.thing is not None and self.thing.owner not in {self.caller.agency, sharing}

    def _is_of_live_queue(self) -> bool:
        received_at = None if self.thing is None else self.thing.alert_received_at
        return received_at is not None and received_at > self.now - LIVE_QUEUE_AGE

    def _is_asked_by_caller(self) -> bool:
        return self.thing is not None and self.thing.asked_by == self.caller.subject


def _version() -> str:
    table = [{name: _plain(value) for name, value in asdict(rule).items()} for rule in RULES]
    text = json.dumps({"rules": table, "purposes": PURPOSES}, sort_keys=True, ensure_ascii=False)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


POLICY_VERSION = _version()
