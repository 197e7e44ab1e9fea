"""What goes over HTTP, as OpenAPI documents it: what comes in is checked field by field, unknown fields are refused."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rasid.contract.fields import IDENTIFIER_PATTERN

Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
Reason = Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,63}$", description="Short code of why, never free text")]
# As tokens have it: `claims.py`.
Subject = Annotated[
    str,
    Field(
        pattern=r"^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$",
        description="The person: `sub` of their token",
        examples=["officer.amal"],
    ),
]


class Body(BaseModel):
    """A body that comes in."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)
