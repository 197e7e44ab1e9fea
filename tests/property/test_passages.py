"""Merging reads: whatever the order, the pieces, the duplicates and the replays, the same passages."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rasid.contract.detections import Image, TimeQuality, Vehicle
from services.search.passage import Passage
from services.search.passages import APART, by_sighting, passage_of, settle
from tests.unit.search.making import RETENTION, read, vehicle

IMAGES = [Image(kind="plate", sha256=f"{number:064x}", media_type="image/jpeg", size_bytes=10) for number in range(4)]

reads = st.builds(
    lambda is_read, plate, changes: read(plate, **changes) if is_read else vehicle(**changes),
    st.booleans(),
    st.sampled_from(["13A12345", "13A1234", "١٣"]),
    st.fixed_dictionaries(
        {
            "track": st.sampled_from(["1", "2"]),
            "revision": st.integers(0, 5),
            "seen": st.one_of(st.floats(0, 30), st.floats(0, 1000)),
            "received": st.floats(0, 2000),
            "time_quality": st.builds(TimeQuality, source=st.just("vendor_utc"), skew_seconds=st.floats(0, 2)),
            "vehicle": st.builds(Vehicle, color=st.sampled_from(["white", "black", None])),
            "images": st.lists(st.sampled_from(IMAGES), max_size=2).map(tuple),
            "site_id": st.sampled_from([None, "site-1"]),
        }
    ),
)


def merged(batches) -> dict[str, Passage]:
    """As the store does it: what is there of a sighting and what comes are settled anew, batch after batch."""
    stored: dict[str, list[Passage]] = {}
    for batch in batches:
        for sighting_id, parts in by_sighting(passage_of(event, RETENTION) for event in batch).items():
            stored[sighting_id] = settle([*stored.get(sighting_id, []), *settle(parts)])
    return {passage.passage_id: passage for passages in stored.values() for passage in passages}


def in_batches(events, chance: random.Random):
    left = list(events)
    while left:
        size = chance.randint(1, len(left))
        yield left[:size]
        left = left[size:]


@given(st.lists(reads, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_order_batches_duplicates_and_replays_do_not_matter(events, chance):
    at_once = merged([events])
    again = [*events, *chance.choices(events, k=3)]
    chance.shuffle(again)
    assert merged(in_batches(again, chance)) == at_once
    assert merged([*in_batches(events, chance), *in_batches(again, chance)]) == at_once


@given(st.lists(reads, min_size=1, max_size=12))
def test_every_read_is_in_exactly_one_passage(events):
    found = [detection for passage in merged([events]).values() for detection in passage.detection_ids]
    by_id = {event.id: event for event in events}
    assert set(found) == set(by_id)
    # One id with two times is a payload that was posted again long after: it may stand in two.
    times = {}
    for event in events:
        times.setdefault(event.id, set()).add(event.data.captured_at)
    assert all(found.count(one) == 1 for one, at in times.items() if len(at) == 1)


@given(st.lists(reads, min_size=1, max_size=12))
def test_passages_of_one_sighting_lie_apart_and_the_first_is_named_after_it(events):
    for parts in by_sighting(merged([events]).values()).values():
        ordered = sorted(parts, key=lambda passage: passage.captured_at)
        assert all(later.captured_at - one.last_captured_at > APART for one, later in pairwise(ordered))
        assert len({passage.passage_id for passage in parts}) == len(parts)


@given(st.lists(reads, min_size=1, max_size=12))
def test_a_passage_is_found_by_whatever_was_read_of_it_and_expires_with_its_first_receipt(events):
    by_id = {event.id: event.data for event in events}
    for passage in merged([events]).values():
        assert (passage.reading is None) == (passage.plates == ())
        if passage.reading is not None:
            assert passage.reading.plate.text in passage.plates
        assert passage.expires_at == passage.received_at + RETENTION
        assert passage.camera_id in {by_id[one].camera_id for one in passage.detection_ids}
