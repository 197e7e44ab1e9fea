"""The limit is reached exactly when its definition says so."""

from hypothesis import given
from hypothesis import strategies as st

from rasid.stream.limit import DeadLetterLimit, Limit

RECORDS = st.lists(st.tuples(st.booleans(), st.sampled_from([b"cam-1", b"cam-2", b"cam-3"])), max_size=60)
LIMITS = st.builds(
    Limit,
    in_a_row=st.integers(2, 8),
    keys=st.integers(1, 3),
    ratio=st.sampled_from([0.2, 0.5, 1.0]),
    window=st.sampled_from([10, 20]),
)


@given(LIMITS, RECORDS)
def test_the_limit_is_what_it_says(limit, records):
    counted = DeadLetterLimit(limit)
    for count, (is_dead, key) in enumerate(records, 1):
        counted.dead(key) if is_dead else counted.good()
        assert (counted.reached() is not None) == is_reached(limit, records[:count])


def is_reached(limit, records):
    run = []
    for is_dead, key in reversed(records):
        if not is_dead:
            break
        run.append(key)
    dead = sum(is_dead for is_dead, _ in records[-limit.window :])
    in_a_row = len(run) >= limit.in_a_row and len(set(run)) >= limit.keys
    return in_a_row or dead >= limit.ratio * limit.window


@given(LIMITS, RECORDS)
def test_after_a_reset_it_counts_from_nothing(limit, records):
    counted = DeadLetterLimit(limit)
    for is_dead, key in records:
        counted.dead(key) if is_dead else counted.good()
    counted.reset()
    assert counted.reached() is None


def test_the_defaults_are_what_the_documents_say():
    counted = DeadLetterLimit(Limit())
    for number in range(99):
        counted.dead(b"cam-%d" % (number % 2))
    assert counted.reached() is None
    counted.dead(b"cam-1")
    assert "100 records in a row" in counted.reached()
    one_camera = DeadLetterLimit(Limit())
    for _ in range(199):
        one_camera.dead(b"cam-1")
    assert one_camera.reached() is None
    one_camera.dead(b"cam-1")
    assert "200 of the last 1000" in one_camera.reached()
