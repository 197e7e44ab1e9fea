"""Tattile cameras over TCP: the process that runs, on real engines."""

import asyncio
import contextlib
import secrets
import socket

import pytest

from rasid.contract.topics import DETECTIONS, INGEST_DEAD_LETTERS
from tests.integration.test_ingest import Place
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.reading import JPEG
from tests.support.vendors.tattile import message
from tools.demo.connecting import http_client
from tools.demo.services import Ingest

HOST = "127.0.0.1"


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Street(Place):
    """The service with its listener, and a camera that is known by its serial number."""

    def __init__(self, folder, kafka, mongo, objects):
        super().__init__(folder, kafka, mongo, objects)
        self.port = free_port()
        self.environment["RASID_TATTILE_PORT"] = str(self.port)
        self.service = Ingest(folder, self.environment)

    async def tattile(self, **fields):
        """A new camera: its identifier and serial number."""
        camera_id, serial = f"cam-{secrets.token_hex(4)}", f"TT-{secrets.token_hex(4)}"
        edit = {"kind": "fixed", "time_zone": "Asia/Baghdad", "adapter": "tattile", "serial": serial, **fields}
        assert (await self.ask("PUT", f"/v1/cameras/{camera_id}", json=edit)).status_code == 201
        return camera_id, serial

    @contextlib.asynccontextmanager
    async def connection(self):
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def has_spooled_five(self):
        """Whether so many events have gone into the spool since the service began."""
        async with http_client() as client:
            text = (await client.get(f"{self.service.address}/metrics")).text
        return 'rasid_spool_added_total{kind="events"} 5.0' in text

    async def read_plates(self, camera_id):
        return [event.data.plate.text for event in await self.events(DETECTIONS, camera_id, "plate.read")]


@pytest.fixture(scope="module")
def street(tmp_path_factory, kafka, mongo, objects):
    found = Street(tmp_path_factory.mktemp("street"), kafka, mongo, objects)
    asyncio.run(found.start())
    yield found
    asyncio.run(found.service.stop())


async def test_messages_of_an_open_connection_are_reads_in_kafka_with_their_pictures(street):
    camera_id, serial = await street.tattile()
    async with street.connection() as (_, writer):
        for plate in ("A1", "A2"):
            writer.write(message(PLATE_STRING=plate, DEVICE_SN=serial) + b"\r\n")
            await writer.drain()

        async def both():
            events = await street.events(DETECTIONS, camera_id, "plate.read")
            return events if len(events) == 2 else None

        first, second = await eventually(both, 20, "both reads are in Kafka")
    assert (first.data.plate.text, second.data.plate.text) == ("A1", "A2")
    assert first.data.captured_at == "2026-03-01T08:00:00.250Z"
    assert await asyncio.to_thread(street.picture, first.data.images[0]) == JPEG


async def test_a_serial_number_of_a_camera_at_another_address_is_refused(street):
    camera_id, serial = await street.tattile(address="192.0.2.77")
    async with street.connection() as (reader, writer):
        writer.write(message(DEVICE_SN=serial))
        assert await asyncio.wait_for(reader.read(), 10) == b""
    assert await street.read_plates(camera_id) == []


async def test_what_cannot_be_read_is_a_dead_letter(street):
    camera_id, serial = await street.tattile()
    async with street.connection() as (_, writer):
        writer.write(message(PLATE_STRING=None, DEVICE_SN=serial))

        async def letters():
            found = await ledger.records(street.kafka.address, INGEST_DEAD_LETTERS.name)
            return [letter for letter in found if letter.key == camera_id.encode()]

        [letter] = await eventually(letters, 20, "the dead letter")
    assert dict(letter.headers)["rasid_reason"] == b"plate_tag_missing"


async def test_while_the_broker_is_away_messages_wait_in_the_spool_and_then_all_follow(street):
    broker = killable(street.kafka)
    camera_id, serial = await street.tattile()
    async with street.connection() as (_, writer):
        writer.write(message(PLATE_STRING="B0", DEVICE_SN=serial))
        await eventually(lambda: street.read_plates(camera_id), 20, "the first read")
        broker.pause()
        try:
            for number in range(1, 6):
                writer.write(message(PLATE_STRING=f"B{number}", DEVICE_SN=serial))
            await writer.drain()
            await eventually(street.has_spooled_five, 30, "the five of them are in the spool")
        finally:
            broker.resume()

        async def all_of_them():
            return set(await street.read_plates(camera_id)) == {f"B{number}" for number in range(6)}

        await eventually(all_of_them, 60, "all six reads")
