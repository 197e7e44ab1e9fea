"""Reads payloads of any make as ingest does, for tests that look at the one event they make."""

import gc
import time
from datetime import datetime

from rasid.contract.codec import decode, encode
from rasid.testing.clock import START
from services.ingest.payload.reading import CameraContext
from services.ingest.read import Result, read_payload

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 8 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 8
CAPTURED_AT = START
SLOWEST_SECONDS = 0.1


def read(
    body: bytes,
    content_type: str = "",
    *,
    received_at: datetime = START,
    topic: str = "",
    is_retained: bool = False,
    **camera,
) -> Result:
    """What ingest makes of a body posted by `cam-1`; every event has been through the codec."""
    context = CameraContext(**{"camera_id": "cam-1", "site_id": "site-1", **camera})
    result = read_payload(content_type, body, received_at, context, topic=topic, is_retained=is_retained)
    for one in result.normalized:
        message = encode(one.event)
        assert decode(message.headers, message.value) == one.event
    return result


def settles(body: bytes, content_type: str = "", *, seconds: float = SLOWEST_SECONDS, **options) -> Result:
    """Assert that a body becomes events or refusals with words, within so much processor time; what it became.

    The collector is off meanwhile: going through all that the test run has heaped up is not the payload's cost.
    """
    gc.disable()
    try:
        began = time.process_time()
        result = read(body, content_type, **options)
        took = time.process_time() - began
    finally:
        gc.enable()
    assert took < seconds, f"{took:.3f} s"
    assert result.normalized or result.refusals
    assert all(refusal.reason and refusal.detail for refusal in result.refusals)
    return result


def one_event(body: bytes, content_type: str = "", **options):
    """The only event of a body, with nothing refused."""
    result = read(body, content_type, **options)
    assert result.refusals == ()
    (one,) = result.normalized
    return one.event


def one_refusal(body: bytes, content_type: str = "", **options):
    """The only refusal of a body, with no event."""
    result = read(body, content_type, **options)
    assert result.normalized == ()
    (refusal,) = result.refusals
    return refusal
