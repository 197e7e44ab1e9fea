"""Links to pictures and clips: what opens, and what never does."""

import string
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import Forbidden
from rasid.identity.media_links import LINK_SECONDS, MediaLink, MediaLinks
from rasid.testing.clock import ManualClock

KEY = "0f" * 32
CLOCK = ManualClock()


def links(key: str = KEY, service: str = "search", clock: ManualClock = CLOCK) -> MediaLinks:
    return MediaLinks(key, service=service, clock=clock)


def refusal(of: MediaLinks, token: str) -> str:
    with pytest.raises(Forbidden) as caught:
        of.open(token)
    return caught.value.slug


def test_a_link_opens_what_it_was_made_for():
    token = links().make("picture:ab12", subject="officer.amal", case_id="case-7")
    expires_at = CLOCK.now() + timedelta(seconds=LINK_SECONDS)
    opened = links().open(token)
    assert opened == MediaLink("picture:ab12", "officer.amal", "case-7", opened.expires_at)
    assert abs(opened.expires_at - expires_at) < timedelta(milliseconds=1)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


def test_it_ends():
    clock = ManualClock()
    token = links(clock=clock).make("picture:ab12", subject="officer.amal", case_id="case-7")
    clock.shift(LINK_SECONDS - 1)
    assert links(clock=clock).open(token)
    clock.shift(1)
    assert refusal(links(clock=clock), token) == "link-expired"


@pytest.mark.parametrize(
    "other",
    [links(key="1f" * 32), links(service="archive")],
    ids=["another key", "another service"],
)
def test_it_opens_nothing_elsewhere(other: MediaLinks):
    assert refusal(other, links().make("picture:ab12", subject="officer.amal", case_id="case-7")) == "link-invalid"


@given(st.text(max_size=400))
def test_what_nobody_made_opens_nothing(token: str):
    assert refusal(links(), token) == "link-invalid"


@given(st.data())
def test_an_altered_link_opens_nothing(data: st.DataObject):
    token = links().make("picture:ab12", subject="officer.amal", case_id="case-7")
    place = data.draw(st.integers(0, len(token) - 2))  # the last character's low bits may mean nothing
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_").filter(lambda c: c != token[place]))
    assert refusal(links(), token[:place] + other + token[place + 1 :]) == "link-invalid"


def test_a_token_longer_than_any_of_ours_is_not_even_read():
    assert refusal(links(), "A" * 100_000) == "link-invalid"
