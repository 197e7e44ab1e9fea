"""How far back one may look (accountability A4), and the moments a query is about. No IO.

Age counts from when a read was received: a camera's clock can lie in both directions.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rasid.errors import Forbidden

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


def window(from_at: datetime | None, to_at: datetime | None, now: datetime, retention: timedelta) -> Window:
    """The window a query is about; raises Forbidden for one that nobody, or nobody alone, may look into."""
    if to_at is not None and to_at <= now - retention:
        raise beyond_retention(retention)
    reach = max(from_at or EARLIEST, now - retention)
    if from_at is not None and reach < now - OWN_AUTHORITY:
        raise second_person_needed()
    return Window(from_at or EARLIEST, to_at or LATEST, now - OWN_AUTHORITY)


def check_age(received_at: datetime, now: datetime) -> None:
    """Raise Forbidden for a single passage that is too old for one person alone."""
    if received_at < now - OWN_AUTHORITY:
        raise second_person_needed()


def second_person_needed() -> Forbidden:
    """The refusal of what is older than one's own authority reaches."""
    return Forbidden(
        "second-person-needed",
        f"What is older than {OWN_AUTHORITY.days} days needs the consent of a second, senior person of your agency. "
        f"Consents cannot be given yet: ask for a later from_at.",
        extra={"reasons": ("A4.second-person",)},
    )


def beyond_retention(retention: timedelta) -> Forbidden:
    """The refusal of what no longer exists."""
    return Forbidden(
        "beyond-retention",
        f"Passages are kept for {retention / timedelta(days=1):g} days, and the whole window lies before that.",
        extra={"reasons": ("A4.retention",)},
    )
