"""Evidence as it is answered."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from services.archive.bodies import ClipAnswer, CustodyAnswer, FailureAnswer, HoldAnswer, SpanAnswer
from services.archive.evidence import Evidence, State


class EvidenceAnswer(BaseModel):
    """A piece of evidence without its custody."""

    evidence_id: str
    agency: str
    alert_id: str | None
    case_id: str | None
    camera_id: str
    window: SpanAnswer = Field(description="What was asked for")
    reason: str
    requested_by: str | None = Field(description="Subject; null: the platform by itself")
    requested_at: datetime
    state: State
    clip: ClipAnswer | None
    failure: FailureAnswer | None
    holds: list[HoldAnswer]
    expires_at: datetime = Field(description="From then on it is not there any more, unless a case holds it")

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """As shown."""
        return cls(**_fields(evidence))


class EvidenceWithCustody(EvidenceAnswer):
    """A piece of evidence with everything that was done with it, oldest first."""

    custody: list[CustodyAnswer]

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """As shown."""
        return cls(**_fields(evidence), custody=[CustodyAnswer.of(line) for line in evidence.custody])


class EvidencePage(BaseModel):
    """One page of evidence, newest first."""

    items: list[EvidenceAnswer]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null: this is the last")


class LinkAnswer(BaseModel):
    """Where the clip can be fetched, for a short time, by whoever holds this."""

    url: str = Field(description="Path on this service; takes GET and HEAD, and one byte range")
    expires_at: datetime
    media_type: str
    size_bytes: int
    sha256: str


class VerifiedAnswer(BaseModel):
    """Whether the stored bytes are those that were put."""

    intact: bool
    sha256: str = Field(description="Digest of the bytes as they came")
    checked_at: datetime


class CertificateAnswer(BaseModel):
    """That the bytes are gone for good."""

    evidence_id: str
    certificate: str = Field(description="JSON Web Signature (Ed25519); check it with GET /v1/certificates/keys")


def _fields(evidence: Evidence) -> dict[str, Any]:
    plain = (
        *("evidence_id", "agency", "alert_id", "case_id", "camera_id", "reason", "requested_by", "requested_at"),
        *("state", "expires_at"),
    )
    failure = evidence.failure
    return {
        **{name: getattr(evidence, name) for name in plain},
        "window": SpanAnswer.of(evidence.window),
        "clip": None if evidence.clip is None else ClipAnswer.of(evidence.clip),
        "failure": failure and FailureAnswer(at=failure.at, reason=failure.reason, retriable=failure.retriable),
        "holds": [HoldAnswer(case_id=hold.case_id, at=hold.at, by=hold.by) for hold in evidence.holds],
    }
