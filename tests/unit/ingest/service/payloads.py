"""What the cameras of these tests send."""

from rasid.testing.clock import START
from tools.demo import hikvision

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20 + b"\xff\xd9"
XML = "application/xml; charset=UTF-8"
MULTIPART = f"multipart/form-data; boundary={hikvision.BOUNDARY}"


def anpr(plate="13A12345", *, uuid="e0e1a5b2-0001"):
    return hikvision.anpr_xml(plate, captured_at=START, event_id=uuid)


def heartbeat(*, at=START):
    return hikvision.heartbeat_xml(captured_at=at)


def with_pictures(xml, *pictures):
    """The event and its pictures as the body of one post; its content type is MULTIPART."""
    return hikvision.multipart(xml, dict(zip(hikvision.PICTURE_KINDS, pictures, strict=False)))[1]


def with_broken_part(xml, broken):
    """A part that cannot be read, then a good one."""
    bad = hikvision.part("broken.xml", "text/xml", broken)
    return f"--{hikvision.BOUNDARY}\r\n".encode() + bad + b"\r\n" + with_pictures(xml)
