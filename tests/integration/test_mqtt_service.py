"""Cameras that publish over MQTT: the process that runs, on real engines, killed while they publish."""

import secrets

from rasid.contract.topics import DETECTIONS
from tests.integration.test_ingest import Place
from tests.support.eventually import eventually
from tests.support.mosquitto import PASSWORD, USER, mosquitto
from tests.support.vendors.frigate import update
from tools.demo.services import Ingest

__all__ = ["mosquitto"]
PLATES = [f"13A{number:05d}" for number in range(60)]


def read_of(plate: str, channel: str) -> bytes:
    return update("lpr", plate=plate, name=None, score=0.9, camera=channel)


async def test_reads_published_while_the_process_dies_are_in_kafka_each(tmp_path, kafka, mongo, objects, mosquitto):
    place = Place(tmp_path, kafka, mongo, objects)
    place.environment |= {
        "RASID_MQTT": mosquitto.url,
        "RASID_MQTT_USER": USER,
        "RASID_MQTT_PASSWORD": PASSWORD,
    }
    place.service = Ingest(tmp_path, place.environment)
    await place.start()
    camera_id, channel = f"cam-{secrets.token_hex(4)}", f"gate_{secrets.token_hex(4)}"
    edit = {"kind": "fixed", "adapter": "frigate", "mqtt_topic": "frigate/#", "channel": channel}
    assert (await place.ask("PUT", f"/v1/cameras/{camera_id}", json=edit)).status_code == 201

    async def read_plates() -> list[str]:
        return [event.data.plate.text for event in await place.events(DETECTIONS, camera_id, "plate.read")]

    async def published(*plates: str) -> None:
        async with mosquitto.client() as client:
            for plate in plates:
                await client.publish("frigate/tracked_object_update", read_of(plate, channel), qos=1)

    async def heard() -> bool:
        await published(PLATES[0])
        return PLATES[0] in await read_plates()

    try:
        await eventually(heard, 30, "a first read")
        await published(*PLATES[:20])
        await place.service.kill()
        await published(*PLATES[20:40])
        await place.service.start()
        await published(*PLATES[40:])

        async def all_of_them() -> bool:
            return set(await read_plates()) == set(PLATES)

        await eventually(all_of_them, 60, "every read that the broker took")
    finally:
        await place.service.stop()
