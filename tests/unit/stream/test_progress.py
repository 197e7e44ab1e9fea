from rasid.stream.progress import Progress


def test_a_partition_that_moves_or_has_nothing_to_do_is_not_still():
    progress = Progress()
    assert progress.still_since({0: 5, 1: 7}, {0: 9, 1: 7}, now=1.0) == 1.0
    assert progress.still_since({0: 6, 1: 7}, {0: 9, 1: 7}, now=2.0) == 2.0
    assert progress.still_since({0: 9, 1: 7}, {0: 9, 1: 7}, now=3.0) == 3.0


def test_the_stillest_of_those_that_have_something_to_do_counts():
    progress = Progress()
    progress.still_since({0: 5, 1: 5, 2: 5}, {0: 9, 1: 9, 2: 5}, now=1.0)
    progress.still_since({0: 5, 1: 6, 2: 5}, {0: 9, 1: 9, 2: 5}, now=2.0)
    assert progress.still_since({0: 5, 1: 6, 2: 5}, {0: 9, 1: 9, 2: 5}, now=3.0) == 1.0


def test_records_that_come_after_a_long_silence_start_the_count_anew():
    progress = Progress()
    progress.still_since({0: 5}, {0: 5}, now=1.0)
    progress.still_since({0: 5}, {0: 5}, now=100.0)
    assert progress.still_since({0: 5}, {0: 8}, now=101.0) == 100.0


def test_a_partition_that_was_paused_on_purpose_starts_afresh():
    progress = Progress()
    progress.still_since({0: 5}, {0: 9}, now=1.0)
    progress.still_since({}, {0: 9}, now=50.0)
    assert progress.still_since({0: 5}, {0: 9}, now=60.0) == 60.0


def test_without_partitions_nothing_is_still():
    assert Progress().still_since({}, {}, now=4.0) == 4.0
