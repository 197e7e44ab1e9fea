"""A paused process: every thread of it, and of what it started, is seen to rest."""

import os
import signal
import subprocess
import sys

import pytest

from tools.engines import stopped
from tools.engines.errors import EngineError
from tools.engines.stopped import wait_until_stopped

BUSY = """
import itertools, os, threading
def spin():
    for _ in itertools.count():
        pass
os.fork()
for _ in range(4):
    threading.Thread(target=spin).start()
os.write(1, b"busy\\n")  # both say it into one pipe: whole, or not yet
"""


@pytest.fixture
def busy():
    """Two processes of several threads that never rest, in a group of their own."""
    process = subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, start_new_session=True)
    try:
        with process.stdout as said:
            assert [said.readline(), said.readline()] == [b"busy\n", b"busy\n"]
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def processor_seconds(group):
    fields = [stopped._fields(path) for path in stopped.PROC.glob("[0-9]*/stat")]
    return sum(int(one[11]) + int(one[12]) for one in fields if one[2:3] == [str(group)])


def test_what_is_stopped_does_no_more_work(busy):
    os.killpg(busy.pid, signal.SIGSTOP)
    wait_until_stopped(busy.pid)
    assert set(stopped._states(busy.pid)) == {"T"}
    before = processor_seconds(busy.pid)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert processor_seconds(busy.pid) == before


def test_what_goes_on_is_told(busy, monkeypatch):
    monkeypatch.setattr(stopped, "PATIENCE_SECONDS", 0.05)
    with pytest.raises(EngineError, match="does not stop"):
        wait_until_stopped(busy.pid)


def test_what_has_ended_is_not_waited_for(busy):
    os.killpg(busy.pid, signal.SIGKILL)
    busy.wait()
    wait_until_stopped(busy.pid)
