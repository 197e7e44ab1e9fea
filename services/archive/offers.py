"""A clip as a request offers it, whoever sends it: its body, and what is said of it beforehand."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rasid.errors import BadRequest, Unprocessable
from rasid.runtime.moments import Time
from services.archive.digests import declared_sha256
from services.archive.evidence import Evidence, Span
from services.archive.incoming import IncomingBody
from services.archive.intake import Intake, Offer
from services.archive.lifecycle import Actor

RAW_BODY = {
    "requestBody": {"required": True, "content": {"video/*": {"schema": {"type": "string", "format": "binary"}}}}
}


class Shows(BaseModel):
    """Which time the clip shows, where that is not the window that was asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_at: Time | None = Field(None, description="Beginning of what the clip shows; the window's when left out")
    to_at: Time | None = Field(None, description="End of what the clip shows; the window's when left out")

    @model_validator(mode="after")
    def _both_or_none(self) -> "Shows":
        if (self.from_at is None) != (self.to_at is None):
            message = "send from_at and to_at, or neither"
            raise ValueError(message)
        if self.from_at is not None and self.to_at is not None and self.to_at <= self.from_at:
            message = "to_at must be later than from_at"
            raise ValueError(message)
        return self


async def intake(request: Request) -> Intake:
    """FastAPI dependency: the part that `app` put together."""
    found: Intake = request.app.state.intake
    return found


Takes = Annotated[Intake, Depends(intake)]


def offer_of(request: Request, shows: Shows, evidence: Evidence, actor: Actor) -> Offer:
    """What is offered; raises BadRequest and Unprocessable before a byte of it is read."""
    waits = "100-continue" in request.headers.get("expect", "").lower()
    return Offer(
        body=IncomingBody(request.stream(), waits_for_leave=waits),
        declared_bytes=_declared_bytes(request),
        sha256=declared_sha256(request.headers),
        shows=_span(shows, evidence),
        by=actor.by or "",
        case_id=actor.case_id,
    )


def _declared_bytes(request: Request) -> int | None:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadRequest("clip-encoded", "Send the clip's own bytes, without a Content-Encoding.")
    if "content-range" in request.headers:
        raise BadRequest("clip-in-ranges", "Send the clip whole: ranges of it are not put together here.")
    length = request.headers.get("content-length")
    return int(length) if length is not None and length.isdecimal() else None


def _span(shows: Shows, evidence: Evidence) -> Span | None:
    if shows.from_at is None or shows.to_at is None:
        return None
    if shows.from_at >= evidence.window.to_at or shows.to_at <= evidence.window.from_at:
        raise Unprocessable("clip-of-another-time", "The clip shows nothing of the window that was asked for.")
    return Span(shows.from_at, shows.to_at)
