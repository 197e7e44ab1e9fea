"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.identity.second_person import Consent
from rasid.runtime.moments import Time
from services.archive.evidence import Clip, CustodyEntry, Deed, Evidence, Span, State

REASON_PATTERN = "^[a-z][a-z0-9_-]{0,63}$"


Reason = Annotated[str, Field(pattern=REASON_PATTERN, description="Short code of why, never free text")]
Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
EXAMPLE: JsonDict = {
    "camera_id": "bridge-in",
    "from_at": "2026-03-01T08:00:00.000Z",
    "to_at": "2026-03-01T08:00:30.000Z",
    "reason": "road-accident",
}


class Body(BaseModel):
    """A body that comes in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AskBody(Body):
    """What somebody needs to see."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    camera_id: Identifier = Field(description="Which camera's recording")
    from_at: Time = Field(description="Beginning of the window")
    to_at: Time = Field(description="End of the window")
    reason: Reason

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_at <= self.from_at:
            message = "to_at must be later than from_at"
            raise ValueError(message)
        return self


class FailureBody(Body):
    """Why a clip cannot be had."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "no_recording", "retriable": False}]})

    reason: Reason
    retriable: bool = Field(description="Whether it may still come")


class ErasureBody(Body):
    """Why something is to be erased before its time, or although a case holds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "court-order"}]})

    reason: Reason


class ReleaseBody(Body):
    """Why a case is to let go of what it holds."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "verdict-final"}]})

    reason: Reason


class DecisionBody(Body):
    """What a decision is about: the digest of the request, as it was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"digest": "0" * 64}]})

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="`digest` of the request that is decided")


class SpanAnswer(BaseModel):
    """From a moment until just before another."""

    from_at: datetime
    to_at: datetime

    @classmethod
    def of(cls, span: Span) -> Self:
        """As shown."""
        return cls(from_at=span.from_at, to_at=span.to_at)


class TrackAnswer(BaseModel):
    """One stream of a clip."""

    kind: str
    codec: str | None
    width: int | None
    height: int | None


class ClipAnswer(BaseModel):
    """The manifest: which bytes, and what they show."""

    sha256: str = Field(description="Digest of the bytes as they came")
    size_bytes: int
    media_type: str = Field(description="As told from the bytes")
    shows: SpanAnswer
    gaps: list[SpanAnswer] = Field(description="The parts of the window that it does not show")
    duration_seconds: float | None = Field(description="As the clip says of itself; null when it does not")
    is_cut_off: bool = Field(description="It says itself that more bytes belong to it than came: its end is missing")
    tracks: list[TrackAnswer]
    received_at: datetime
    received_from: str = Field(description="Subject of who sent it")
    object: str = Field(description="Key in the object store: the digest of the bytes")
    version_id: str = Field(description="Version in the object store")
    locked_until: datetime = Field(description="Until when the store refuses every deletion, holds apart")

    @classmethod
    def of(cls, clip: Clip) -> Self:
        """As shown."""
        return cls(
            **{name: getattr(clip, name) for name in cls.model_fields if name not in {"shows", "gaps", "tracks"}},
            shows=SpanAnswer.of(clip.shows),
            gaps=[SpanAnswer.of(gap) for gap in clip.gaps],
            tracks=[
                TrackAnswer(kind=one.kind, codec=one.codec, width=one.width, height=one.height) for one in clip.tracks
            ],
        )


class FailureAnswer(BaseModel):
    """Why there is no clip."""

    at: datetime
    reason: str
    retriable: bool


class HoldAnswer(BaseModel):
    """A case that keeps the clip."""

    case_id: str
    at: datetime
    by: str


class CustodyAnswer(BaseModel):
    """One line of the chain of custody."""

    at: datetime
    deed: Deed
    by: str | None = Field(description="Subject; null: the platform by itself")
    case_id: str | None
    note: str | None

    @classmethod
    def of(cls, line: CustodyEntry) -> Self:
        """As shown."""
        return cls(at=line.at, deed=line.deed, by=line.by, case_id=line.case_id, note=line.note)


class ErasureAnswer(BaseModel):
    """What one person asked for and another decides."""

    evidence_id: str
    asked_by: str
    asked_at: datetime
    case_id: str
    reason: str
    valid_until: datetime
    digest: str = Field(description="Send it with the decision: it stands for exactly this")
    state: Literal["asked", "refused", "approved"]
    decided_by: str | None
    decided_at: datetime | None
    held_by: list[str] = Field(description="Cases that hold the clip and would lose it")
    sha256: str | None = Field(description="Digest of the bytes that would be erased")
    evidence_state: State

    @classmethod
    def of(cls, evidence: Evidence, request: Consent) -> Self:
        """As shown."""
        own = {"evidence_id", "held_by", "sha256", "evidence_state"}
        return cls(
            **{name: getattr(request, name) for name in cls.model_fields if name not in own},
            evidence_id=evidence.evidence_id,
            held_by=[hold.case_id for hold in evidence.holds],
            sha256=None if evidence.clip is None else evidence.clip.sha256,
            evidence_state=evidence.state,
        )


class ReleaseAnswer(BaseModel):
    """What one person asked for and another decides: that a case lets go."""

    evidence_id: str
    release_of: str = Field(description="The case that holds the clip and would let go")
    asked_by: str
    asked_at: datetime
    case_id: str = Field(description="The case under which it was asked for")
    reason: str
    valid_until: datetime
    digest: str = Field(description="Send it with the decision: it stands for exactly this")
    state: Literal["asked", "refused"]
    decided_by: str | None
    decided_at: datetime | None
    held_by: list[str] = Field(description="All cases that hold the clip: only when the last lets go can it expire")
    expires_at: datetime = Field(description="When it is gone once nobody holds it; what is past is gone at once")

    @classmethod
    def of(cls, evidence: Evidence, case_id: str, request: Consent) -> Self:
        """As shown."""
        own = {"evidence_id", "release_of", "held_by", "expires_at"}
        return cls(
            **{name: getattr(request, name) for name in cls.model_fields if name not in own},
            evidence_id=evidence.evidence_id,
            release_of=case_id,
            held_by=[hold.case_id for hold in evidence.holds],
            expires_at=evidence.expires_at,
        )
