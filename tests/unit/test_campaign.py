"""The campaign's plan: as much as was asked for, and the same again from the same seed."""

import random
from collections import Counter

import pytest

from tests.campaign.cameras import lanes
from tests.campaign.plan import CLOCK_KINDS, ENGINE_KINDS, NETWORK_KINDS, Kind, Targets, plan

SERVICES = ("ingest", "alerts", "search")
TARGETS = Targets(SERVICES, {"kafka": 3, "mongo": 1, "objects": 1}, disks=("spool",), clocks=SERVICES)


def steps(seed, targets=TARGETS):
    return plan(targets, random.Random(seed), kills=20, rounds=2)


def test_a_seed_makes_the_same_faults_in_the_same_order_again():
    assert steps(7) == steps(7)
    assert steps(7) != steps(8)


def test_each_service_is_killed_as_often_as_was_asked_for_and_nothing_is_spared():
    found = Counter((fault.kind, fault.target) for step in steps(7) for fault in step)
    assert [found[Kind.KILL, service] for service in SERVICES] == [20, 20, 20]
    for engine in TARGETS.engines:
        assert {found[kind, engine] for kind in (*ENGINE_KINDS, *NETWORK_KINDS)} == {2}
    assert found[Kind.FULL, "spool"] == 2
    assert [sum(found[kind, service] for service in SERVICES) for kind in CLOCK_KINDS] == [4, 4]
    assert len(found) == 3 + 3 * 6 + 1 + sum((kind, one) in found for kind in CLOCK_KINDS for one in SERVICES)


def test_things_happen_at_the_same_time_and_never_two_to_one():
    found = steps(7)
    assert {len(step) for step in found} == {1, 2, 3}
    for step in found:
        touched = Counter(one for fault in step for one in fault.touches)
        assert set(touched.values()) == {1}


def test_one_node_of_several_is_picked_and_sometimes_all_of_them():
    found = {fault.node for seed in range(20) for step in steps(seed) for fault in step if fault.target == "kafka"}
    assert found == {0, 1, 2, 3}
    assert {fault.node for step in steps(7) for fault in step if fault.target == "mongo"} == {0}


def test_where_clocks_do_not_step_and_nothing_is_mounted_the_rest_happens():
    found = {fault.kind for step in steps(7, Targets(SERVICES, {"mongo": 1})) for fault in step}
    assert found == {Kind.KILL, *ENGINE_KINDS, *NETWORK_KINDS}


@pytest.mark.parametrize(
    ("numbers", "count"),
    [((), 0), ((1, 2, 3), 1), ((1, 5, 2, 6, 3, 7), 2), ((2, 3, 1, 4), 2), ((3, 2, 1), 3), ((1, 9, 5, 2, 10), 3)],
)
def test_the_lanes_of_an_order_are_the_fewest_that_make_it(numbers, count):
    assert lanes(numbers) == count
