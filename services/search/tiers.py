"""How far back one may look (accountability A4), and the moments a query is about. No IO.

Age counts from when a read was received: a camera's clock can lie in both directions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rasid.errors import Forbidden, Unprocessable

OWN_AUTHORITY = timedelta(days=90)
# Whatever a camera's clock may say: a read with a time that cannot be is found by its plate all the same.
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """Captured from `since` until before `until`, and received at or after `received_since`."""

    since: datetime
    until: datetime
    received_since: datetime


def window(
    from_at: datetime | None, to_at: datetime | None, now: datetime, retention: timedelta, *, alone: bool = True
) -> Window:
    """The window a query is about; raises Forbidden for one that nobody, or nobody `alone`, may look into."""
    if to_at is not None and to_at <= now - retention:
        raise beyond_retention(retention)
    reach = max(from_at or EARLIEST, now - retention)
    if not alone:
        return Window(from_at or EARLIEST, to_at or LATEST, now - retention)
    if from_at is not None and reach < now - OWN_AUTHORITY:
        raise second_person_needed()
    return Window(from_at or EARLIEST, to_at or LATEST, now - OWN_AUTHORITY)


def check_needs_consent(
    from_at: datetime | None, to_at: datetime | None, now: datetime, retention: timedelta
) -> datetime:
    """The oldest receipt that such a search reaches; raises for one that needs no second person, or helps nobody."""
    if to_at is not None and to_at <= now - retention:
        raise beyond_retention(retention)
    reach = max(from_at or EARLIEST, now - retention)
    if from_at is None or reach >= now - OWN_AUTHORITY:
        raise Unprocessable(
            "no-consent-needed",
            f"Give `from_at`. What is not older than {OWN_AUTHORITY.days} days, nor kept longer, needs no consent.",
        )
    return reach


def check_age(received_at: datetime, now: datetime) -> None:
    """Raise Forbidden for a single passage that is too old for one person alone."""
    if received_at < now - OWN_AUTHORITY:
        raise second_person_needed()


def second_person_needed() -> Forbidden:
    """The refusal of what is older than one's own authority reaches."""
    return Forbidden(
        "second-person-needed",
        f"What is older than {OWN_AUTHORITY.days} days needs the consent of a senior officer of your agency. Ask "
        "for it with POST /v1/lookbacks, and send its id as `lookback`; or ask for a later from_at.",
        extra={"reasons": ("A4.second-person",)},
    )


def beyond_retention(retention: timedelta) -> Forbidden:
    """The refusal of what no longer exists."""
    return Forbidden(
        "beyond-retention",
        f"Passages are kept for {retention / timedelta(days=1):g} days, and the whole window lies before that.",
        extra={"reasons": ("A4.retention",)},
    )
