"""Tattile: a document per vehicle, its tags as the template on the camera names them."""

import base64
from xml.sax.saxutils import escape

from tests.support.reading import JPEG

TAGS = {
    "PLATE_STRING": "13A12345",
    "DATE": "2026-03-01",
    "TIME": "11-00-00-250",
    "DEVICE_SN": "TT-0001",
    "OCRSCORE": "087",
    "DIRECTION": "GOAWAY",
    "LANE_ID": "1",
    "LANE_DESCR": "inbound",
    "ORIG_PLATE_MIN_X": "300",
    "ORIG_PLATE_MIN_Y": "210",
    "ORIG_PLATE_MAX_X": "460",
    "ORIG_PLATE_MAX_Y": "250",
    "CHAR_HEIGHT": "28",
    "PLATE_COUNTRY_CODE": "IRQ",
    "PLATE_COUNTRY": "Iraq",
    "IMAGE_OCR": base64.b64encode(JPEG).decode(),
    "IMAGE_CTX": base64.b64encode(JPEG + b"context").decode(),
}


def message(root: str = "root", **changes: str | None) -> bytes:
    """A message; a tag that is changed to None is left out."""
    tags = {name: text for name, text in (TAGS | changes).items() if text is not None}
    inside = "".join(f"  <{name}>{escape(text)}</{name}>\n" for name, text in tags.items())
    return f"<{root}>\n{inside}</{root}>".encode()


EXAMPLES = {
    "root": message(),
    "MESSAGE": message("MESSAGE", TIME="11:00:00", OCRSCORE="92.5", IMAGE_CTX=None, IMAGE_OCR=""),
    "Msg": message("Msg", TRANSIT_ID="77", IMAGE_OCR=None, IMAGE_CTX=None),
}
