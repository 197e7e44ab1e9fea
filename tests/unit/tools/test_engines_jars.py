"""Kafka's jars: the lock, and fetching what is missing of it."""

import hashlib
from threading import Event

import pytest

from tools.engines import jars, maven
from tools.engines.errors import EngineError
from tools.engines.jar_lock import LOCK_FILE, ROOTS, Jar, measure, parse, render

CONTENT = {"org.a:one:1.0": b"the first jar", "org.b:two:2.0": b"the second jar"}


def locked(coordinate):
    content = CONTENT[coordinate]
    return Jar(coordinate, hashlib.sha256(content).hexdigest(), len(content))


class Registry:
    """Stands in for the Maven repository: what it serves, and what it was asked for."""

    def __init__(self):
        self.serves = dict(CONTENT)
        self.asked = []
        self.failures = 0

    def download(self, coordinate, folder, arrived):
        self.asked.append(coordinate)
        if self.failures:
            self.failures -= 1
            raise EngineError("not reachable", "connect")
        path = folder / coordinate.replace(":", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.serves[coordinate])
        arrived(len(self.serves[coordinate]))
        return path


@pytest.fixture
def registry(monkeypatch, tmp_path):
    lock = tmp_path / "test.lock"
    lock.write_text(render(locked(coordinate) for coordinate in CONTENT))
    registry = Registry()
    monkeypatch.setattr(jars, "LOCK_FILE", lock)
    monkeypatch.setattr(maven, "download", registry.download)
    monkeypatch.setattr(jars, "RETRY_SECONDS", 0.0)
    return registry


def test_the_lock_names_all_46_jars_and_no_address():
    text = LOCK_FILE.read_text()
    found = parse(text)
    assert len(found) == 46
    assert set(ROOTS) <= {jar.coordinate for jar in found}
    assert all(len(jar.sha256) == 64 and jar.size_bytes > 0 for jar in found)
    assert "//" not in text


def test_a_lock_reads_back_as_it_was_written():
    written = tuple(locked(coordinate) for coordinate in CONTENT)
    assert parse(render(written)) == written


@pytest.mark.parametrize("line", ["org.a:one:1.0 abc", "org.a:one abc 12", "org.a:one:1.0 abc twelve"])
def test_a_line_that_is_no_lock_entry_is_refused(line):
    with pytest.raises(ValueError, match=r"unpack|int"):
        parse(line)


def test_two_jars_with_one_file_name_are_refused():
    with pytest.raises(ValueError, match="same file name"):
        parse("org.a:one:1.0 abc 1\norg.b:one:1.0 abc 1\n")


def test_a_jar_is_known_by_size_and_checksum(tmp_path):
    path = tmp_path / "one.jar"
    path.write_bytes(b"the first jar")
    assert measure("org.a:one:1.0", path) == locked("org.a:one:1.0")
    assert locked("org.a:one:1.0").is_at(path)
    path.write_bytes(b"the FIRST jar")
    assert not locked("org.a:one:1.0").is_at(path)
    assert not locked("org.a:one:1.0").is_at(tmp_path / "absent.jar")


def test_everything_is_fetched_in_the_order_of_the_lock_and_told(registry, tmp_path):
    told = []
    paths = jars.fetch(tmp_path / "jars", told.append)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert told
    assert sorted(path.name for path in (tmp_path / "jars").iterdir()) == ["lock", "one-1.0.jar", "two-2.0.jar"]
    assert sorted(registry.asked) == sorted(CONTENT)


def test_what_is_there_is_not_fetched_again(registry, tmp_path):
    jars.fetch(tmp_path)
    registry.asked.clear()
    told = []
    jars.fetch(tmp_path, told.append)
    assert registry.asked == []
    assert told == []


def test_a_damaged_jar_is_fetched_again(registry, tmp_path):
    first, _second = jars.fetch(tmp_path)
    first.write_bytes(b"half")
    registry.asked.clear()
    jars.fetch(tmp_path)
    assert registry.asked == ["org.a:one:1.0"]
    assert first.read_bytes() == CONTENT["org.a:one:1.0"]


def test_leftovers_of_an_interrupted_fetch_are_not_trusted(registry, tmp_path):
    partial = tmp_path / "incoming" / "1" / "org.a-one-1.0"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"the fir")
    first, _second = jars.fetch(tmp_path)
    assert first.read_bytes() == CONTENT["org.a:one:1.0"]
    assert not (tmp_path / "incoming").exists()


def test_another_jar_than_the_locked_one_is_never_used(registry, tmp_path):
    registry.serves["org.b:two:2.0"] = b"something else"
    with pytest.raises(EngineError, match="not the jar that was locked") as refused:
        jars.fetch(tmp_path)
    assert "do not use it" in refused.value.fix
    assert not (tmp_path / "two-2.0.jar").exists()


def test_a_download_that_fails_twice_is_tried_a_third_time(registry, tmp_path):
    registry.failures = 2
    assert len(jars.fetch(tmp_path)) == 2


def test_without_network_the_error_says_what_to_do_and_what_arrived_is_kept(registry, tmp_path):
    (tmp_path / "one-1.0.jar").write_bytes(CONTENT["org.a:one:1.0"])
    registry.failures = 99
    with pytest.raises(EngineError) as failed:
        jars.fetch(tmp_path)
    assert failed.value.fix
    assert (tmp_path / "one-1.0.jar").exists()
    assert "org.a:one:1.0" not in registry.asked


def test_a_fetch_can_be_given_up(registry, tmp_path):
    given_up = Event()
    given_up.set()
    with pytest.raises(EngineError, match="interrupted"):
        jars.fetch(tmp_path, given_up=given_up)


def test_a_failed_download_names_its_root_cause(tmp_path, monkeypatch):
    import jgo.maven  # noqa: PLC0415 - only this test needs it

    def unreachable(_resolver, _artifact):
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except ConnectionRefusedError as error:
            raise RuntimeError("long words of the library") from error

    monkeypatch.setattr(jgo.maven.PythonResolver, "download", unreachable)
    with pytest.raises(EngineError, match="Connection refused") as failed:
        maven.download("org.a:one:1.0", tmp_path, lambda _bytes: None)
    assert "connect this machine" in failed.value.fix
