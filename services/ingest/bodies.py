"""What a device is answered about what it posted, as documented in OpenAPI."""

from typing import Any, Self

from pydantic import Field

from services.ingest.answer import Answer
from services.ingest.intake import Outcome
from services.ingest.payload.reading import Refusal

EXAMPLE_EVENT_ID = "3f0f2f3e-8f1d-5a57-9e0e-0f4a8f1f6c1b"


class RefusedPart(Answer):
    """A part of a payload that no event could be made of; it is kept as a dead letter."""

    type: str = Field(examples=["urn:rasid:problem:time-missing"])
    title: str = "This part could not be understood"
    detail: str = Field(description="What is wrong with it, for whoever sets the camera up")

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """A refusal as cameras' engineers see it."""
        return cls(type=f"urn:rasid:problem:{refusal.reason.replace('_', '-')}", detail=refusal.detail)


class EventsAnswer(Answer):
    """Everything named here is durable. It describes what `of` writes, which is on the path of every read."""

    accepted: list[str] = Field(description="Ids of the events made of the payload", examples=[[EXAMPLE_EVENT_ID]])
    refused: list[RefusedPart]
    warnings: list[str] = Field(description="Short stable codes", examples=[["time_zone_suspicious"]])

    @staticmethod
    def of(outcome: Outcome) -> dict[str, Any]:
        """What became of a post, ready to be written as JSON."""
        refused = [RefusedPart.of(refusal).model_dump() for refusal in outcome.refused]
        return {"accepted": outcome.accepted, "refused": refused, "warnings": outcome.warnings}
