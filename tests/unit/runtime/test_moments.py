"""Times as people send them."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from rasid.runtime.moments import Time


class Sent(BaseModel):
    model_config = ConfigDict(strict=True)

    at: Time


def test_a_time_is_taken_to_utc_and_to_what_is_kept_of_it():
    sent = Sent.model_validate_json('{"at": "2026-03-01T11:00:00.123999+03:00"}')
    assert sent.at == datetime(2026, 3, 1, 8, 0, 0, 123_000, UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T11:00:00", "yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1e400"],
)
def test_what_is_no_moment_is_refused_and_nothing_breaks(text: str):
    with pytest.raises(ValidationError):
        Sent.model_validate({"at": text})
