"""What the supervisor writes down, who holds a folder, and how it is shown."""

import os

from tools.engines.folder_lock import FolderLock, holder, is_held
from tools.engines.guard import trim
from tools.engines.state import EngineState, Phase, State, state_file
from tools.engines.status import Seen, table


def test_a_state_reads_back_as_it_was_written(tmp_path):
    state = State(Phase.RUNNING, {"kafka": EngineState("127.0.0.1:21000", 7, ("port 1 is 2 now",))}, ("ready",))
    state.write(tmp_path)
    assert State.read(tmp_path) == state


def test_a_torn_or_foreign_state_is_none(tmp_path):
    assert State.read(tmp_path) is None
    for torn in ("", "{", "[]", '{"phase": "dancing"}', '{"phase": "running"}'):
        state_file(tmp_path).write_text(torn)
        assert State.read(tmp_path) is None


async def test_a_held_folder_cannot_be_taken_and_names_its_holder(tmp_path):
    path = tmp_path / "lock"
    assert holder(path) is None
    with FolderLock.attempt(path) as lock:
        assert await FolderLock.wait(path, 0.0) is None
        assert holder(path) == os.getpid()
        lock.name_holder(123456)
        assert holder(path) == 123456
    assert not is_held(path)
    assert holder(path) is None


async def test_a_folder_is_free_again_when_its_holder_lets_go(tmp_path):
    FolderLock.attempt(tmp_path / "lock").release()
    lock = await FolderLock.wait(tmp_path / "lock", 0.0)
    assert lock is not None
    lock.release()


def test_a_log_stays_below_its_limit_and_keeps_what_went_before(tmp_path):
    log = tmp_path / "engine.log"
    with log.open("ab") as engine:
        engine.write(b"x" * 100)
        engine.flush()
        trim(log, 100)
        assert log.stat().st_size == 100
        engine.write(b"y")
        engine.flush()
        trim(log, 100)
        engine.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "engine.log.1").read_bytes() == b"x" * 100 + b"y"


def test_a_log_that_cannot_be_kept_is_begun_anew_all_the_same(tmp_path):
    log = tmp_path / "engine.log"
    log.write_bytes(b"x" * 101)
    (tmp_path / "engine.log.1").mkdir()
    trim(log, 100)
    assert log.read_bytes() == b""
    trim(tmp_path / "removed.log", 100)


def test_the_table_shows_up_down_and_silent_engines_and_their_notes():
    text = table(
        [
            Seen("Kafka", "127.0.0.1:21000", 41, 190_000_000, 3725.0, reachable=True),
            Seen("MongoDB", "mongodb://127.0.0.1:24000", 42, 52_400_000, 61.0, notes=("port 24001 is 24000 now",)),
            Seen("S3"),
        ]
    )
    header, kafka, mongo, s3, note = text.splitlines()
    assert header.split() == ["engine", "state", "address", "pid", "memory", "up", "for"]
    assert kafka.split() == ["Kafka", "up", "127.0.0.1:21000", "41", "190", "MB", "1", "h", "2", "min"]
    assert "does not answer" in mongo
    assert mongo.endswith("52 MB   1 min 1 s")
    assert s3.split() == ["S3", "down", "-", "-", "-", "-"]
    assert note == "MongoDB: port 24001 is 24000 now"
