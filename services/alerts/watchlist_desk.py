"""What people do with watchlist entries: make, read, change and end them."""

import json
from datetime import datetime
from hashlib import sha256

from rasid.contract.event_ids import caused_id
from rasid.errors import Conflict, NotFound, PreconditionFailed, Unprocessable
from rasid.plates.normalize import MAX_CHARACTERS, normalize
from rasid.runtime.clock import Clock
from services.alerts.authorizations import AuthorizationTable
from services.alerts.covert_steps import CovertLimits, ask, check_authorization, check_end
from services.alerts.entry import Entry, EntryTerms
from services.alerts.ports import EntryQuery, EntryStore
from services.alerts.rules import to_milliseconds
from services.alerts.watchlist import Watchlist
from services.alerts.watchlist_bodies import CovertBody, EntryBody, NewEntryBody


class WatchlistDesk:
    """Entries of the asking agency. What changes here is in this process's memory before the answer."""

    def __init__(
        self,
        store: EntryStore,
        watchlist: Watchlist,
        clock: Clock,
        *,
        authorizations: AuthorizationTable,
        limits: CovertLimits,
    ) -> None:
        self._store = store
        self._watchlist = watchlist
        self._clock = clock
        self._authorizations = authorizations
        self._limits = limits

    async def add(self, list_id: str, body: NewEntryBody, *, by: str, agency: str, case_id: str, key: str) -> Entry:
        """Make an entry. The same person's same key and body give the first answer again.

        Raises Unprocessable for a plate without a letter or digit, and for a covert entry that does not end soon or
        rests on nothing; Conflict for a key used for something else.
        """
        now = to_milliseconds(self._clock.now())
        digest = _digest(list_id, body)
        entry = Entry(
            entry_id=caused_id(f"{agency}/{by}/{key}", "watchlist-entry"),
            list_id=list_id,
            agency=agency,
            case_id=case_id,
            terms=_terms(body, begins=now),
            created_by=by,
            created_at=now,
            changed_by=by,
            changed_at=now,
            version=1,
            request_sha256=digest,
        )
        if body.covert is not None:
            entry = self._covert(entry, body.covert)
        stored = await self._store.add_entry(entry)
        if stored.request_sha256 != digest:
            raise Conflict(
                "idempotency-key-used",
                "This Idempotency-Key was used for another request: send a new key with a new request.",
            )
        self._watchlist.apply(stored)
        return stored.as_created()

    def _covert(self, entry: Entry, asked: CovertBody) -> Entry:
        now, authorization = entry.created_at, self._authorizations.get(asked.authorization_id)
        check_end(entry.terms.valid_to, now, self._limits.longest)
        check_authorization(asked.authorization_id, authorization, entry.case_id, now)
        valid_seconds = self._limits.approval.total_seconds()
        return ask(entry, asked.legal_basis, authorization, valid_seconds=valid_seconds)

    async def read(self, agency: str, list_id: str, entry_id: str, case_id: str) -> Entry:
        """One entry, a covert one only for its own case; raises NotFound."""
        entry = await self._store.entry(agency, list_id, entry_id)
        if entry is None or not entry.is_seen_under(case_id):
            raise NotFound("entry-unknown", "Your agency has no entry with this id on this list.")
        return entry

    async def page(self, query: EntryQuery) -> list[Entry]:
        """A page of a list, in the order of the entries' ids."""
        return await self._store.entries(query, self._clock.now())

    async def change(self, entry: Entry, body: EntryBody, *, by: str, versions: frozenset[int] | None) -> Entry:
        """Replace the terms of an entry that has not ended; raises PreconditionFailed, Conflict or Unprocessable."""
        _check_version(entry, versions)
        if entry.covert is not None:
            raise Conflict("covert-entry-fixed", "What a second person agreed to is not changed: end it, and ask anew.")
        if entry.has_ended(self._clock.now()):
            raise Conflict("entry-ended", "This entry has ended and is kept as it was: make a new one.")
        return await self._save(entry, _terms(body, begins=entry.terms.valid_from), by)

    async def end(self, entry: Entry, *, by: str, versions: frozenset[int] | None) -> Entry:
        """End an entry now; it and its history stay readable. Ending it again changes nothing."""
        if entry.has_ended(self._clock.now()):
            return entry
        _check_version(entry, versions)
        return await self._save(entry, entry.terms_ending(to_milliseconds(self._clock.now())), by)

    async def _save(self, entry: Entry, terms: EntryTerms, by: str) -> Entry:
        changed = entry.changed(terms, by, to_milliseconds(self._clock.now()))
        if not await self._store.save_entry(changed):
            raise _changed_meanwhile()
        self._watchlist.apply(changed)
        return changed


def _terms(body: EntryBody, *, begins: datetime) -> EntryTerms:
    plate = normalize(body.plate)
    if plate is None:
        raise Unprocessable(
            "plate-empty",
            "`plate` has no letter or digit left once separators are dropped; an empty plate would match everything. "
            f"Send the plate as it stands on the vehicle (at most {MAX_CHARACTERS} characters).",
        )
    valid_from = begins if body.valid_from is None else body.valid_from
    if body.valid_to is not None and body.valid_to <= valid_from:
        raise Unprocessable("validity-empty", "`valid_to` must be later than `valid_from` (now, when left out).")
    return EntryTerms(
        plate_raw=body.plate,
        plate=plate,
        country=body.country,
        reason=body.reason,
        priority=body.priority,
        valid_from=valid_from,
        valid_to=body.valid_to,
    )


def _digest(list_id: str, body: NewEntryBody) -> str:
    """The same for a request that names nothing new as it was before there was anything new to name."""
    whole = body.model_dump_json(exclude={"covert"} if body.covert is None else None)
    return sha256(json.dumps([list_id, whole]).encode()).hexdigest()


def _check_version(entry: Entry, versions: frozenset[int] | None) -> None:
    if versions is not None and entry.version not in versions:
        raise _changed_meanwhile()


def _changed_meanwhile() -> PreconditionFailed:
    return PreconditionFailed("entry-changed", "Somebody changed this entry meanwhile: read it again, then decide.")
