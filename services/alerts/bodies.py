"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A body that comes in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)
