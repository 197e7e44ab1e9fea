"""Building an engine once, and saying plainly why it cannot be built."""

import os
import threading

import pytest

from tools.engines.built import Recipe, build
from tools.engines.errors import EngineError


def recipe(script, **more):
    settings = {"tools": ("sh",), "tools_are": "a shell", "given_by": "RASID_TEST_ENGINE", "minutes": 1, **more}
    return Recipe(
        title="Some engine", name="engine", version="1", command=("sh", "-c", script, "sh", "{folder}"), **settings
    )


MAKES_IT = 'echo made >> "$1/../times"; printf "#!/bin/sh" > "$1/engine"; chmod +x "$1/engine"'


def test_it_is_built_once_and_how_long_that_took_is_told(tmp_path):
    told = []
    program = build(recipe(MAKES_IT), told.append, cache=tmp_path)
    assert program == tmp_path / "engine" / "1" / "engine"
    assert os.access(program, os.X_OK)
    assert "about 1 minutes, once" in told[0]
    assert told[-1].startswith("Some engine is built (0 s)")
    assert build(recipe(MAKES_IT), told.append, cache=tmp_path) == program
    assert len(told) == 2
    assert (program.parent / "times").read_text() == "made\n"


def test_of_two_at_once_the_second_waits_for_the_first(tmp_path):
    threads = [threading.Thread(target=build, args=(recipe(MAKES_IT),), kwargs={"cache": tmp_path}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "engine" / "1" / "times").read_text() == "made\n"


def test_a_missing_tool_is_said_before_anything_is_begun(tmp_path):
    with pytest.raises(EngineError, match="no-such-tool and neither cannot be found") as refused:
        build(recipe(MAKES_IT, tools=("sh", "no-such-tool", "neither")), cache=tmp_path)
    assert "install a shell" in refused.value.fix


def test_a_build_that_fails_says_its_last_lines_and_leaves_nothing_that_could_be_taken_for_the_program(tmp_path):
    fails = recipe('touch "$1/engine"; echo "dial tcp: no route to host" >&2; exit 1')
    with pytest.raises(EngineError, match="no route to host") as refused:
        build(fails, cache=tmp_path)
    assert "registry" in refused.value.fix
    assert not fails.is_built(tmp_path)
    assert sorted(path.name for path in (tmp_path / "engine" / "1").iterdir()) == ["engine.log", "lock"]


def test_a_build_that_is_given_up_ends_with_all_it_has_started(tmp_path):
    given_up = threading.Event()
    given_up.set()
    with pytest.raises(EngineError, match="interrupted"):
        build(recipe("sleep 100 & wait"), given_up=given_up, cache=tmp_path)


def test_what_an_interrupted_build_has_left_does_not_disturb_the_next(tmp_path):
    incoming = tmp_path / "engine" / "1" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "half").touch()
    build(recipe(MAKES_IT), cache=tmp_path)
    assert not incoming.exists()
