"""The runner of the shares: no test is left out, nothing is said by halves, nothing is left running."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests import conftest, shares
from tests.support.eventually import eventually

TESTS = Path(__file__).parents[1]
BY_NAME = {f"tests/{folder.name}" for folder in conftest.BY_NAME}
# Says that it has begun, and waits until a file is there.
WAITS = """
import pathlib, sys, time
print("begun", flush=True)
try:
    pathlib.Path(sys.argv[1]).touch()
    while not pathlib.Path(sys.argv[2]).exists():
        time.sleep(0.01)
    print("went on")
except KeyboardInterrupt:
    print("tidied up")
    sys.exit(2)
"""

# Waits until two others have begun, gives a fourth half a second to begin as well, and fails when it has.
QUICK = """
import pathlib, sys, time
*others, last = map(pathlib.Path, sys.argv[1:])
while not all(path.exists() for path in others):
    time.sleep(0.01)
time.sleep(0.5)
sys.exit(last.exists())
"""


def python(text: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-c", text, *map(str, arguments))


def test_every_folder_of_tests_is_in_one_share():
    named = sorted(folder for folders in shares.FOLDERS.values() for folder in folders)
    there = {f"tests/{path.relative_to(TESTS).parts[0]}" for path in TESTS.rglob("test_*.py")}
    assert named == sorted(there - BY_NAME)


def test_shares_can_be_named_and_an_unknown_one_is_refused():
    assert list(shares.commands([])) == list(shares.FOLDERS)
    assert shares.commands(["fault"])["fault"][-1] == "tests/fault"
    with pytest.raises(SystemExit, match="fautl"):
        shares.commands(["fautl"])


async def test_they_run_side_by_side_and_what_each_says_is_whole(tmp_path: Path):
    one, other, said = tmp_path / "one", tmp_path / "other", list[str]()
    waiting = {"a": python(WAITS, one, other), "b": python(WAITS, other, one)}
    assert await shares.run(waiting, said.append) == 0
    assert [text.endswith("\nbegun\nwent on\n") for text in said] == [True, True, False]
    assert said[-1].startswith("\n=== summary\n")
    assert said[-1].count("passed") == 2


async def test_beside_given_engines_one_runs_after_the_other(tmp_path: Path):
    here, said = tmp_path / "here", list[str]()
    alone = python("import pathlib, sys\np = pathlib.Path(sys.argv[1])\np.mkdir()\np.rmdir()", here)
    assert await shares.run(dict.fromkeys("abc", alone), said.append, at_once=1) == 0


async def test_no_more_than_three_run_at_once_and_the_next_begins_when_one_has_ended(tmp_path: Path):
    two, last, said = [tmp_path / "one", tmp_path / "two"], tmp_path / "last", list[str]()
    quick = python(QUICK, *two, last)
    waiting = {path.name: python(WAITS, path, last) for path in two}
    final = python("import pathlib, sys; pathlib.Path(sys.argv[1]).touch()", last)
    assert await shares.run({**waiting, "quick": quick, "final": final}, said.append) == 0


@pytest.mark.parametrize("end", ["raise SystemExit(1)", "raise SystemExit(5)", "import os; os.kill(os.getpid(), 9)"])
async def test_one_that_fails_fails_the_run_when_all_have_ended(end: str):
    said: list[str] = []
    assert await shares.run({"bad": python(end), "good": python("print('as ever')")}, said.append) == 1
    assert "FAILED" in said[-1]
    assert "passed  as ever" in said[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupt_lets_all_end_in_order_and_is_no_success(tmp_path: Path, number: signal.Signals):
    begun, said = [tmp_path / "one", tmp_path / "two"], list[str]()
    waiting = {path.name: python(WAITS, path, tmp_path / "never") for path in begun}
    running = asyncio.create_task(shares.run(waiting, said.append))
    await eventually(lambda: all(path.exists() for path in begun), 20, "both have begun")
    os.kill(os.getpid(), number)
    assert await running == shares.INTERRUPTED
    assert sum(text.endswith("\nbegun\ntidied up\n") for text in said) == 2
    assert said[-1].count("FAILED (2)") == 2


async def test_one_that_does_not_end_when_interrupted_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shares, "ENDING_SECONDS", 0.1)
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + WAITS
    begun, said = tmp_path / "begun", list[str]()
    running = asyncio.create_task(shares.run({"deaf": python(deaf, begun, tmp_path / "never")}, said.append))
    await eventually(begun.exists, 20, "it has begun")
    os.kill(os.getpid(), signal.SIGINT)
    assert await running == shares.INTERRUPTED
    assert "FAILED (-9)" in said[-1]


async def test_whoever_is_impatient_interrupts_twice(tmp_path: Path):
    slow = WAITS.replace("sys.exit(2)", "pathlib.Path(sys.argv[2]).touch(); time.sleep(60)")
    begun, interrupted, said = tmp_path / "begun", tmp_path / "interrupted", list[str]()
    running = asyncio.create_task(shares.run({"slow": python(slow, begun, interrupted)}, said.append))
    for reached in (begun, interrupted):
        await eventually(reached.exists, 20, f"it has {reached.name}")
        os.kill(os.getpid(), signal.SIGINT)
    assert await running == shares.INTERRUPTED
    assert "FAILED (-9)" in said[-1]
