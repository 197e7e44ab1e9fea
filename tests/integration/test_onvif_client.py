"""ONVIF devices that Rasid pulls, on real sockets: asked where they say, at the host they are registered with."""

import pytest

from services.ingest.pull import onvif_client
from tests.integration.test_pull_clients import SILENCE_SECONDS, Control
from tests.integration.test_pull_clients import _quickly as quickly
from tests.support.camera_server import PASSWORD, CameraServer
from tests.support.eventually import eventually
from tests.support.onvif_device import OnvifDevice
from tests.support.vendors.onvif import notification, simple

__all__ = ["quickly"]


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(onvif_client, "WAIT_SECONDS", 1)
    monkeypatch.setattr(onvif_client, "PAUSE_SECONDS", 0.05)


@pytest.fixture
def control():
    return Control()


@pytest.fixture
def device():
    return OnvifDevice()


def motion(state="true"):
    return notification("tns1:VideoSource/MotionAlarm", simple(State=state), source=simple(Source="1"))


async def test_a_pull_point_is_made_and_what_it_gives_becomes_events(control, device):
    device.messages.append(motion())
    async with CameraServer(device) as server:
        control.register("cam-1", server.port, "onvif")
        async with control.running():
            await eventually(lambda: control.bus.of("rule.triggered"))
            device.messages += [motion("false"), motion()]
            await eventually(lambda: len(control.bus.of("rule.triggered")) >= 2)
            await eventually(lambda: control.bus.of("device.health"), what="an empty answer is a sign of life")
            assert control.status().state == "connected"
    assert device.calls[:4] == [
        *("GetSystemDateAndTime", "GetCapabilities", "CreatePullPointSubscription", "PullMessages"),
    ]
    assert server.requests[:4] == [
        *("/onvif/device_service", "/onvif/device_service", "/onvif/my_events", "/onvif/sub?Idx=3"),
    ]
    assert device.calls[-1] == "Unsubscribe", "devices have few pull points"
    assert control.bus.letters == []


async def test_what_is_asked_for_as_onvif_is_read_as_onvif_whatever_the_camera_posts_by_itself(control, device):
    device.messages.append(motion())
    async with CameraServer(device) as server:
        control.register("cam-1", server.port, "onvif", adapter="hikvision")
        async with control.running():
            await eventually(lambda: control.bus.of("rule.triggered"))
    assert control.bus.letters == []


async def test_a_subscription_that_is_gone_is_made_anew(control, device):
    device.fault = "ResourceUnknown"
    async with CameraServer(device) as server:
        control.register("cam-1", server.port, "onvif")
        async with control.running():
            await eventually(lambda: device.calls.count("CreatePullPointSubscription") == 2)
            device.messages.append(motion())
            await eventually(lambda: control.bus.of("rule.triggered"))
    assert control.failures("cut", "onvif") == 1
    assert [one.data.reason for one in control.bus.of("device.disconnected")] == ["cut"]


async def test_a_device_that_hangs_is_asked_anew(control, device):
    device.is_hanging = True
    async with CameraServer(device) as server:
        control.register("cam-1", server.port, "onvif")
        async with control.running():
            await eventually(lambda: control.failures("silent", "onvif") >= 1, 5 + 2 * SILENCE_SECONDS)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<html>log in</html>", "not_a_stream"),
        (b"", "not_a_stream"),
        (b"x" * 300_000, "too_large"),
    ],
)
async def test_what_is_no_device_is_told_and_never_connected(control, answer, reason):
    async def script(camera):
        await camera.answer(answer, "text/html")

    async with CameraServer(script) as server:
        control.register("cam-1", server.port, "onvif")
        async with control.running():
            await eventually(lambda: control.failures(reason, "onvif") >= 1)
    assert control.bus.events == []


async def test_a_wrong_password_is_told_and_is_in_no_log(control, device, caplog):
    control.secrets.password = f"{PASSWORD}-wrong"
    async with CameraServer(device) as server:
        control.register("cam-1", server.port, "onvif")
        async with control.running():
            await eventually(lambda: control.failures("refused", "onvif") >= 1)
    assert device.calls == []
    assert PASSWORD not in caplog.text
