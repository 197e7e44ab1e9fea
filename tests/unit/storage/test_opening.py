"""What a database must be before a service begins, and how it is told what it is not."""

from datetime import UTC, datetime, timedelta

import pytest

from rasid.errors import ConfigurationError
from rasid.storage.indexes import Index, fault_of
from rasid.storage.opening import MAX_SKEW, check_hello

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD = {"maxWireVersion": 25, "setName": "rasid", "localTime": NOW}
INDEX = Index("passages", (("expires_at", 1),), expire_after_seconds=0)
THERE = {"key": {"expires_at": 1}, "expireAfterSeconds": 0}


@pytest.mark.parametrize("skew", [timedelta(0), MAX_SKEW, -MAX_SKEW])
def test_a_replica_set_that_is_new_enough_and_on_time_is_taken(skew):
    check_hello(GOOD | {"localTime": NOW + skew}, NOW)


@pytest.mark.parametrize(
    ("change", "problem", "fix"),
    [
        ({"maxWireVersion": 17}, "older than MongoDB 7.0", "upgrade"),
        ({"localTime": NOW + timedelta(hours=1)}, "3600 s ahead of", "NTP"),
        ({"localTime": NOW - timedelta(minutes=1)}, "60 s behind", "NTP"),
    ],
)
def test_any_other_is_refused_with_the_fix(change, problem, fix):
    with pytest.raises(ConfigurationError) as refused:
        check_hello(GOOD | change, NOW)
    assert problem in refused.value.problem
    assert fix in refused.value.fix


def test_a_server_by_itself_is_refused_because_it_has_no_transactions():
    with pytest.raises(ConfigurationError, match="replica set"):
        check_hello({name: value for name, value in GOOD.items() if name != "setName"}, NOW)


def test_an_index_that_is_there_as_declared_has_no_fault():
    assert fault_of(INDEX, [{"key": {"_id": 1}}, THERE]) is None


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ([], "is missing"),
        ([{"key": {"expires_at": -1}, "expireAfterSeconds": 0}], "is missing"),
        ([{"key": {"expires_at": 1, "plate": 1}}], "is missing"),
        ([{"key": {"expires_at": 1}}], "is another one"),
        ([THERE | {"expireAfterSeconds": 7}], "is another one"),
        ([THERE | {"unique": True}], "is another one"),
    ],
)
def test_one_that_is_missing_or_another_is_named(found, fault):
    assert fault_of(INDEX, found) == f"the index of passages by expires_at {fault}"
