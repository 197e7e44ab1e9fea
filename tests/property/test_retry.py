"""Back-off: between half and all of a wait that doubles up to its cap, per partition."""

from hypothesis import given
from hypothesis import strategies as st

from rasid.stream.retry import Backoff, Retries

CHANCE = st.floats(0, 1, exclude_max=True)
BACKOFFS = st.builds(Backoff, base_seconds=st.floats(0.001, 10), cap_seconds=st.floats(0.001, 600))


@given(BACKOFFS, st.integers(1, 10_000), CHANCE)
def test_a_wait_is_never_longer_than_the_cap_nor_shorter_than_half_of_what_it_could_be(backoff, tries, chance):
    delay = backoff.delay_seconds(tries, chance)
    longest = min(backoff.cap_seconds, backoff.base_seconds * 2.0 ** min(tries - 1, 30))
    assert longest / 2 <= delay <= longest <= backoff.cap_seconds


@given(BACKOFFS, st.integers(1, 100), CHANCE)
def test_the_next_wait_is_never_shorter_for_the_same_chance(backoff, tries, chance):
    assert backoff.delay_seconds(tries, chance) <= backoff.delay_seconds(tries + 1, chance)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["failed", "succeeded"]), st.floats(0, 5))))
def test_a_partition_waits_exactly_from_its_last_failure_until_its_delay_is_over(story):
    retries = Retries(Backoff(), chance=lambda: 0.5)
    now, until = 0.0, {}
    for partition, what, seconds in story:
        now += seconds
        if what == "failed":
            until[partition] = now + retries.failed(partition, now)
        else:
            until.pop(partition, None)
            retries.succeeded(partition)
        assert retries.waiting(now) == {p for p, moment in until.items() if now < moment}


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_after_a_rebalance_only_what_is_still_ours_waits(failed, ours):
    retries = Retries(Backoff(), chance=lambda: 0.5)
    first = {partition: retries.failed(partition, 0.0) for partition in failed}
    retries.keep(ours)
    assert retries.waiting(0.0) == failed & ours
    for partition, delay in first.items():
        assert (retries.failed(partition, 0.0) > delay) == (partition in ours)
