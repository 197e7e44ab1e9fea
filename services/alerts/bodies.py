"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.alerts.rules import to_milliseconds


def _utc(moment: datetime) -> datetime:
    try:
        return to_milliseconds(moment.astimezone(UTC))
    except OverflowError:
        message = "a time needs a year from 1 to 9999, also in UTC"
        raise ValueError(message) from None


# Strict JSON has no times: text with an offset is what is meant.
Time = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_utc)]


class Body(BaseModel):
    """A body that comes in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)
