"""The listener of Tattile cameras on a real port, with doubles behind it."""

import asyncio
import contextlib

import pytest

from rasid.contract.topics import DETECTIONS
from rasid.errors import ConfigurationError
from rasid.runtime.clock import SystemClock
from services.ingest import tattile_listener
from services.ingest.devices import Device
from services.ingest.payload.reading import CameraContext
from services.ingest.tattile_listener import Limits, TattileListener
from services.ingest.upload import Uploads
from tests.support.eventually import eventually
from tests.support.vendors.tattile import message

pytestmark = pytest.mark.opens_sockets("the listener is what is tested")
HOST = "127.0.0.1"
LIMIT_BYTES = 32 * 1024


class Port:
    """A listener and what reached the bus."""

    def __init__(self, ingest):
        self.ingest = ingest
        self.states = []
        self.listener = TattileListener(
            ingest.store.devices,
            Uploads(limit_bytes=LIMIT_BYTES, deadline_seconds=0.3, memory_bytes=256 * 1024),
            ingest.app.state.reception.intake,
            clock=SystemClock(),
            metrics=ingest.metrics,
            strangers=ingest.strangers,
            limits=Limits(connections=8, drain_seconds=2.0),
            on_state=self.states.append,
        )
        self.task = None
        self.writers = []

    def register(self, camera_id="cam-1", *, address=HOST, serial="TT-0001", changed=1, **fields):
        context = CameraContext(camera_id, time_zone="Asia/Baghdad", adapter=None)
        # Above whatever number the bench has given its own cameras.
        device = Device(context, fields.get("state", "active"), (), 1000 + changed, address=address, serial=serial)
        self.ingest.store.devices.apply(device)

    async def start(self):
        self.task = asyncio.create_task(self.listener.run(HOST, 0))
        await eventually(lambda: self.listener.port, 5, "it listens")

    async def stop(self):
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task
        for writer in self.writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def connect(self):
        reader, writer = await asyncio.open_connection(HOST, self.listener.port)
        self.writers.append(writer)
        return reader, writer

    def plates(self):
        return [event.data.plate.text for event in self.ingest.bus.events if hasattr(event.data, "plate")]

    def cut(self, reason):
        return self.ingest.metric("rasid_ingest_listener_closed_total", reason=reason)

    async def closed(self, reason):
        await eventually(lambda: self.cut(reason), 5, f"a connection is cut: {reason}")


@pytest.fixture
async def port(ingest, monkeypatch):
    monkeypatch.setattr(tattile_listener, "RETRY_SECONDS", 0.02)
    monkeypatch.setattr(tattile_listener, "STRANGER_SECONDS", 0.2)
    found = Port(ingest)
    found.register()
    await found.start()
    yield found
    await found.stop()


def send(writer, *messages):
    writer.write(b"\r\n".join(messages))


async def test_a_connection_stays_open_and_each_closing_tag_ends_a_message(port):
    _, writer = await port.connect()
    stream = message(PLATE_STRING="A1") + b"\r\n" + message("Msg", PLATE_STRING="A2") + message(PLATE_STRING="A3")
    for at in range(0, len(stream), 700):
        writer.write(stream[at : at + 700])
        await writer.drain()
    await eventually(lambda: len(port.plates()) == 3, 5, "three reads")
    assert port.plates() == ["A1", "A2", "A3"]
    assert port.ingest.metric("rasid_ingest_listener_connections") == 1
    writer.close()
    await port.closed("ended")
    assert port.ingest.metric("rasid_ingest_listener_connections") == 0


async def test_a_sender_that_stops_within_a_message_is_cut_and_costs_the_others_nothing(port):
    _, slow = await port.connect()
    slow.write(message()[:200])
    _, good = await port.connect()
    send(good, message(PLATE_STRING="B1"))
    await eventually(lambda: port.plates() == ["B1"], 5, "the other's read")
    await port.closed("too_slow")
    send(good, message(PLATE_STRING="B2"))
    await eventually(lambda: port.plates() == ["B1", "B2"], 5, "the other goes on")


async def test_what_cannot_be_made_durable_is_held_until_it_can(port):
    port.ingest.bus.lose = DETECTIONS.name
    _, writer = await port.connect()
    send(writer, message(PLATE_STRING="C1"), message(PLATE_STRING="C2"))
    refused = {"adapter": "tattile", "outcome": "unavailable"}
    await eventually(lambda: port.ingest.metric("rasid_ingest_payloads_total", **refused) > 1, 5, "it is tried again")
    assert port.plates() == []
    port.ingest.bus.lose = None
    await eventually(lambda: port.plates() == ["C1", "C2"], 5, "both reads, in order")


async def test_a_stop_finishes_the_message_at_hand(port):
    port.ingest.bus.lose = DETECTIONS.name
    _, writer = await port.connect()
    reader, _ = await port.connect()
    send(writer, message(PLATE_STRING="D1"))
    refused = {"adapter": "tattile", "outcome": "unavailable"}
    await eventually(lambda: port.ingest.metric("rasid_ingest_payloads_total", **refused), 5, "it is being taken")
    port.task.cancel()
    await port.closed("stopped")
    port.ingest.bus.lose = None
    with contextlib.suppress(asyncio.CancelledError):
        await port.task
    assert port.plates() == ["D1"]
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""


@pytest.mark.parametrize(
    ("serial", "reason"), [("TT-9999", "other_camera"), ("TT-0002", "other_camera"), ("TT-0003", "retired")]
)
async def test_a_sender_that_is_no_camera_of_ours_is_refused_counted_and_cut(port, serial, reason):
    port.register("cam-2", address="192.0.2.2", serial="TT-0002")
    port.register("cam-3", address=HOST, serial="TT-0003", state="retired")
    if serial == "TT-9999":
        port.register("cam-3", address="192.0.2.3", serial="TT-0003", changed=2)
    _, writer = await port.connect()
    send(writer, message(DEVICE_SN=serial))
    await port.closed("refused")
    assert port.ingest.metric("rasid_ingest_camera_refusals_total", reason=reason) == 1
    assert [(one.peer, one.reason) for one in port.ingest.strangers.latest()] == [(HOST, reason)]
    assert port.plates() == []


async def test_a_stranger_that_says_nothing_is_cut_and_a_registered_camera_may_be_silent(port):
    _, known = await port.connect()
    port.register(address="192.0.2.1", changed=2)
    await port.connect()
    await port.closed("silent")
    port.register(changed=3)
    send(known, message(PLATE_STRING="E1"))
    await eventually(lambda: port.plates() == ["E1"], 5, "the silent camera speaks")
    assert port.cut("silent") == 1


async def test_what_is_no_xml_is_a_dead_letter_and_the_end_of_the_connection(port):
    _, writer = await port.connect()
    send(writer, b"GET / HTTP/1.1\r\n\r\n")
    await port.closed("unreadable")
    assert [letter.value[:3] for letter in port.ingest.bus.letters] == [b"GET"]


async def test_a_message_that_breaks_off_is_a_dead_letter(port):
    _, writer = await port.connect()
    send(writer, message()[:300])
    writer.write_eof()
    await port.closed("unreadable")
    assert len(port.ingest.bus.letters) == 1


async def test_a_message_without_an_end_is_cut_at_the_limit(port):
    _, writer = await port.connect()
    writer.write(b"<root><IMAGE_CTX>" + b"A" * (LIMIT_BYTES + 1))
    await port.closed("too_large")


async def test_a_message_that_is_understood_badly_is_a_dead_letter_and_the_next_one_goes_through(port):
    _, writer = await port.connect()
    send(writer, b"<root><DEVICE_SN>TT-0001</DEVICE_SN></root>", message(PLATE_STRING="F1"))
    await eventually(lambda: port.plates() == ["F1"], 5, "the good one")
    assert len(port.ingest.bus.letters) == 1


async def test_there_are_only_so_many_connections_and_one_that_ends_makes_room(port):
    writers = [(await port.connect())[1] for _ in range(8)]
    await eventually(lambda: port.ingest.metric("rasid_ingest_listener_connections") == 8, 5, "eight are there")
    await port.connect()
    await port.closed("too_many")
    assert "further cameras are cut" in port.states[-1]
    writers[0].close()
    await eventually(lambda: port.states[-1] is None, 5, "there is room again")
    _, writer = await port.connect()
    send(writer, message(PLATE_STRING="G1"))
    await eventually(lambda: port.plates() == ["G1"], 5, "the next one is taken")


async def test_nobody_is_taken_for_a_stranger_before_the_registry_is_read(ingest):
    found = Port(ingest)
    ingest.store.devices.is_loaded = False
    await found.start()
    found.register()
    ingest.store.devices.is_loaded = True
    await eventually(lambda: can_connect(found), 5, "it takes connections")
    await found.stop()


async def can_connect(found):
    try:
        await found.connect()
    except ConnectionError:
        return False
    return True


async def test_a_port_that_is_taken_is_told_with_what_to_do(port):
    second = Port(port.ingest)
    with pytest.raises(ConfigurationError, match="RASID_TATTILE_PORT"):
        await second.listener.run(HOST, port.listener.port)
