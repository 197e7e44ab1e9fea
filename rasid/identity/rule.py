"""What a rule of the policy can ask about."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from rasid.contract.audit import Operation
from rasid.contract.tables import CaseKind

SubjectKind = Literal[
    "registry",
    "credential",
    "watchlist",
    "alert",
    "alert_stream",
    "plate",
    "face",
    "person",
    "clip",
    "erasure",
    "audit",
    "statistics",
]
# What tells something about a person seen or sought. Such a route always needs a case and a purpose.
SUBJECT_DATA: frozenset[SubjectKind] = frozenset(
    {"watchlist", "alert", "alert_stream", "plate", "face", "person", "clip", "erasure"}
)
# How long an alert belongs to the live queue, from the receipt of its first read.
LIVE_QUEUE_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sentence of the policy.

    `foreign_owner` asks whether the thing belongs to another agency, `of_live_queue` whether it belongs to an alert of
    the live queue, `asked_by_caller` whether the caller is who asked for what is to be approved. Before the thing is
    known, no rule that asks about it matches.
    """

    id: str
    says: str
    effect: Literal["permit", "forbid"]
    roles: frozenset[str] | None = None
    agencies: frozenset[str] | None = None
    operations: frozenset[Operation] | None = None
    subjects: frozenset[SubjectKind] | None = None
    case_kinds: frozenset[CaseKind] | None = None
    purposes_other_than: frozenset[str] | None = None
    foreign_owner: bool | None = None
    of_live_queue: bool | None = None
    asked_by_caller: bool | None = None

    @property
    def asks_about_the_thing(self) -> bool:
        """Whether it can only be asked once it is known what the use is about."""
        return any(asked is not None for asked in (self.foreign_owner, self.of_live_queue, self.asked_by_caller))
