"""Which brokers are too old."""

import pytest

from rasid.errors import ConfigurationError
from rasid.stream.checks import check_versions


@pytest.mark.parametrize("produce", [12, 13, 20])
def test_kafka_4_and_newer_are_taken(produce):
    check_versions({0: produce, 1: 18})


@pytest.mark.parametrize("known", [{0: 11}, {}])
def test_an_older_one_is_refused_with_the_fix(known):
    with pytest.raises(ConfigurationError, match=r"older than Kafka 4\.0") as refused:
        check_versions(known)
    assert "RASID_KAFKA" in refused.value.fix
