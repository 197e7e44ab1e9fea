"""The campaign's plan: as much as was asked for, and the same again from the same seed."""

import random
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.campaign.cameras import lanes
from tests.campaign.faults import plan
from tests.support.proxy import Proxy


def part(name):
    return SimpleNamespace(name=name)


PLATFORM = SimpleNamespace(
    services=(part("ingest"), part("alerts")),
    engines=SimpleNamespace(kafka=part("kafka"), mongo=part("mongo"), objects=part("objects")),
)
NETWORK = {"the database": Proxy(lambda: 1)}


def names(seed):
    return [fault.name for fault in plan(PLATFORM, NETWORK, random.Random(seed), kills=20, rounds=2)]


def test_a_seed_makes_the_same_faults_in_the_same_order_again():
    assert names(7) == names(7)
    assert names(7) != names(8)


def test_each_service_is_killed_as_often_as_was_asked_for_and_nothing_is_spared():
    found = Counter(name.split(" for ")[0] for name in names(7))
    assert found["kill ingest"] == found["kill alerts"] == 20
    for engine in ("kafka", "mongo", "objects"):
        assert [found[f"{way} {engine}"] for way in ("kill", "stop", "pause")] == [2, 2, 2]
    assert found["cut off the database"] == 2
    assert found["the database slower by 0.5 s"] == 2


@pytest.mark.parametrize(
    ("numbers", "count"),
    [((), 0), ((1, 2, 3), 1), ((1, 5, 2, 6, 3, 7), 2), ((2, 3, 1, 4), 2), ((3, 2, 1), 3), ((1, 9, 5, 2, 10), 3)],
)
def test_the_lanes_of_an_order_are_the_fewest_that_make_it(numbers, count):
    assert lanes(numbers) == count
