"""What goes over HTTP of consents to look back."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.search.bodies import EXAMPLE, SearchFields
from services.search.lookback import Lookback

REASON_PATTERN = "^[a-z0-9][a-z0-9_-]{0,63}$"
LookbackId = Annotated[str, Field(min_length=1, max_length=64)]
_ASKED: JsonDict = {"plate": EXAMPLE["plate"], "from_at": "2025-10-01T06:00:00.000Z", "reason": "cold-case"}


class LookbackBody(SearchFields):
    """The search that somebody wants to make, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED]})

    reason: str = Field(pattern=REASON_PATTERN, description="Short code of why, never free text")


class DecisionBody(BaseModel):
    """What a decision is about: the digest of the request, as it was read."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, json_schema_extra={"examples": [{"digest": "0" * 64}]}
    )

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="`digest` of the request that is decided")


class LookbackAnswer(BaseModel):
    """A search further back than 90 days that somebody wants to make, and what was decided."""

    lookback_id: str = Field(description="Send it as `lookback` with the search, once it is approved")
    agency: str
    plate: str | None
    match: str | None
    from_at: datetime | None
    to_at: datetime | None
    cameras: list[str] | None
    sites: list[str] | None
    sectors: list[str] | None
    reason: str
    asked_by: str
    asked_at: datetime
    case_id: str
    valid_until: datetime = Field(description="It is decided and used before this moment")
    digest: str = Field(description="Send it with the decision: it stands for exactly this")
    state: Literal["asked", "refused", "approved", "used"]
    decided_by: str | None
    decided_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, lookback: Lookback) -> Self:
        """As shown."""
        of_consent = {name for name in cls.model_fields if hasattr(lookback.consent, name)}
        fields = {name: getattr(lookback, name) for name in cls.model_fields if name not in of_consent}
        lists = {name: None if fields[name] is None else list(fields[name]) for name in ("cameras", "sites", "sectors")}
        return cls(**fields | lists, **{name: getattr(lookback.consent, name) for name in of_consent})


class LookbackPage(BaseModel):
    """Requests that wait for a decision, newest first."""

    items: list[LookbackAnswer]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null: this is the last")
