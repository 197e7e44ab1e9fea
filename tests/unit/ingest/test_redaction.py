"""No password of a payload is kept, also not in a dead letter."""

import pytest

from rasid.testing.clock import START
from services.ingest.dead_letters import FIRST_BYTES, dead_letter
from services.ingest.payload.reading import Refusal
from services.ingest.payload.redaction import without_credentials, without_secrets


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'"rtsp://admin:secret@192.0.2.7:554/live"', b'"rtsp://***@192.0.2.7:554/live"'),
        (b'"rtsp:\\/\\/admin:secret@192.0.2.7\\/live"', b'"rtsp:\\/\\/***@192.0.2.7\\/live"'),
        (b"<url>http://a:p@ss@h/x</url>", b"<url>http://***@h/x</url>"),
        (b"rtsp://a:p/w@h/x", b"rtsp://***@h/x"),
        (b'{"license_key": "K-1"}', b'{"license_key": "***"}'),
        (b'{"userPassword":"x","token":"y","apiKey":"z"}', b'{"userPassword":"***","token":"***","apiKey":"***"}'),
        (b"<Password>x</Password>", b"<Password>***</Password>"),
        (b'{"plate":"13A12345","mail":"a@b"}', b'{"plate":"13A12345","mail":"a@b"}'),
        (b'"rtsp://192.0.2.7/live","x@y"', b'"rtsp://192.0.2.7/live","x@y"'),
    ],
)
def test_secrets_are_taken_out_and_the_rest_stays(body, left):
    assert without_secrets(body) == left


@pytest.mark.parametrize(
    ("address", "left"), [("http://a:b@h/x.jpg", "http://h/x.jpg"), ("http://h/x", "http://h/x"), (None, None)]
)
def test_an_address_without_its_user(address, left):
    assert without_credentials(address) == left


def test_a_dead_letter_holds_no_password_also_where_it_is_cut():
    for padding in range(FIRST_BYTES - 60, FIRST_BYTES + 1):
        part = b" " * padding + b'"rtsp://admin:hunter2@192.0.2.7/live"'
        message = dead_letter("cam-1", Refusal("r", "d", part), [], START)
        assert b"hunter" not in message.value
        assert len(message.value) <= FIRST_BYTES


def test_looking_for_secrets_takes_no_time():
    for body in (b"://" * 3000, b"password" * 1000, b'"' * 8192, b"<a" * 4000, b"://" + b"a" * 8000):
        assert without_secrets(body)
