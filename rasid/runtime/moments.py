"""A time as it comes in over HTTP: text with an offset, taken to UTC and to the milliseconds that are kept."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from rasid.contract.fields import parse_utc, utc_text


def _kept(moment: datetime) -> datetime:
    try:
        return parse_utc(utc_text(moment))
    except OverflowError:
        message = "a time needs a year from 1 to 9999, also in UTC"
        raise ValueError(message) from None


# Strict JSON has no times: text with an offset is what is meant.
Time = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_kept)]
