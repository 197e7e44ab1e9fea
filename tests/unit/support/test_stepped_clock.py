"""A clock that steps in a process of ours, and in no other."""

import os
import subprocess
import sys
import time

import pytest

from tests.support.stepped_clock import build, set_ahead, stepping

ASKED = """
import datetime, sys, time
for _ in sys.stdin:
    began = time.monotonic()
    time.sleep(0.25)
    print(time.time(), datetime.datetime.now(datetime.UTC).timestamp(), time.monotonic() - began, flush=True)
"""
HOUR = 3600


@pytest.fixture
def told(tmp_path):
    """Asks a process what time it is: twice, and how long a quarter of a second takes it."""
    library = build(tmp_path / "library")
    if library is None:
        pytest.skip("there is no C compiler")
    set_ahead(tmp_path, 0)
    environment = {**os.environ, **stepping(library)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", ASKED], cwd=tmp_path, env=environment, text=True, **pipes) as process:

        def ask():
            process.stdin.write("now\n")
            process.stdin.flush()
            return [float(word) for word in process.stdout.readline().split()]

        yield ask
        process.stdin.close()


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
def test_it_steps_while_the_process_runs_and_back_again(told, tmp_path, ahead):
    for seconds in (0, ahead, 0):
        set_ahead(tmp_path, seconds)
        by_time, by_datetime, waited = told()
        assert by_time - time.time() == pytest.approx(seconds, abs=30)
        assert by_datetime == pytest.approx(by_time, abs=5)
        assert 0.2 < waited < 30
