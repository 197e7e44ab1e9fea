import pytest

from rasid.stream.offsets import Offsets


def assigned(*partitions):
    offsets = Offsets(interval_seconds=1.0)
    offsets.assign(partitions)
    return offsets


def test_the_commit_is_last_done_plus_one_and_never_the_position():
    offsets = assigned(0)
    offsets.take(0, [10, 11, 12])
    assert offsets.due(0.0) == {}
    offsets.done(offsets.epoch, 0, [10])
    assert offsets.due(0.0) == {0: 11}


def test_a_hole_of_undone_stops_the_commit():
    offsets = assigned(0)
    offsets.take(0, [10, 11, 12])
    offsets.done(offsets.epoch, 0, [10, 12])
    assert offsets.due(0.0) == {0: 11}
    assert offsets.has_undone(0)
    offsets.done(offsets.epoch, 0, [11])
    assert offsets.uncommitted() == {0: 13}


def test_offsets_that_hold_no_record_are_stepped_over():
    offsets = assigned(0)
    offsets.take(0, [3, 7, 20])
    offsets.done(offsets.epoch, 0, [3, 7])
    assert offsets.uncommitted() == {0: 8}


def test_at_most_one_commit_per_interval_and_none_without_news():
    offsets = assigned(0)
    offsets.take(0, [0, 1, 2])
    offsets.done(offsets.epoch, 0, [0])
    assert offsets.due(5.0) == {0: 1}
    offsets.committed(offsets.epoch, {0: 1})
    assert offsets.due(5.5) == {}
    offsets.done(offsets.epoch, 0, [1])
    assert offsets.due(5.9) == {}
    assert offsets.due(6.0) == {0: 2}


def test_a_commit_that_failed_is_due_again():
    offsets = assigned(0)
    offsets.take(0, [0])
    offsets.done(offsets.epoch, 0, [0])
    assert offsets.due(0.0) == offsets.due(1.0) == {0: 1}


def test_what_an_old_assignment_says_late_is_ignored():
    offsets = assigned(0)
    old = offsets.epoch
    offsets.take(0, [0, 1])
    offsets.assign([0])
    offsets.take(0, [0, 1])
    offsets.done(old, 0, [0, 1])
    offsets.committed(old, {0: 2})
    assert offsets.uncommitted() == {}
    assert offsets.has_undone(0)


def test_after_a_rewind_the_undone_comes_again_from_the_first_on():
    offsets = assigned(0)
    offsets.take(0, [4, 5, 6])
    offsets.done(offsets.epoch, 0, [4])
    assert offsets.rewind(0) == 5
    offsets.take(0, [5, 6])
    offsets.done(offsets.epoch, 0, [5, 6])
    assert offsets.uncommitted() == {0: 7}


def test_of_a_partition_nothing_is_known_of_there_is_nothing_to_rewind():
    with pytest.raises(LookupError):
        assigned(3).rewind(3)
