"""Cameras that Rasid asks, on real sockets: streams that are slow, cut, hang, lie or change, each by itself."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from rasid.runtime.clock import SystemClock
from rasid.runtime.ids import RandomIds
from rasid.runtime.metrics import Metrics
from services.ingest.devices import Device, Devices
from services.ingest.intake import Intake
from services.ingest.payload.reading import CameraContext
from services.ingest.pictures import Pictures, Retention
from services.ingest.pull import camera_pull
from services.ingest.pull.camera_http import camera_client
from services.ingest.pull.camera_pull import PullParts
from services.ingest.pull.onvif_client import OnvifPull
from services.ingest.pull.pulling import Pulling
from services.ingest.pull.stream_client import follow
from services.ingest.pull.vault import CameraCredential
from tests.support.camera_server import PASSWORD, USER, CameraServer
from tests.support.eventually import eventually
from tests.support.leases import MemoryLeases
from tests.support.reading import JPEG
from tests.support.vendors.dahua import junction, record
from tests.unit.ingest.service.doubles import MemoryObjects, RecordingBus
from tools.demo.hikvision import alarm_xml, anpr_xml, heartbeat_xml

SILENCE_SECONDS = 1.0
# A part that has begun.
OPEN = b"--boundary\r\nContent-Type: text/plain\r\n\r\n"


class Secrets:
    """Every camera's credential is the same; `given_at` may be moved."""

    def __init__(self):
        self.given_at = datetime(2026, 3, 1, tzinfo=UTC)
        self.password = PASSWORD

    async def given(self, camera_ids):
        return dict.fromkeys(camera_ids, self.given_at)

    async def of(self, _camera_id):
        return CameraCredential(USER, self.password) if self.password else None


class Control:
    """One process that asks cameras, and what came of it."""

    def __init__(self, owners=None, owner="one"):
        self.bus = RecordingBus()
        self.metrics = Metrics(CollectorRegistry())
        self.devices = Devices()
        self.devices.is_loaded = True
        self.secrets = Secrets()
        self.states = []
        self.leases = MemoryLeases({} if owners is None else owners, owner)
        self._changed = 0

    def register(self, camera_id, port, protocol="hikvision", *, state="active", adapter=None):
        self._changed += 1
        context = CameraContext(camera_id, time_zone="Asia/Baghdad", adapter=adapter)
        place = {"address": "127.0.0.1", "pull": protocol, "pull_port": port}
        self.devices.apply(Device(context, state, (), self._changed, **place))

    @contextlib.asynccontextmanager
    async def running(self):
        clock = SystemClock()
        retention = Retention(timedelta(hours=72), timedelta(days=21))
        pictures = Pictures(
            MemoryObjects(),
            "pictures",
            retention,
            clock=clock,
            metrics=self.metrics,
            deadline_seconds=1,
            linger_seconds=0,
            ids=RandomIds(),
        )
        async with camera_client(loopback=True) as http:
            parts = PullParts(
                http=http,
                converse={"hikvision": follow, "dahua": follow, "onvif": OnvifPull(RandomIds()).converse},
                devices=self.devices,
                intake=Intake(self.bus, pictures, metrics=self.metrics, deadline_seconds=1),
                bus=self.bus,
                credential_of=self.secrets.of,
                clock=clock,
                ids=RandomIds(),
                metrics=self.metrics,
                silence_seconds=SILENCE_SECONDS,
                limit_bytes=200_000,
                deadline_seconds=1,
            )
            self.pulling = Pulling(parts, self.leases, self.secrets, most=100, on_state=self.states.append)
            task = asyncio.create_task(self.pulling.run())
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def status(self, camera_id="cam-1"):
        return next((one for one in self.pulling.statuses() if one.camera_id == camera_id), None)

    def plates(self, camera_id="cam-1"):
        return [one.data.plate.text for one in self.bus.of("plate.read") if one.data.camera_id == camera_id]

    def failures(self, reason, adapter="hikvision"):
        name = "rasid_ingest_pull_failures_total"
        return self.metrics.registry.get_sample_value(name, {"adapter": adapter, "reason": reason}) or 0

    def ends(self):
        return [one.data.reason for one in self.bus.of("device.disconnected")]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    quick = camera_pull.Backoff(base_seconds=0.05, cap_seconds=0.2)
    monkeypatch.setattr(camera_pull, "BACKOFF", quick)
    monkeypatch.setattr(camera_pull, "PATIENT", quick)


@pytest.fixture
def control():
    return Control()


def plate(text, number):
    return anpr_xml(text, captured_at=datetime.now(UTC), event_id=f"e-{number}")


def part(body, kind="application/xml", *, boundary="boundary", length="right"):
    sized = f"Content-Length: {len(body) if length == 'right' else length}\r\n" if length is not None else ""
    return f"--{boundary}\r\nContent-Type: {kind}\r\n{sized}\r\n".encode() + body + b"\r\n"


def alive():
    return part(heartbeat_xml(captured_at=datetime.now(UTC)))


async def stay(camera, seconds=30.0):
    """Signs of life until the other side goes."""
    async with asyncio.timeout(seconds):
        while True:
            await camera.write(alive(), pause_seconds=0.2)


async def test_a_camera_is_asked_with_digest_and_what_it_streams_becomes_events(control):
    async def script(camera):
        await camera.begin()
        await camera.write(alive())
        await camera.write(part(plate("13A12345", 1)))
        await camera.write(part(plate("13B54321", 2), length=None))
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: len(control.plates()) == 2)
            assert control.status().state == "connected"
            assert control.status().last_event_at is not None
    assert control.plates() == ["13A12345", "13B54321"]
    assert server.requests == ["/ISAPI/Event/notification/alertStream"]
    assert server.refused == 1
    assert [one.data.camera_id for one in control.bus.of("device.connected")] == ["cam-1"]
    assert len(control.bus.of("device.health")) in {1, 2}, "heartbeats once a minute"
    assert control.bus.letters == []


async def test_an_event_has_the_pictures_that_follow_it_and_does_not_wait_long_for_them(control):
    async def script(camera):
        await camera.begin()
        await camera.write(part(plate("13A12345", 1)))
        for _ in range(2):
            await camera.write(part(JPEG, "image/jpeg"), piece_bytes=20, pause_seconds=0.01)
        await camera.write(part(plate("13B54321", 2)))
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: len(control.plates()) == 2)
    first, second = control.bus.of("plate.read")
    assert len(first.data.images) == 2
    assert second.data.images == ()
    assert control.bus.letters == []


async def test_dahua_is_attached_to(control):
    async def script(camera):
        await camera.begin("multipart/x-mixed-replace; boundary=myboundary")
        await camera.write(part(b"Heartbeat", "text/plain", boundary="myboundary"))
        body = record("TrafficJunction", "Pulse", junction("13A12345"))
        await camera.write(part(body, "text/plain", boundary="myboundary", length=0), piece_bytes=100)
        while True:
            await camera.write(part(b"Heartbeat", "text/plain", boundary="myboundary"), pause_seconds=0.2)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port, "dahua")
        async with control.running():
            await eventually(lambda: control.plates() == ["13A12345"])
    assert server.requests == ["/cgi-bin/eventManager.cgi?action=attach&codes=%5BAll%5D&heartbeat=5"]
    assert control.bus.letters == []


async def test_a_slow_camera_is_read_and_not_taken_for_a_dead_one(control):
    async def script(camera):
        await camera.begin()
        await camera.write(part(plate("13A12345", 1)), piece_bytes=200, pause_seconds=0.03)
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: control.plates() == ["13A12345"])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("habit", "reason"),
    [("cut", "cut"), ("end", "cut"), ("hang", "silent"), ("drip", "silent"), ("flood", "too_large")],
)
async def test_a_connection_that_breaks_is_made_again_and_both_are_told(control, habit, reason):
    connections = 0

    async def script(camera):
        nonlocal connections
        connections += 1
        await camera.begin()
        await camera.write(part(plate(f"13A0000{connections}", connections)), pause_seconds=0.4)
        if connections > 1:
            await stay(camera)
        if habit == "cut":
            camera.cut()
        if habit == "hang":
            await camera.hang()
        if habit == "drip":
            await camera.write(
                b"--boundary\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 1000, piece_bytes=1, pause_seconds=0.02
            )
        if habit == "flood":
            await camera.write(OPEN + b"x" * 300_000)
            await camera.hang()

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: len(control.plates()) == 2, 20)
    assert control.plates() == ["13A00001", "13A00002"]
    assert control.ends()[:1] == [reason]
    again = control.bus.of("device.connected")[1]
    assert again.data.after_seconds is not None
    assert control.failures(reason) == 1


async def test_garbage_and_a_changed_boundary_cost_no_good_event(control):
    async def script(camera):
        await camera.begin("multipart/mixed; boundary=declared")
        await camera.write(b"\x00\xff<html>\r\n--no\r\n" * 50)
        await camera.write(part(plate("13A12345", 1), boundary="used"))
        await camera.write(part(b"<EventNotificationAlert><broken", boundary="used", length=None))
        await camera.write(part(b'{"eventType": ', "application/json", boundary="other", length=99_999))
        await camera.write(part(plate("13B54321", 2), boundary="third", length=5))
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: len(control.plates()) == 2)
    assert control.plates() == ["13A12345", "13B54321"]
    assert len(control.bus.letters) == 2
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        ("200 OK", "text/html", "not_a_stream"),
        ("404 Not Found", "text/plain", "not_a_stream"),
        ("403 Forbidden", "text/plain", "refused"),
        ("500 Oops", "text/plain", "not_a_stream"),
        ("302 Found", "text/html", "not_a_stream"),
    ],
)
async def test_what_is_no_stream_is_told_in_words_and_tried_again(control, status, kind, reason):
    async def script(camera):
        await camera.answer(b"<html>log in</html>", kind, status)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: control.failures(reason) >= 2)
            await eventually(lambda: control.status().state == "waiting" and control.status().why)
            assert control.status().reason == reason
    assert control.bus.events == [], "it was never connected"
    assert control.states[-1] == "1 of 1 cameras asked by this process are not connected"


async def test_a_wrong_password_is_told_and_a_new_one_is_used_at_once(control):
    async def script(camera):
        await camera.begin()
        await stay(camera)

    async with CameraServer(script) as server:
        control.secrets.password = "wrong"
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: control.failures("refused") >= 1)
            control.secrets.password = PASSWORD
            await eventually(lambda: control.status() and control.status().state == "connected")
    assert control.failures("refused") >= 1


async def test_a_refusal_that_does_not_end_takes_no_memory(control):
    async def endless(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="x", nonce="y", qop="auth"\r\n\r\n')
        with contextlib.suppress(OSError):
            while True:
                writer.write(b"x" * 10_000)
                await writer.drain()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        control.register("cam-1", server.sockets[0].getsockname()[1])
        async with control.running():
            await eventually(lambda: control.failures("unreachable") >= 1)


async def test_no_credential_is_told_and_the_camera_is_left_alone(control):
    async with CameraServer(lambda camera: camera.hang()) as server:
        control.secrets.password = None
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: control.failures("no_credential") >= 1)
    assert server.refused == 0


async def test_one_broken_camera_does_not_slow_another(control):
    async def good(camera):
        await camera.begin()
        for number in range(50):
            await camera.write(part(plate(f"13A{number:05}", number)), pause_seconds=0.01)
        await stay(camera)

    async def bad(camera):
        await camera.begin()
        await camera.write(b"--boundary\r\n\r\n<x" * 20_000)
        await camera.hang()

    async with CameraServer(good) as first, CameraServer(bad) as second:
        control.register("cam-1", first.port)
        for number in range(2, 8):
            control.register(f"cam-{number}", second.port)
        control.register("cam-9", 9)  # nobody listens there
        async with control.running():
            await eventually(lambda: len(control.plates()) == 50, 20)
            await eventually(lambda: control.failures("unreachable") >= 1)


async def test_a_whole_city_that_comes_back_is_connected_a_few_at_a_time(control, monkeypatch):
    monkeypatch.setattr(camera_pull, "CONNECTING", 3)
    at_once = most = 0

    async def script(camera):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        await camera.begin()
        await stay(camera)

    async with CameraServer(script) as server:
        for number in range(12):
            control.register(f"cam-{number}", server.port)
        async with control.running():
            await eventually(lambda: len(control.bus.of("device.connected")) == 12, 20)
    assert most <= 3


async def test_while_the_broker_is_away_an_event_waits_and_is_not_lost(control):
    async def script(camera):
        await camera.begin()
        await camera.write(part(plate("13A12345", 1)))
        await stay(camera)

    control.bus.is_away = True
    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: server.requests)
            await asyncio.sleep(SILENCE_SECONDS * 2)
            assert control.bus.events == []
            control.bus.is_away = False
            await eventually(lambda: control.plates() == ["13A12345"])
    assert len(server.requests) == 1, "waiting for the broker is not the camera's silence"


async def test_a_camera_that_is_retired_or_changed_is_let_go_and_its_password_is_in_no_log(control, caplog):
    async def script(camera):
        await camera.begin()
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        async with control.running():
            await eventually(lambda: control.status() and control.status().state == "connected")
            control.register("cam-1", server.port, state="retired")
            await eventually(lambda: control.status() is None)
            control.register("cam-1", 9)
            await eventually(lambda: control.status() and control.status().state == "waiting")
    assert PASSWORD not in caplog.text
    assert control.leases.owners == {}


async def test_a_camera_is_asked_by_one_process_and_by_the_next_when_that_has_gone():
    owners = {}
    first, second = Control(owners, "one"), Control(owners, "two")

    async def script(camera):
        await camera.begin()
        await stay(camera)

    async with CameraServer(script) as server:
        for control in (first, second):
            control.register("cam-1", server.port)
        async with second.running():
            async with first.running():
                await eventually(lambda: len(server.requests) == 1)
                assert len([one for one in (first, second) if one.pulling.statuses()]) == 1
                holder = owners["cam-1"]
            if holder == "one":
                second.register("cam-2", 9)  # looks at the leases at once
            await eventually(lambda: second.status() and second.status().state == "connected")


@pytest.mark.expects_errors("asking a camera failed")
async def test_a_fault_of_ours_at_one_camera_stays_with_it(control, monkeypatch):
    async def script(camera):
        await camera.begin()
        await camera.write(part(alarm_xml("linedetection", captured_at=datetime.now(UTC))))
        await stay(camera)

    async with CameraServer(script) as server:
        control.register("cam-1", server.port)
        fail = True

        def broken(*_):
            if fail:
                raise KeyError("13A12345")
            return b""

        monkeypatch.setattr("services.ingest.pull.stream_client.joined", broken)
        async with control.running():
            await eventually(lambda: control.failures("fault") >= 2)
            assert control.status().why == "a fault of Rasid, which has been logged"
