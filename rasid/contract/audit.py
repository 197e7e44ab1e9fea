"""Who looked at what, and why: the event of `rasid.audit.v1`."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rasid.contract.fields import Identifier, Sha256, UtcTime

Stage = Literal["intent", "result", "chunk", "release"]
Operation = Literal["collect", "alter", "consult", "disclose", "combine", "erase"]
Verdict = Literal["permit", "deny"]


class Actor(Struct, frozen=True, kw_only=True):
    """Who asked, as the verified token says.

    Attributes:
        subject: The person; null when one record names many (`recipients`)
        agency: Their agency
        role: Their roles, comma separated
        amr: How they proved who they are (RFC 8176)
    """

    subject: str | None = None
    agency: str | None = None
    role: str | None = None
    amr: tuple[str, ...] = ()


class AuditRecordedV1(Struct, frozen=True, kw_only=True):
    """One step of one use of the system. Holds keyed pseudonyms, never a plate or a name in clear.

    Attributes:
        audit_id: The use: its intent and its result carry the same; each piece of a live stream has its own
        stage: Which step: asked for, answered, one piece of a stream, or handed out
        at: When
        actor: Who
        operation: What was done with personal data (directive 2016/680, article 25)
        route: Method and path template of the request, without its values
        case_id: Under which case
        purpose: For which purpose, a code of the agency's list
        legal_basis: On which legal basis
        authorization_id: Under which authorization
        policy_version: Which policy decided
        decision: Whether it was allowed
        reasons: The rules that decided, by their short names
        query_sha256: Keyed digest of what was asked: repeated queries show, what they were does not
        subjects: Keyed pseudonyms of every plate or probe asked for or shown
        sealed: The readable query, encrypted for oversight's key
        result_count: How many rows were shown
        result_sha256: Digest of the exact answer
        recipients: Subjects of the tokens of everyone it was shown to
        source_address: Network address the request came from
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
    decision: Verdict
    reasons: tuple[str, ...] = ()
    query_sha256: Sha256 | None = None
    subjects: tuple[str, ...] = ()
    sealed: str | None = None
    result_count: Annotated[int, Meta(ge=0)] | None = None
    result_sha256: Sha256 | None = None
    recipients: tuple[str, ...] = ()
    source_address: str | None = None
