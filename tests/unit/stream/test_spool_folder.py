import asyncio
import errno

import pytest

from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.held_folder import FOLDERS, HeldFolder
from rasid.stream.spool_orphans import LOOK_SECONDS, Orphans, _holds_something
from rasid.testing.clock import ManualClock
from tests.unit.stream.test_spooling import Bench, message


def holds_something(path):
    return (path / "events.db").exists()


def test_each_process_has_a_folder_of_its_own_and_the_first_free_one_is_taken_again(tmp_path):
    first, second = HeldFolder.take(tmp_path, "RASID_SPOOL"), HeldFolder.take(tmp_path, "RASID_SPOOL")
    assert first.path != second.path
    first.let_go()
    again = HeldFolder.take(tmp_path, "RASID_SPOOL")
    assert again.path == first.path
    again.let_go()
    second.let_go()


def test_nobody_else_can_read_what_is_in_it(tmp_path):
    folder = HeldFolder.take(tmp_path / "spool", "RASID_SPOOL")
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.let_go()


def test_a_folder_that_cannot_be_used_says_how_to_mend_it(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="RASID_SPOOL"):
        HeldFolder.take(tmp_path / "file", "RASID_SPOOL")


def test_when_all_are_held_it_says_so(tmp_path):
    held = [HeldFolder.take(tmp_path, "RASID_SPOOL") for _ in range(FOLDERS)]
    with pytest.raises(ConfigurationError, match="in use"):
        HeldFolder.take(tmp_path, "RASID_SPOOL")
    for folder in held:
        folder.let_go()


def test_only_a_folder_that_nobody_holds_and_that_holds_something_is_an_orphan(tmp_path):
    held, left, empty = (HeldFolder.take(tmp_path, "RASID_SPOOL") for _ in range(3))
    for folder in (held, left):
        (folder.path / "events.db").touch()
    left.let_go()
    empty.let_go()
    orphans = list(HeldFolder.orphans(tmp_path, holds_something))
    assert [folder.path for folder in orphans] == [left.path]
    assert list(HeldFolder.orphans(tmp_path, holds_something)) == [], "it is held now"
    for folder in (held, *orphans):
        folder.let_go()


async def test_what_was_left_behind_is_delivered_and_its_file_removed(tmp_path):
    clock, left, own = ManualClock(), HeldFolder.take(tmp_path, "RASID_SPOOL"), HeldFolder.take(tmp_path, "RASID_SPOOL")
    async with Bench(left.path, clock=clock) as before:
        before.broker.is_away = True
        for value in (b"1", b"2"):
            await before.publisher.publish_message(message(value))
    left.let_go()
    async with Bench(own.path, clock=clock) as bench:

        def lanes(folder):
            return [(bench.drain, bench.lane(bench.new_spool(folder)))]

        orphans = Orphans(tmp_path, lanes, clock)
        await orphans._look()
        bench.start()
        await bench.turns(LOOK_SECONDS)
        assert bench.broker.values() == [b"1", b"2"]
        await orphans._look()
        assert len(bench.drain.lanes) == 1
        assert not (left.path / "events.db").exists()
        HeldFolder.take(tmp_path, "RASID_SPOOL").let_go()
    own.let_go()


async def test_a_damaged_file_that_was_set_aside_makes_no_orphan(tmp_path):
    left = HeldFolder.take(tmp_path, "RASID_SPOOL")
    for name in ("events-damaged-1.db", "events-damaged-1.db-wal"):
        (left.path / name).touch()
    left.let_go()
    async with Bench(tmp_path / "own") as bench:
        orphans = Orphans(tmp_path, lambda folder: [(bench.drain, bench.lane(bench.new_spool(folder)))], bench.clock)
        await orphans._look()
        assert len(bench.drain.lanes) == 1
    again = HeldFolder.take(tmp_path, "RASID_SPOOL")
    assert again.path == left.path
    again.let_go()


@pytest.mark.parametrize("name", ["events.db", "pictures.db", "events-salvaged.db"])
def test_what_still_goes_on_its_way_makes_one(tmp_path, name):
    left = HeldFolder.take(tmp_path, "RASID_SPOOL")
    (left.path / name).touch()
    left.let_go()
    orphans = list(HeldFolder.orphans(tmp_path, _holds_something))
    assert [folder.path for folder in orphans] == [left.path]
    for folder in orphans:
        folder.let_go()


async def emptied(bench, root):
    """A folder that was taken over, with nothing in it any more."""
    left = HeldFolder.take(root, "RASID_SPOOL")
    (left.path / "events.db").touch()
    left.let_go()
    orphans = Orphans(root, lambda folder: [(bench.drain, bench.lane(bench.new_spool(folder)))], bench.clock)
    await orphans._look()
    return orphans, bench.drain.lanes[1], left.path / "events.db"


async def test_what_is_let_go_of_while_the_drain_looks_into_it_ends_nothing(tmp_path, monkeypatch):
    async with Bench(tmp_path / "own") as bench:
        orphans, lane, file = await emptied(bench, tmp_path)
        sweeps, goes_on, sweep = asyncio.Event(), asyncio.Event(), lane.sweep

        async def held_up():
            sweeps.set()
            await goes_on.wait()
            await sweep()

        monkeypatch.setattr(lane, "sweep", held_up)
        bench.start()
        await sweeps.wait()
        looking = asyncio.create_task(orphans._look())
        await asyncio.sleep(0.01)
        assert file.exists(), "the drain is not done with it"
        goes_on.set()
        await looking
        assert not file.exists()
        assert len(bench.drain.lanes) == 1
        await bench.turns(LOOK_SECONDS)
        assert not bench.task.done()


async def test_an_empty_file_that_cannot_be_removed_ends_nothing(tmp_path, monkeypatch):
    async with Bench(tmp_path / "own") as bench:
        orphans, lane, file = await emptied(bench, tmp_path)

        def fails():
            raise OSError(errno.EROFS, "read-only")

        monkeypatch.setattr(lane.spool._file._ballast, "drop", fails)
        await orphans._look()
        assert len(bench.drain.lanes) == 1
        assert not file.exists()
    again = HeldFolder.take(tmp_path, "RASID_SPOOL")
    assert again.path == file.parent, "it was let go of"
    again.let_go()


@pytest.mark.expects_errors("cannot be opened")
async def test_one_that_cannot_be_opened_is_left_for_another_time(tmp_path, monkeypatch):
    left = HeldFolder.take(tmp_path, "RASID_SPOOL")
    (left.path / "events.db").touch()
    left.let_go()
    async with Bench(tmp_path / "own") as bench:
        spool = bench.new_spool(left.path)

        async def fails():
            raise Unavailable("the spool", "its disk does not take it")

        monkeypatch.setattr(spool, "open", fails)
        orphans = Orphans(tmp_path, lambda folder: [(bench.drain, bench.lane(spool))], bench.clock)
        await orphans._look()
        assert len(bench.drain.lanes) == 1
    again = HeldFolder.take(tmp_path, "RASID_SPOOL")
    assert again.path == left.path, "it was let go of"
    again.let_go()


async def test_a_folder_whose_disk_fails_holds_nobody_up(tmp_path, monkeypatch):
    async with Bench(tmp_path / "own") as bench:
        other = bench.new_spool(tmp_path)
        await other.open()
        await other.append("rasid.detections.v1", b"never read")
        bench.clock.shift(1)  # it has waited longer than what comes now
        bench.broker.is_away = True
        await bench.publisher.publish_message(message(b"1"))
        bench.broker.is_away = False

        async def fails(limit):
            raise Unavailable("the spool", "its disk does not take it")

        monkeypatch.setattr(other, "oldest", fails)
        bench.drain.lanes.append(bench.lane(other))
        bench.start()
        await bench.turns(LOOK_SECONDS)
        assert bench.broker.values() == [b"1"]
        await other.close()
