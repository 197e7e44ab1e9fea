"""What every body that goes out over HTTP is."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A body that goes out. Times are RFC 3339 in UTC."""

    model_config = ConfigDict(from_attributes=True)
