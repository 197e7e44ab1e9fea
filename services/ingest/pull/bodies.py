"""What is told of cameras that are asked, as documented in OpenAPI."""

from datetime import datetime

from pydantic import Field

from services.ingest.answer import Answer


class PullStatusAnswer(Answer):
    """How it stands with one camera that is asked."""

    camera_id: str
    protocol: str = Field(description="hikvision, dahua or onvif")
    state: str = Field(description="connecting, connected, or waiting before it is tried again")
    since: datetime
    reason: str | None = Field(
        description="unreachable, refused, not_a_stream, silent, cut, too_large, no_credential or fault"
    )
    why: str | None = Field(description="The same in words, for whoever sets the camera up")
    tries: int = Field(description="Failures in a row")
    last_event_at: datetime | None = Field(description="When something of it was last made durable")


class PullsAnswer(Answer):
    """The cameras that this process asks, in the order of their identifiers."""

    items: list[PullStatusAnswer]
