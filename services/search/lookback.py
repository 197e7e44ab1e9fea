"""Looking further back than one's own authority reaches (accountability A4): one asks, a senior officer consents. Pure.

What is consented to is one search, to its last word: only its asker may make it, under its case, within the time of the
consent; its pages, also read again, and its single passages belong to it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from rasid.errors import Forbidden, Unprocessable
from rasid.identity.claims import Caller
from rasid.identity.second_person import Consent, SecondPerson
from services.search.passage import Passage
from services.search.plate_query import Match, PlateQuery
from services.search.query import Asked, Wanted, invalid

LOOKBACK = SecondPerson("lookback")


@dataclass(frozen=True, slots=True)
class User:
    """Who uses a consent, under which case, when."""

    subject: str
    case_id: str
    at: datetime


class Lookback(Struct, frozen=True, kw_only=True):
    """One search that somebody wants to make, and what was decided.

    `decided_as` and `decided_agency`: the roles and the agency of who decided, as they were then.
    """

    lookback_id: str
    agency: str
    consent: Consent
    revision: int
    expires_at: datetime
    asked_at: datetime
    is_open: bool = True
    decided_as: tuple[str, ...] = ()
    decided_agency: str | None = None
    plate: str | None = None
    match: Match | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    cameras: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None

    @property
    def search(self) -> Asked:
        """What is looked for."""
        names = ("plate", "match", "from_at", "to_at", "cameras", "sites", "sectors")
        return Asked(**{name: getattr(self, name) for name in names})

    @property
    def approver(self) -> Caller | None:
        """The second person, for the policy to judge; None when nobody has consented."""
        consent = self.consent
        if consent.decided_by is None or self.decided_agency is None or consent.state not in {"approved", "used"}:
            return None
        return Caller(consent.decided_by, self.decided_agency, self.decided_as, (), consent.valid_until)


def content_of(lookback_id: str, agency: str, asked: Asked) -> dict[str, Any]:
    """What the decision's digest is made of."""
    return {"lookback_id": lookback_id, "agency": agency, "search": dict(asked.bound())}


def decided(before: Lookback, digest: str, by: Caller, at: datetime, *, approves: bool) -> Lookback:
    """What a second person says. Raises Conflict as `SecondPerson` does."""
    decide = LOOKBACK.approve if approves else LOOKBACK.refuse
    consent = decide(before.consent, digest, _content(before), by=by.subject, at=at)
    who = {"decided_as": by.roles, "decided_agency": by.agency}
    return replace(before, consent=consent, **who, is_open=False, revision=before.revision + 1)


def check_can_be_shown(wanted: Wanted) -> None:
    """Raise Unprocessable for a search that could turn out too wide to be made, once it is consented to."""
    if wanted.plate is not None and wanted.plate.pattern is not None and wanted.asked.to_at is None:
        raise invalid([{"field": "body.to_at", "wrong": "is needed to look back by a beginning or a pattern"}])


def used(before: Lookback, asked: Asked, user: User) -> Lookback:
    """The asker makes the search at first. Raises Conflict, and Unprocessable for another search than that."""
    _check_same(before, asked)
    _check_case(before, user)
    consent = LOOKBACK.use(before.consent, _content(before), by=user.subject, at=user.at)
    return replace(before, consent=consent, revision=before.revision + 1)


def check_continues(lookback: Lookback, asked: Asked, user: User) -> None:
    """Raise unless this is a page of the search that was made with the consent, while it lasts."""
    _check_same(lookback, asked)
    _check_in_use(lookback, user)


def check_covers(lookback: Lookback, wanted: Wanted, passage: Passage, user: User) -> None:
    """Raise unless the passage is one that the search that was made with the consent finds, while it lasts."""
    _check_in_use(lookback, user)
    if not _finds(lookback, wanted, passage):
        raise Forbidden("lookback-other", "The consent is to another search than one that finds this passage.")


def _content(lookback: Lookback) -> dict[str, Any]:
    return content_of(lookback.lookback_id, lookback.agency, lookback.search)


def _check_same(lookback: Lookback, asked: Asked) -> None:
    if asked.bound() != lookback.search.bound():
        raise Unprocessable("lookback-other", "The consent is to another search: send exactly what was asked for.")


def _check_case(lookback: Lookback, user: User) -> None:
    if lookback.consent.case_id != user.case_id:
        raise Forbidden("lookback-of-another-case", "The consent was given for another case: search under that one.")


def _check_in_use(lookback: Lookback, user: User) -> None:
    _check_case(lookback, user)
    consent = lookback.consent
    if consent.state != "used" or consent.asked_by != user.subject or user.at >= consent.valid_until:
        raise Forbidden(
            "lookback-not-in-use", "This needs a consent that you asked for and made the search with, while it lasts."
        )


def _finds(lookback: Lookback, wanted: Wanted, passage: Passage) -> bool:
    is_then = (lookback.from_at is None or passage.captured_at >= lookback.from_at) and (
        lookback.to_at is None or passage.captured_at < lookback.to_at
    )
    is_there = (wanted.camera_ids is None or passage.camera_id in wanted.camera_ids) and (
        wanted.site_ids is None or passage.site_id in wanted.site_ids
    )
    return is_then and is_there and (wanted.plate is None or _matches(wanted.plate, passage))


def _matches(plate: PlateQuery, passage: Passage) -> bool:
    if plate.pattern is None:
        return plate.written in passage.plates
    return any(plate.pattern.fullmatch(text) for text in passage.plates)
