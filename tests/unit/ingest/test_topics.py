"""Which camera a message over MQTT is from."""

import pytest
from pydantic import ValidationError

from services.ingest.admission import Refused
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.registry.entries import CameraEdit
from services.ingest.topics import addressees, fits
from tests.support.vendors.frigate import event


def registered(*cameras: tuple[str, str | None, str | None], state: str = "active") -> Devices:
    devices = Devices()
    for number, (camera_id, topic, channel) in enumerate(cameras, 1):
        context = CameraContext(camera_id)
        devices.apply(Device(context, state, (), number, mqtt_topic=topic, channel=channel))
    return devices


def asked(devices: Devices, topic: str, body: bytes = b"{}") -> list[str] | str:
    found = addressees(devices, topic, body)
    return found.reason if isinstance(found, Refused) else [device.camera_id for device in found]


@pytest.mark.parametrize(
    ("topic_filter", "topic", "is_fitting"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/+/c", "a/b/c", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("a/#", "ab/c", False),
        ("+/b", "a/b", True),
        ("a/b", "A/b", False),
        ("#", "$SYS/broker", False),
    ],
)
def test_a_filter_fits_what_a_broker_would_deliver(topic_filter, topic, is_fitting):
    assert fits(topic_filter, topic) is is_fitting


def test_a_camera_is_known_by_its_own_topic():
    devices = registered(("gate-1", "onvif/gate-1/#", None), ("gate-2", "onvif/gate-2/#", None), ("other", None, None))
    assert asked(devices, "onvif/gate-2/onvif-ej/RuleEngine") == ["gate-2"]
    assert asked(devices, "onvif/gate-3/onvif-ej/RuleEngine") == "unknown_camera"


def test_of_a_program_that_speaks_for_several_the_camera_it_names():
    devices = registered(("cam-n", "frigate/#", "gate_north"), ("cam-s", "frigate/#", "gate_south"))
    assert asked(devices, "frigate/events", event()) == ["cam-n"]
    assert asked(devices, "frigate/events", event(camera="gate_south")) == ["cam-s"]
    assert asked(devices, "frigate/events", event(camera="elsewhere")) == "unknown_camera"
    assert asked(devices, "frigate/gate_south/motion", b"ON") == ["cam-s"]
    assert asked(devices, "frigate/available", b"online") == ["cam-n", "cam-s"]
    assert asked(devices, "frigate/lane_1/car", b"3") == "unknown_camera"


def test_a_camera_of_such_a_program_that_is_alone_takes_no_other_cameras_messages():
    devices = registered(("cam-n", "frigate/#", "gate_north"))
    assert asked(devices, "frigate/events", event()) == ["cam-n"]
    assert asked(devices, "frigate/events", event(camera="elsewhere")) == "unknown_camera"


def test_what_fits_two_cameras_is_neithers():
    devices = registered(("gate-1", "street/#", None), ("gate-2", "street/+/events", None))
    assert asked(devices, "street/x/events") == "unknown_camera"
    assert asked(registered(("a", "f/#", "north"), ("b", "f/#", "north")), "f/north/motion", b"ON") == "unknown_camera"


def test_a_retired_camera_may_say_nothing_more():
    assert asked(registered(("gate-1", "onvif/gate-1/#", None), state="retired"), "onvif/gate-1/x") == "retired"


def test_a_newer_registration_takes_the_place_of_the_older():
    devices = registered(("gate-1", "old/#", None))
    devices.apply(Device(CameraContext("gate-1"), "active", (), 9, mqtt_topic="new/#"))
    assert (asked(devices, "old/x"), asked(devices, "new/x")) == ("unknown_camera", ["gate-1"])
    devices.apply(Device(CameraContext("gate-1"), "active", (), 10))
    assert asked(devices, "new/x") == "unknown_camera"


@pytest.mark.parametrize("topic", ["#", "a/#/b", "a/b+", "a#", "/a", "$share/group/a", "a/" * 40])
def test_a_topic_nobody_can_subscribe_to_is_not_registered(topic):
    with pytest.raises(ValidationError):
        CameraEdit(kind="fixed", mqtt_topic=topic)


@pytest.mark.parametrize("topic", ["a", "a/b/#", "+/b/+", "site/كاميرا/#"])
def test_a_topic_that_can_be_subscribed_to_is_registered(topic):
    assert CameraEdit(kind="fixed", mqtt_topic=topic).mqtt_topic == topic
