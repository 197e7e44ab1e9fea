"""Which camera sends over a connection on which nothing can be proven."""

import pytest

from services.ingest.admission import Refused
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.recognition import may_send, sender


def registered(*rows):
    """Cameras given as identifier, address, serial, and state where it is not active."""
    devices = Devices()
    for number, (camera_id, address, serial, *state) in enumerate(rows, 1):
        context = CameraContext(camera_id)
        devices.apply(Device(context, *(state or ["active"]), (), number, address=address, serial=serial))
    return devices


ALONE = registered(("here", "192.0.2.1", "S1"), ("anywhere", None, "S2"), ("silent", "192.0.2.3", None))
SHARED = registered(("first", "192.0.2.1", "S1"), ("second", "192.0.2.1", "S2"), ("third", "192.0.2.1", None))
TWINS = registered(("one", None, "S1"), ("two", None, "S1"))
GONE = registered(("old", "192.0.2.1", "S1", "retired"))


@pytest.mark.parametrize(
    ("devices", "address", "serial", "expected"),
    [
        (ALONE, "192.0.2.1", "S1", "here"),
        (ALONE, "192.0.2.1", None, "here"),
        (ALONE, "192.0.2.3", "S9", "silent"),
        (ALONE, "192.0.2.9", "S2", "anywhere"),
        (ALONE, "192.0.2.1", "S9", "other_camera"),
        (ALONE, "192.0.2.1", "S2", "other_camera"),
        (ALONE, "192.0.2.9", "S1", "other_camera"),
        (ALONE, "192.0.2.9", "S9", "unknown_camera"),
        (ALONE, "192.0.2.9", None, "unknown_camera"),
        (SHARED, "192.0.2.1", "S1", "first"),
        (SHARED, "192.0.2.1", "S2", "second"),
        (SHARED, "192.0.2.1", None, "unknown_camera"),
        (SHARED, "192.0.2.1", "S9", "unknown_camera"),
        (TWINS, "192.0.2.1", "S1", "unknown_camera"),
        (GONE, "192.0.2.1", "S1", "retired"),
        (GONE, "192.0.2.1", None, "retired"),
    ],
)
def test_a_camera_speaks_for_itself_only(devices, address, serial, expected):
    found = sender(devices, address, serial)
    assert (found.reason if isinstance(found, Refused) else found.camera_id) == expected


def test_only_where_a_camera_in_use_is_registered_one_may_wait_without_a_word():
    assert may_send(ALONE, "192.0.2.1")
    assert not may_send(ALONE, "192.0.2.9")
    assert not may_send(GONE, "192.0.2.1")


def test_a_camera_that_moved_is_known_at_its_new_address_only():
    devices = registered(("here", "192.0.2.1", "S1"))
    devices.apply(Device(CameraContext("here"), "active", (), 2, address="192.0.2.2", serial="S2"))
    assert (devices.at("192.0.2.1"), devices.numbered("S1")) == ((), ())
    assert [device.camera_id for device in (*devices.at("192.0.2.2"), *devices.numbered("S2"))] == ["here", "here"]
    devices.apply(Device(CameraContext("here"), "active", (), 1, address="192.0.2.1"))
    assert devices.at("192.0.2.1") == ()
