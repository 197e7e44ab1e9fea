"""The demo's clips: real ones, the same for the same, and an altered copy differs in one bit."""

import io

import av

from tools.demo.filming import FRAMES_PER_SECOND, altered, clip_mp4
from tools.demo.searching import half_of


def test_a_clip_is_one_that_players_read():
    with av.open(io.BytesIO(clip_mp4("13 A 12345", 1, seconds=2.0))) as container:
        assert "mp4" in container.format.name
        assert len(list(container.decode(video=0))) == 2 * FRAMES_PER_SECOND


def test_the_same_vehicle_is_the_same_clip_and_another_is_another():
    assert clip_mp4("13 A 12345", 1) == clip_mp4("13 A 12345", 1)
    assert clip_mp4("13 A 12345", 1) != clip_mp4("13 B 12345", 1)


def test_an_altered_copy_differs_in_one_bit():
    clip = clip_mp4("13 A 12345", 1, seconds=0.2)
    differing = [one ^ other for one, other in zip(clip, altered(clip), strict=True) if one != other]
    assert [byte.bit_count() for byte in differing] == [1]


def test_a_witness_remembers_the_second_half_of_a_plate():
    assert half_of("13 A 12345") == "*2345"
    assert half_of("٤٥٢٧١ ب") == "*٧١ب"
