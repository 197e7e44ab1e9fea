"""The entries in memory."""

from datetime import timedelta

from rasid.testing.clock import START, ManualClock
from services.alerts.watchlist import SWEEP_SECONDS, Watchlist
from tests.unit.alerts.making import PLATE, entry


def ids(watchlist: Watchlist, plate: str = PLATE) -> list[str]:
    return sorted(found.entry_id for found in watchlist.of(plate))


def test_entries_are_found_by_plate():
    watchlist = Watchlist(ManualClock(), ended_seconds=60)
    for one in (entry("one"), entry("two"), entry("other", plate="99B77")):
        watchlist.apply(one)
    assert (ids(watchlist), ids(watchlist, "99B77"), ids(watchlist, "1")) == (["one", "two"], ["other"], [])
    assert len(watchlist) == 3


def test_only_a_newer_version_counts():
    watchlist = Watchlist(ManualClock(), ended_seconds=60)
    watchlist.apply(entry(version=2, plate="99B77"))
    watchlist.apply(entry(version=1))
    watchlist.apply(entry(version=2))
    assert (ids(watchlist), ids(watchlist, "99B77")) == ([], ["entry-1"])
    watchlist.apply(entry(version=3))
    assert (ids(watchlist), ids(watchlist, "99B77"), len(watchlist)) == (["entry-1"], [], 1)


def test_an_entry_that_ended_is_kept_for_late_reads_and_then_forgotten():
    clock = ManualClock()
    watchlist = Watchlist(clock, ended_seconds=60)
    watchlist.apply(entry(valid_to=START + timedelta(seconds=10)))
    clock.shift(69)
    watchlist.refreshed()
    assert ids(watchlist) == ["entry-1"]
    clock.shift(SWEEP_SECONDS)
    watchlist.refreshed()
    assert (ids(watchlist), len(watchlist)) == ([], 0)


def test_an_entry_that_ended_long_ago_is_not_taken_in():
    watchlist = Watchlist(ManualClock(), ended_seconds=60)
    watchlist.apply(entry(valid_to=START - timedelta(seconds=61)))
    assert len(watchlist) == 0


def test_its_age_grows_until_the_store_has_been_read_again():
    clock = ManualClock()
    watchlist = Watchlist(clock, ended_seconds=60)
    clock.shift(5)
    assert watchlist.age_seconds == 5
    watchlist.refreshed()
    assert watchlist.age_seconds == 0
