"""The file on the disk: what `commit` has returned for is there, whatever is cut off, torn or altered."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rasid.errors import Full, Unavailable
from rasid.stream.spool_file import PLAUSIBLE_MS, SpoolFile
from rasid.stream.spool_row import Fresh
from tests.support.full import small_disk

NOW_MS = PLAUSIBLE_MS + 1_000_000
MIB = 1024 * 1024
ROOT = Path(__file__).parents[3]


def fresh(number, size=300, kind="topic", at_ms=NOW_MS):
    return Fresh(kind, at_ms, b"%06d" % number + random.Random(number).randbytes(size))


LEFT_OPEN = []


@pytest.fixture(autouse=True)
def _nothing_stays_open():
    """What a test leaves as a killed process would is closed when it has ended."""
    yield
    while LEFT_OPEN:
        LEFT_OPEN.pop().close()


def opened(folder, now_ms=NOW_MS, ballast_bytes=4096):
    file = SpoolFile(folder / "events.db", ballast_bytes=ballast_bytes)
    LEFT_OPEN.append(file)
    return file, file.open(now_ms)


def held(file, limit=100_000):
    return [int(row.body[:6]) for row in file.oldest(limit) if row.body is not None]


def copied(folder, to):
    shutil.copytree(folder, to)
    return to


def test_rows_come_back_in_order_after_the_file_was_closed_or_only_left(tmp_path):
    file, depth = opened(tmp_path)
    assert (depth.rows, depth.size_bytes, depth.oldest_ms) == (0, 0, None)
    rows = [fresh(number) for number in range(10)]
    file.commit(rows[:4])
    file.commit(rows[4:])
    left, depth = opened(copied(tmp_path, tmp_path.parent / "left"))
    assert held(left) == list(range(10))
    assert (depth.rows, depth.size_bytes) == (10, sum(row.size_bytes for row in rows))
    file.close()
    again, _ = opened(tmp_path)
    assert held(again) == list(range(10))


def test_it_is_forced_to_the_disk_at_every_commit(tmp_path):
    file, _ = opened(tmp_path)
    database = file._opened()
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_a_number_is_never_given_again_so_forgetting_twice_costs_nothing(tmp_path):
    """As when a commit reports an error of the disk and has gone there all the same."""
    file, _ = opened(tmp_path)
    file.commit([fresh(1), fresh(2)])
    numbers = [row.number for row in file.oldest(2)]
    file.commit([], numbers)
    file.close()  # as after every error
    file.commit([fresh(3)])
    file.commit([], numbers)
    assert held(file) == [3]


def test_what_is_forgotten_is_gone_and_leaves_no_trace_on_the_disk(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(1), Fresh("topic", NOW_MS, b"13A12345" * 50)])
    _, secret = file.oldest(2)
    file.commit([], [secret.number])
    file.give_back()
    assert held(file) == [1]
    assert not any(b"13A12345" in path.read_bytes() for path in tmp_path.iterdir())


def test_the_disk_gets_its_room_back(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(number, 4000) for number in range(1000)])
    file.commit([], [row.number for row in file.oldest(1000)])
    file.give_back()
    assert sum(path.stat().st_size for path in tmp_path.glob("events.db*")) < 200_000


def test_a_row_is_found_by_its_kind_and_age(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(1, kind="a", at_ms=NOW_MS - 10), fresh(2, kind="b", at_ms=NOW_MS - 10), fresh(3, kind="a")])
    assert [row.body[:6] for row in file.older("a", NOW_MS, 10)] == [b"000001"]


def test_a_time_from_a_clock_that_was_not_set_counts_from_the_opening(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(1, at_ms=5_000), fresh(2, at_ms=NOW_MS + 10**9), fresh(3)])
    file.close()
    file, depth = opened(tmp_path, NOW_MS + 1000)
    assert depth.oldest_ms == NOW_MS
    file.close()
    again, _ = opened(tmp_path, NOW_MS + 2000)
    assert [row.spooled_ms for row in again.oldest(3)] == [NOW_MS + 1000, NOW_MS + 1000, NOW_MS]


@pytest.mark.parametrize("seed", range(4))
def test_a_log_cut_anywhere_keeps_every_commit_that_was_whole_before(tmp_path, seed):
    """As a power cut leaves it: what was forced to the disk is there, the rest is torn."""
    folder = tmp_path / "whole"
    folder.mkdir()
    file, _ = opened(folder)
    ends, log = [0], folder / "events.db-wal"
    for number in range(12):
        file.commit([fresh(number * 3 + more) for more in range(3)])
        ends.append(log.stat().st_size)
    for number, cut in enumerate([*ends, *random.Random(seed).sample(range(ends[-1]), 25)]):
        torn = copied(folder, tmp_path / f"torn-{number}")
        with (torn / log.name).open("r+b") as tail:
            tail.truncate(cut)
        rows = held(opened(torn)[0])
        whole = max(index for index, end in enumerate(ends) if end <= cut) * 3
        assert rows == list(range(len(rows)))
        assert len(rows) >= whole


@pytest.mark.parametrize("seed", range(4))
def test_a_log_with_rubbish_in_it_keeps_what_lies_before_and_shows_no_altered_row(tmp_path, seed):
    folder = tmp_path / "whole"
    folder.mkdir()
    file, _ = opened(folder)
    ends, log = [0], folder / "events.db-wal"
    for number in range(12):
        file.commit([fresh(number)])
        ends.append(log.stat().st_size)
    chance = random.Random(seed)
    for number in range(15):
        torn = copied(folder, tmp_path / f"torn-{number}")
        at = chance.randrange(ends[1], ends[-1] - 512)
        with (torn / log.name).open("r+b") as middle:
            middle.seek(at)
            middle.write(chance.randbytes(512))
        rows = opened(torn)[0].oldest(100)
        assert [row.body for row in rows] == [fresh(place).body for place in range(len(rows))]
        assert len(rows) >= max(index for index, end in enumerate(ends) if end <= at)


@pytest.mark.expects_errors("damaged")
@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_set_aside_and_what_is_readable_goes_on(tmp_path, seed):
    file, _ = opened(tmp_path)
    file.commit([fresh(number) for number in range(2000)])
    file.close()
    path, chance = tmp_path / "events.db", random.Random(seed)
    with path.open("r+b") as database:
        for _ in range(10):
            database.seek(chance.randrange(8192, path.stat().st_size - 600))
            database.write(chance.randbytes(600))
    again, _ = opened(tmp_path)
    rows = [row for row in again.oldest(2000) if row.body is not None]
    assert [row.body for row in rows] == [fresh(int(row.body[:6])).body for row in rows], "nothing altered is shown"
    assert sorted(held(again)) == held(again)
    assert len(rows) > 500
    again.commit([fresh(5000)])
    assert held(again)[-1] == 5000


@pytest.mark.expects_errors("damaged")
def test_a_file_that_is_no_database_is_kept_beside_and_a_new_one_made(tmp_path):
    (tmp_path / "events.db").write_bytes(b"no database at all" * 500)
    file, depth = opened(tmp_path)
    assert depth.rows == 0
    assert file.lost >= 1
    file.commit([fresh(1)])
    assert held(file) == [1]
    assert (tmp_path / "events-damaged-1.db").read_bytes().startswith(b"no database")


def test_a_copy_that_was_cut_off_is_begun_again_and_one_that_was_whole_is_taken(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(1)])
    file.close()
    (tmp_path / "events.db").rename(tmp_path / "events-salvaged.db")
    again, _ = opened(tmp_path)
    assert held(again) == [1]


def test_a_log_that_was_not_yet_set_aside_is_not_taken_for_the_copys_own(tmp_path):
    """As a process leaves it that dies when the damaged file has lost its name and its log has not."""
    file, _ = opened(tmp_path)
    file.commit([fresh(1)])
    shutil.copy(tmp_path / "events.db", tmp_path / "copy.db")
    shutil.copy(tmp_path / "events.db-wal", tmp_path / "copy.db-wal")
    file.close()
    copy = SpoolFile(tmp_path / "events-salvaged.db", ballast_bytes=4096)
    copy.open(NOW_MS)
    copy.commit([fresh(number) for number in range(50, 60)])
    copy.close()
    (tmp_path / "events.db").unlink()
    (tmp_path / "copy.db").rename(tmp_path / "events-damaged-2.db")
    (tmp_path / "copy.db-wal").rename(tmp_path / "events.db-wal")
    again, _ = opened(tmp_path)
    assert held(again) == list(range(50, 60))
    assert (tmp_path / "events-damaged-2.db-wal").exists()
    assert again.lost == 0


def test_a_row_that_the_disk_altered_is_told_from_a_sound_one(tmp_path):
    file, _ = opened(tmp_path)
    file.commit([fresh(1), fresh(2)])
    file._opened().execute("UPDATE held SET body=? WHERE number=1", (b"altered",))
    assert [row.body is None for row in file.oldest(2)] == [True, False]


def test_on_a_full_disk_what_was_kept_can_be_forgotten_and_then_there_is_room_again(tmp_path):
    with small_disk(tmp_path / "disk", 16) as disk:
        file, _ = opened(disk, ballast_bytes=8 * MIB)
        count = 0
        with pytest.raises(Full):  # noqa: PT012 - which of the commits it is depends on the disk
            for _ in range(100):
                file.commit([fresh(count + more, 40_000) for more in range(10)])
                count += 10
        assert held(file) == list(range(count))
        for row in file.oldest(count):
            file.commit([], [row.number])
        file.give_back()
        file.prove()
        file.commit([fresh(count)])
        assert held(file) == [count]
        file.close()


def test_a_disk_that_is_full_at_the_start_is_told_when_something_is_to_be_kept(tmp_path):
    with small_disk(tmp_path / "disk", 4) as disk:
        file, _ = opened(disk, ballast_bytes=8 * MIB)
        with pytest.raises(Full):
            file.commit([fresh(1)])
        with pytest.raises(Full):
            file.prove()
        file.close()


def test_a_folder_that_is_gone_is_unavailable(tmp_path):
    file = SpoolFile(tmp_path / "nowhere" / "events.db")
    with pytest.raises(Unavailable):
        file.open(NOW_MS)


CHILD = """
import sys
from pathlib import Path
from rasid.stream.spool_file import SpoolFile
from rasid.stream.spool_row import Fresh
file = SpoolFile(Path(sys.argv[1]) / "events.db")
file.open(1_800_000_000_000)
for number in range(1_000_000):
    file.commit([Fresh("topic", 1_800_000_000_000, b"%06d" % number * 50)])
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 40, 150])
def test_a_process_killed_while_it_writes_has_kept_all_it_said(tmp_path, lines):
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    said = [int(child.stdout.readline()) for _ in range(lines)]
    child.kill()
    said += [int(line) for line in child.stdout.read().split()]
    child.stdout.close()
    child.wait()
    file, _ = opened(tmp_path, 1_800_000_000_001)
    rows = held(file)
    assert rows[: len(said)] == said
    assert len(rows) <= len(said) + 1
