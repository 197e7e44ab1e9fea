"""What may happen to a covert entry: one person asks for it, another decides. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace

from rasid.contract.tables import AuthorizationStateV1
from rasid.errors import Conflict, Unprocessable
from rasid.identity.second_person import Consent
from services.alerts.authorizations import is_over
from services.alerts.covert import COVERT, Covert
from services.alerts.entry import Entry, EntryTerms

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class CovertLimits:
    """How long a covert entry may last, and how long the second person may take."""

    longest: timedelta
    approval: timedelta


def ask(entry: Entry, legal_basis: str, authorization: AuthorizationStateV1 | None, *, valid_seconds: float) -> Entry:
    """The entry as a covert one that waits for a second person, who agrees to exactly this."""
    named = None if authorization is None else authorization.authorization_id
    consent = COVERT.ask(
        _content(entry, legal_basis, named),
        None,
        by=entry.created_by,
        at=entry.created_at,
        case_id=entry.case_id,
        reason=entry.terms.reason,
        valid_seconds=valid_seconds,
    )
    return replace(entry, covert=Covert(legal_basis=legal_basis, authorization_id=named, consent=consent))


def check_end(valid_to: datetime | None, now: datetime, longest: timedelta) -> None:
    """Raise Unprocessable unless a covert entry ends by itself, and soon enough."""
    if valid_to is None or valid_to > now + longest:
        raise Unprocessable(
            "covert-needs-an-end",
            "A covert entry ends by itself: send `valid_to`, at most "
            f"{longest.total_seconds() / DAY_SECONDS:g} days from now.",
        )


def check_authorization(
    authorization_id: str | None, found: AuthorizationStateV1 | None, case_id: str, now: datetime
) -> None:
    """Raise Unprocessable unless an authorization that is named is of this case and can still allow something."""
    if authorization_id is None:
        return
    if found is None or found.case_id != case_id or is_over(found, now):
        raise Unprocessable(
            "authorization-unusable",
            "`covert.authorization_id` is no authorization of this case that is asked for or granted.",
        )


def approve(entry: Entry, digest: str, *, by: str, at: datetime) -> Entry:
    """A second person agrees: from now on it looks for its plate. Raises Conflict; see `SecondPerson`."""
    covert = _undecided(entry, at)
    decided = COVERT.approve(covert.consent, digest, content_of(entry, covert), by=by, at=at)
    return _decided(entry, entry.terms, covert, decided)


def refuse(entry: Entry, digest: str, *, by: str, at: datetime) -> Entry:
    """A second person does not: it never looks for anything, and is over. Raises Conflict; see `SecondPerson`."""
    covert = _undecided(entry, at)
    decided = COVERT.refuse(covert.consent, digest, content_of(entry, covert), by=by, at=at)
    return _decided(entry, entry.terms_ending(at), covert, decided)


def content_of(entry: Entry, covert: Covert) -> dict[str, Any]:
    """What is consented to: all of it."""
    return _content(entry, covert.legal_basis, covert.authorization_id)


def _content(entry: Entry, legal_basis: str, authorization_id: str | None) -> dict[str, Any]:
    found: dict[str, Any] = to_builtins(entry.terms)
    return {
        **found,
        "why": found["reason"],
        "entry_id": entry.entry_id,
        "list_id": entry.list_id,
        "case_id": entry.case_id,
        "legal_basis": legal_basis,
        "authorization_id": authorization_id,
    }


def _undecided(entry: Entry, at: datetime) -> Covert:
    if entry.covert is None or entry.has_ended(at):
        raise Conflict("covert-entry-over", "This entry has ended: it must be made anew if it is still needed.")
    return entry.covert


def _decided(entry: Entry, terms: EntryTerms, covert: Covert, consent: Consent) -> Entry:
    by, at = consent.decided_by or "", consent.decided_at or consent.asked_at
    return replace(entry.changed(terms, by, at), covert=replace(covert, consent=consent))
