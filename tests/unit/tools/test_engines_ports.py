"""Ports: chosen once, remembered, replaced only when taken."""

from pathlib import Path

import pytest

from tools.engines import EngineError, Kafka, Mongo, Objects, ports

SPAN = range(20000, 20010)


def free_except(*taken):
    return lambda port: port not in taken


def test_a_new_engine_gets_the_first_free_ports():
    choice = ports.choose(("one", "two"), SPAN, {}, free_except(20000, 20002))
    assert choice == ports.Choice({"one": 20001, "two": 20003})


def test_remembered_ports_stay():
    choice = ports.choose(("one", "two"), SPAN, {"one": 20007, "two": 20000}, free_except())
    assert choice == ports.Choice({"one": 20007, "two": 20000})


def test_a_new_name_never_gets_a_remembered_port():
    choice = ports.choose(("new", "old"), SPAN, {"old": 20000}, free_except())
    assert choice.ports == {"new": 20001, "old": 20000}


def test_a_taken_port_is_replaced_and_that_is_told():
    choice = ports.choose(("one", "two"), SPAN, {"one": 20000, "two": 20005}, free_except(20005))
    assert choice.ports == {"one": 20000, "two": 20001}
    assert choice.moved == ("port 20005 (two) was taken by another program, so it is 20001 now",)


def test_when_no_port_is_free_that_is_said():
    with pytest.raises(EngineError, match="No port is free"):
        ports.choose(("one",), SPAN, {"one": 20000}, free_except(*SPAN))


def test_candidates_are_the_whole_span_from_a_place_that_depends_on_the_folder():
    one, other = ports.candidates(SPAN, Path("/data/one")), ports.candidates(SPAN, Path("/data/other"))
    assert sorted(one) == sorted(other) == list(SPAN)
    assert list(one) != list(other)


def test_ports_are_remembered_in_a_file(tmp_path):
    ports.save(tmp_path / "ports.json", {"s3": 26000})
    assert ports.load(tmp_path / "ports.json") == {"s3": 26000}


def test_a_missing_or_torn_file_remembers_nothing(tmp_path):
    assert ports.load(tmp_path / "absent.json") == {}
    for torn in ("", '{"s3": 26', "[]", '{"s3": null}'):
        (tmp_path / "ports.json").write_text(torn)
        assert ports.load(tmp_path / "ports.json") == {}


def test_engines_of_one_folder_never_want_the_same_port_nor_one_of_an_outgoing_connection():
    spans = [set(engine.port_span) for engine in (Kafka, Mongo, Objects)]
    assert sum(len(span) for span in spans) == len(set.union(*spans))
    assert max(set.union(*spans)) < 32768
