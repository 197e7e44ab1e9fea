"""The broker's configuration."""

from tools.engines import kafka_config


def settings(text):
    return dict(line.split("=", 1) for line in text.splitlines())


def test_it_listens_on_this_machine_only():
    found = settings(kafka_config.properties(1, 21000, {1: 21001}))
    assert found["listeners"] == "BROKER://127.0.0.1:21000,CONTROLLER://127.0.0.1:21001"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:21001"


def test_clients_are_sent_where_it_listens_or_to_what_stands_before_it():
    assert settings(kafka_config.properties(1, 21000, {1: 21001}))["advertised.listeners"] == "BROKER://127.0.0.1:21000"
    proxied = settings(kafka_config.properties(1, 21000, {1: 21001}, advertised_port=40000))
    assert proxied["advertised.listeners"] == "BROKER://127.0.0.1:40000"
    assert proxied["listeners"].startswith("BROKER://127.0.0.1:21000,")


def test_one_node_is_enough_for_every_internal_topic():
    found = settings(kafka_config.properties(1, 21000, {1: 21001}))
    copies = {name: value for name, value in found.items() if name.endswith(("replication.factor", "min.isr"))}
    assert len(copies) == 5
    assert set(copies.values()) == {"1"}


def test_of_three_nodes_each_has_a_copy_and_two_must_have_a_record():
    found = settings(kafka_config.properties(2, 21000, {1: 21001, 2: 21002, 3: 21003}))
    assert found["node.id"] == "2"
    assert found["listeners"] == "BROKER://127.0.0.1:21000,CONTROLLER://127.0.0.1:21002"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003"
    assert {value for name, value in found.items() if name.endswith("replication.factor")} == {"3"}
    assert {value for name, value in found.items() if name.endswith("min.isr")} == {"2"}


def test_topics_are_not_created_by_accident():
    assert settings(kafka_config.properties(1, 1, {1: 2}))["auto.create.topics.enable"] == "false"


def test_paths_are_relative_so_that_no_folder_name_can_break_the_file():
    assert settings(kafka_config.properties(1, 1, {1: 2}))["log.dirs"] == "store"


def test_a_benchmark_may_have_a_bigger_heap_and_the_full_compiler():
    light, full = kafka_config.java_options(256, full_jit=False), kafka_config.java_options(1024, full_jit=True)
    assert {"-Xmx256m", "-XX:TieredStopAtLevel=1"} <= set(light)
    assert "-Xmx1024m" in full
    assert not any("TieredStopAtLevel" in option for option in full)
