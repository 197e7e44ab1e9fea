"""What rests on an authorization ends with it, and is deleted with a record when it was never allowed."""

from typing import Any

import pytest
from msgspec import to_builtins

from rasid.errors import Unavailable
from rasid.identity.casework import Casework
from rasid.identity.purpose import CaseTable
from rasid.runtime.watchdog import Pulse
from rasid.testing.builders import case_state
from rasid.testing.clock import START
from rasid.testing.identity import GateBench
from services.alerts.authorizations import AuthorizationTable
from services.alerts.entry import Entry
from services.alerts.standing import Standing
from services.alerts.watchlist import Watchlist
from services.alerts.withdrawing import AGAIN_SECONDS, Withdrawals
from tests.support.alert_store import MemoryStore
from tests.unit.alerts.making import DAY, PLATE, authorization, covert, entry, matched, read, settlement
from tests.unit.alerts.test_handlers import ready

NEVER_ALLOWED = {"state": "expired", "is_deletion_due": True, "version": 2}


class Bench:
    """An entry under `auth-1` that has rung, beside one that rests on nothing and has rung as well."""

    def __init__(self, folder: Any) -> None:
        self.gate = GateBench(folder)
        self.clock, self.store = self.gate.clock, MemoryStore()
        self.watchlist = Watchlist(self.clock, ended_seconds=3600)
        self.authorizations = AuthorizationTable()
        cases = CaseTable(Casework(self.clock, self.gate.metrics))
        cases.apply("case:case-1", case_state("case-1"))
        self.standing = Standing(cases, self.authorizations, ready)
        self.tell()
        self.withdrawals = Withdrawals(
            self.store,
            self.store,
            self.watchlist,
            self.standing,
            self.gate.gate().deleted,
            clock=self.clock,
            pulse=Pulse("withdrawals", 60, self.clock),
        )

    def tell(self, **changes: Any) -> None:
        """What casework says of the authorization."""
        event = authorization("auth-1", **changes)
        self.authorizations.apply(event.key, event)

    async def begin(self) -> None:
        resting = covert(entry("resting", valid_to=START + DAY), authorization_id="auth-1")
        for one in (resting, covert(entry("free", valid_to=START + DAY))):
            await self.store.add_entry(one)
            self.watchlist.apply(one)
            await settlement(self.store, self.gate.publisher, clock=self.clock).settle(matched(read(), to=one))
        assert self.rang() == ["free", "resting"]

    def rang(self) -> list[str]:
        return sorted(alert.entry_id for alert in self.store.stored.values())

    def entry(self, entry_id: str = "resting") -> Entry:
        return self.store.entries_by_id[entry_id]


@pytest.fixture
async def bench(tmp_path) -> Bench:
    made = Bench(tmp_path)
    await made.begin()
    return made


@pytest.mark.parametrize("changes", [{}, {"state": "requested"}])
async def test_nothing_happens_while_it_stands(bench, changes):
    bench.tell(version=2, **changes)
    await bench.withdrawals.once()
    assert (bench.rang(), bench.entry().version) == (["free", "resting"], 2)


@pytest.mark.parametrize("state", ["revoked", "expired"])
async def test_what_was_allowed_ends_and_what_it_found_is_kept(bench, state):
    bench.tell(state=state, version=2)
    await bench.withdrawals.once()
    await bench.withdrawals.once()
    assert bench.entry().has_ended(bench.clock.now())
    assert (bench.entry().changed_by, bench.entry().version) == ("rasid", 3)
    assert not bench.entry("free").has_ended(bench.clock.now())
    assert bench.rang() == ["free", "resting"]


@pytest.mark.parametrize("state", ["refused", "revoked", "expired"])
async def test_what_was_never_allowed_is_deleted_with_all_that_it_found_and_a_record(bench, state):
    bench.tell(state=state, is_deletion_due=True, version=2)
    await bench.withdrawals.once()
    await bench.withdrawals.once()
    assert bench.rang() == ["free"]
    assert [key.partition("/")[0] for key in bench.store.ledgers] == ["free"]
    gone = bench.entry()
    assert gone.erased is not None
    assert (gone.erased.authorization_id, gone.erased.alerts) == ("auth-1", 1)
    kept = str(to_builtins(gone))
    assert PLATE not in kept
    assert (gone.request_sha256, gone.covert.consent.digest) == ("", "")
    assert [one.entry_id for one in bench.watchlist.of(PLATE)] == ["free"]
    (record,) = bench.gate.records()
    assert (record.operation, record.authorization_id, record.case_id) == ("erase", "auth-1", "case-1")
    assert (record.reasons, record.result_count) == (("A5.never-allowed", "entry:resting"), 1)
    assert record.subjects == (bench.gate.pseudonyms.plate(PLATE, bench.clock.now()),)


async def test_an_entry_that_has_long_ended_is_deleted_as_well(bench):
    one = bench.entry()
    await bench.store.save_entry(one.changed(one.terms_ending(START), "officer-1", START))
    bench.watchlist = Watchlist(bench.clock, ended_seconds=0)
    bench.tell(**NEVER_ALLOWED)
    await bench.withdrawals.once()
    assert bench.entry().erased is not None
    assert bench.rang() == ["free"]


async def test_nothing_is_marked_as_deleted_before_that_is_on_record_and_then_it_is_once(bench):
    bench.tell(**NEVER_ALLOWED)
    bench.gate.publisher.is_away = True
    with pytest.raises(Unavailable):
        await bench.withdrawals.once()
    assert bench.entry().erased is None
    bench.gate.publisher.is_away = False
    await bench.withdrawals.once()
    assert bench.entry().erased is not None
    assert len(bench.gate.records()) == 1


async def test_a_hit_that_was_being_settled_elsewhere_is_found_later(bench):
    hit = matched(read(track="late"), to=bench.entry())
    bench.tell(**NEVER_ALLOWED)
    await bench.withdrawals.once()
    await settlement(bench.store, bench.gate.publisher, clock=bench.clock).settle(hit)
    assert bench.rang() == ["free", "resting"]
    bench.clock.shift(AGAIN_SECONDS)
    await bench.withdrawals.once()
    assert bench.rang() == ["free"]
