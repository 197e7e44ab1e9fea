"""A watchlist entry: whose it is, what it looks for, and when it is in force."""

from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from rasid.contract.alerts import Priority
from services.alerts.covert import Covert


class EntryTerms(Struct, frozen=True, kw_only=True):
    """What a person decides about an entry and may change. `plate` is normalized, `plate_raw` as it was given."""

    plate_raw: str
    plate: str
    country: str | None
    reason: str
    priority: Priority
    valid_from: datetime
    valid_to: datetime | None


class EntryVersion(Struct, frozen=True, kw_only=True):
    """One version of an entry that was: its terms, who set them and when."""

    version: int
    terms: EntryTerms
    by: str
    at: datetime


class Erased(Struct, frozen=True, kw_only=True):
    """That what the entry looked for was deleted, with `alerts` alerts: the authorization was never allowed."""

    at: datetime
    authorization_id: str
    alerts: int


class Entry(Struct, frozen=True, kw_only=True):
    """One plate an agency looks for, for a case. Nothing vanishes: an entry ends, and its former terms are kept.

    `request_sha256` is the digest of the request that created it, so that the same request gets the same answer.
    `covert`: only the people of its case may know of it, and it takes a second person before it looks for anything.
    """

    entry_id: str = field(name="_id")
    list_id: str
    agency: str
    case_id: str
    kind: str = "plate"
    terms: EntryTerms
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    version: int
    request_sha256: str
    history: tuple[EntryVersion, ...] = ()
    covert: Covert | None = None
    erased: Erased | None = None

    def is_seen_under(self, case_id: str) -> bool:
        """Whether people who work under this case may know of it."""
        return self.covert is None or self.case_id == case_id

    def is_in_force(self, moment: datetime) -> bool:
        """Whether the entry looks for its plate at `moment`."""
        terms = self.terms
        if self.covert is not None and not self.covert.is_approved(moment):
            return False
        return terms.valid_from <= moment and (terms.valid_to is None or moment < terms.valid_to)

    def has_ended(self, moment: datetime) -> bool:
        """Whether the entry is over at `moment`."""
        return self.terms.valid_to is not None and self.terms.valid_to <= moment

    def terms_ending(self, moment: datetime) -> EntryTerms:
        """The terms with their end at `moment`."""
        return replace(self.terms, valid_to=moment)

    def without_subject(self, erased: Erased, by: str) -> "Entry":
        """What is left of it when whom it looked for must not be known any more: that it was, and why it is gone.

        Nor can that be guessed: digests over a plate go with the plate.
        """
        terms = replace(self.terms, plate="", plate_raw="", country=None, valid_to=erased.at)
        changed = self.changed(terms, by, erased.at)
        covert = None if self.covert is None else self.covert.without_digest()
        return replace(changed, history=(), request_sha256="", covert=covert, erased=erased)

    def as_created(self) -> "Entry":
        """The first version: what the answer to its creation showed."""
        if not self.history:
            return self
        first = self.history[0]
        return replace(
            self,
            terms=first.terms,
            changed_by=first.by,
            changed_at=first.at,
            version=first.version,
            history=(),
            covert=None if self.covert is None else self.covert.as_asked(),
        )

    def changed(self, terms: EntryTerms, by: str, at: datetime) -> "Entry":
        """The next version, with other terms; the present one goes into the history."""
        former = EntryVersion(version=self.version, terms=self.terms, by=self.changed_by, at=self.changed_at)
        return replace(
            self,
            terms=terms,
            changed_by=by,
            changed_at=at,
            version=self.version + 1,
            history=(*self.history, former),
        )
