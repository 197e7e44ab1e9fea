"""Tokens of addresses are taken out of text, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.runtime.masking import masked

SECRET = "mfrggzdfmztwq2lkmfrggzdfmztwq2lk"


@pytest.mark.parametrize(
    "text",
    [
        f"/v1/cameras/cam-1/events?token={SECRET}",
        f"/v1/cameras/cam-1/events?channel=2&Token={SECRET}&x=1",
        f"/v1/cameras/cam-1/events?token%3D{SECRET}",
        f"POST /v1/cameras/cam-1/events/{SECRET} HTTP/1.1",
        f"POST /v1/cameras/cam-1/events/{SECRET}/more HTTP/1.1",
        f'{{"url": "https://h/v1/cameras/a.b_c-d/events/{SECRET}"}}',
        f"access_token={SECRET}; path=/",
        f"two token={SECRET} and /cameras/x/events/{SECRET}?token={SECRET}",
    ],
)
def test_a_token_is_gone_and_the_rest_stays(text):
    assert SECRET not in masked(text)
    assert "***" in masked(text)
    assert masked(text).replace("***", "") == text.replace(SECRET, "").replace("/more", "")


@pytest.mark.parametrize(
    "text",
    ["", "token keys were read", "/v1/cameras/cam-1/events", "/v1/cameras/cam-1/events?channel=1", "an accepted token"],
)
def test_what_holds_no_token_is_as_it_was(text):
    assert masked(text) == text


@given(st.text())
def test_no_text_breaks_it_and_twice_is_once(text):
    assert masked(masked(text)) == masked(text)
