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
from rasid.identity.rules import RULES, Rule, SubjectKind

DEFAULT_DENY = "default-deny"
NO_RULE = "No rule allows this for your agency, role and kind of case."


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, the ids of the rules that decided, and the version of the policy they stand in."""

    permit: bool
    reasons: tuple[str, ...]
    version: str


def decide(
    caller: Caller,
    operation: Operation,
    subject_kind: SubjectKind,
    *,
    case: CaseStateV1 | None,
    purpose: str | None,
    now: datetime,  # noqa: ARG001 - part of the interface: sharing grants and authorizations end (the Cedar policy asks)
    owner: str | None = None,
) -> Decision:
    """Decide by the rules; `owner` is the agency the thing belongs to, once that is known.

    Does not ask whether the case is open and the caller's to use: `check_purpose` does, before.
    """
    asked = _Asked(caller, operation, subject_kind, case, purpose, owner)
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
    owner: str | None

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
            and (rule.foreign_owner is None or self._is_foreign() == rule.foreign_owner)
        )

    def _is_foreign(self) -> bool:
        # A case of another agency got here only by its sharing grant, which covers what belongs to that agency.
        sharing = None if self.case is None else self.case.agency
        return self.owner not in {None, self.caller.agency, sharing}


def _version() -> str:
    table = [{name: _plain(value) for name, value in asdict(rule).items()} for rule in RULES]
    text = json.dumps({"rules": table, "purposes": PURPOSES}, sort_keys=True, ensure_ascii=False)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


POLICY_VERSION = _version()
