"""Who looked at what, and why: the event of `rasid.audit.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.fields import Identifier, Sha256, UtcTime

Stage = Literal["intent", "result", "chunk", "release"]
Operation = Literal["collect", "alter", "consult", "disclose", "combine", "erase"]


class Actor(Struct, frozen=True, kw_only=True):
    """Who asked, as the verified token says; all unknown when the token was refused."""

    subject: str | None = None
    agency: str | None = None
    role: str | None = None
    amr: tuple[str, ...] = ()


class AuditRecordedV1(Struct, frozen=True, kw_only=True):
    """One step of one use of the system. Holds keyed pseudonyms, never a plate or a name in clear.

    `subjects` are HMACs of every plate or probe asked for or shown; `sealed` is the readable query, encrypted for
    oversight's key.
    """

    audit_id: str
    stage: Stage
    at: UtcTime
    actor: Actor
    operation: Operation
    route: str
    case_id: Identifier | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    authorization_id: Identifier | None = None
    policy_version: str
    decision: Literal["permit", "deny"]
    reasons: tuple[str, ...] = ()
    query_sha256: Sha256 | None = None
    subjects: tuple[str, ...] = ()
    sealed: str | None = None
    result_count: Annotated[int, Meta(ge=0)] | None = None
    result_sha256: Sha256 | None = None
    recipients: tuple[str, ...] = ()
    source_address: str | None = None
