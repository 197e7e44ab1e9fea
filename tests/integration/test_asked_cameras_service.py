"""Cameras that Rasid asks, and devices of GA/T 1400: the process that runs, on real engines, stopped and started."""

import json
import secrets
from datetime import UTC, datetime

import httpx

from rasid.contract.topics import DETECTIONS, DEVICE_HEALTH
from tests.integration.test_ingest import Place
from tests.support.camera_server import PASSWORD, USER, CameraServer
from tests.support.eventually import eventually
from tests.support.vendors.gat1400 import listed, vehicle
from tools.demo.connecting import http_client
from tools.demo.hikvision import anpr_xml
from tools.demo.services import Ingest


async def started(folder, kafka, mongo, objects) -> Place:
    place = Place(folder, kafka, mongo, objects)
    place.environment |= {"RASID_CAMERA_KEY": secrets.token_hex(32), "RASID_PULL_LOOPBACK": "true"}
    place.service = Ingest(folder, place.environment)
    await place.start()
    return place


async def test_a_camera_is_asked_by_the_service_and_again_by_the_next_process(tmp_path, kafka, mongo, objects):
    place = await started(tmp_path, kafka, mongo, objects)
    camera_id, sent = f"cam-{secrets.token_hex(4)}", 0

    async def script(camera):
        nonlocal sent
        await camera.begin()
        while True:
            sent += 1
            body = anpr_xml(f"13A{sent:05}", captured_at=datetime.now(UTC), event_id=f"{camera_id}-{sent}")
            head = f"--boundary\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
            await camera.write(head.encode() + body + b"\r\n", pause_seconds=0.2)

    async def plates():
        return [event.data.plate.text for event in await place.events(DETECTIONS, camera_id, "plate.read")]

    async def is_connected():
        [one] = (await place.ask("GET", "/v1/pulled-cameras")).json()["items"] or [{"state": None}]
        return one["state"] == "connected"

    try:
        async with CameraServer(script) as server:
            edit = {"kind": "fixed", "address": "127.0.0.1", "pull": "hikvision", "pull_port": server.port}
            assert (await place.ask("PUT", f"/v1/cameras/{camera_id}", json=edit)).status_code == 201
            given = {"username": USER, "password": PASSWORD}
            answer = await place.ask("PUT", f"/v1/cameras/{camera_id}/pull-credential", json=given)
            assert answer.status_code == 204, answer.text
            await eventually(is_connected, 30, "connected")
            await eventually(plates, 30, "a first read")
            await place.service.stop()
            before = len(await plates())
            await place.service.start()
            await eventually(is_connected, 30, "connected again, its lease having been let go")

            async def more():
                return len(await plates()) > before

            await eventually(more, 30, "more reads")
        kinds = [event.type for event in await place.events(DEVICE_HEALTH, camera_id)]
        assert kinds.count("device.connected") == 2
    finally:
        await place.service.stop()


async def test_a_device_of_gat1400_registers_and_its_reads_are_in_kafka_whichever_process_it_meets(
    tmp_path, kafka, mongo, objects
):
    place = await started(tmp_path, kafka, mongo, objects)
    try:
        camera_id, password = await place.camera()
        device_id = f"3501{secrets.randbelow(10**16):016}"
        headers = {"User-Identify": device_id, "content-type": "application/VIID+JSON"}
        sign = json.dumps({"RegisterObject": {"DeviceID": device_id}})
        async with http_client(place.service.address) as client:
            auth = httpx.DigestAuth(camera_id, password)
            answer = await client.post("/VIID/System/Register", content=sign, headers=headers, auth=auth)
            assert answer.status_code == 200
            assert answer.json()["ResponseStatusObject"]["StatusCode"] == 0
        await place.service.kill()
        await place.service.start()
        await eventually(place.is_whole, 30, "nothing is degraded")
        async with http_client(place.service.address) as client:
            body = listed("MotorVehicle", vehicle(DeviceID=device_id))
            answer = await client.post("/VIID/MotorVehicles", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        [state] = answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]
        assert state["StatusCode"] == 0
        [read] = await place.events(DETECTIONS, camera_id, "plate.read")
        assert read.data.adapter.name == "gat1400"
        kinds = [event.type for event in await place.events(DEVICE_HEALTH, camera_id)]
        assert kinds == ["device.connected"]
    finally:
        await place.service.stop()
