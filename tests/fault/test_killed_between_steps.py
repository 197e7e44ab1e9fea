"""SIGKILL between every pair of steps: whatever was acknowledged is there, once, and it rings once."""

import contextlib

import httpx
import pytest

from rasid.contract.topics import ALERTS, CAMERAS, DETECTIONS
from tests.fault.conftest import dying_at
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import Town, new_plate
from tools.demo.city import Camera, Site
from tools.demo.drawing import plate_jpeg
from tools.demo.hikvision import PICTURE_KINDS, multipart

XML = "application/xml"
PUBLISH = "rasid.stream.producer:KafkaProducer.publish_message:after"
CLEAR = "rasid.storage.outbox:MongoOutbox.clear"
COMMIT = "rasid.stream.kafka_consumer:KafkaGroupConsumer.commit"

pytestmark = pytest.mark.timeout(180)


async def marker(town: Town, camera) -> str:
    """The id of the newest live event, from which a listener resumes later."""
    plate = new_plate()
    await town.watch(plate)
    async with town.listening() as ears:
        assert (await camera.post(XML, town.read(plate))).status_code == 200
        await eventually(lambda: ears.raised(plate), 20, "the marker rings")
        return ears.heard[-1].id


async def raised_for(town: Town, plate: str) -> list:
    found = await ledger.events(town.platform.engines.kafka.address, ALERTS.name, "alert.raised")
    return [event for event in found if event.data.plate.read.replace(" ", "") == plate.replace(" ", "")]


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.alerts.store:MongoStore.save_ledger:before", "*"),
        ("services.alerts.store:MongoStore.save_ledger:after", "*"),
        ("services.alerts.store:MongoStore.open_alert:after", "*"),
        (PUBLISH, "alert.raised"),
        (f"{COMMIT}:before", "*"),
        (f"{COMMIT}:after", "*"),
    ],
)
async def test_alerts_killed_while_it_settles_a_hit_rings_once(town: Town, point: str, type_name: str):
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera:
        last = await marker(town, camera)
        async with dying_at(town.platform.alerts, point, type_name):
            answer = await camera.post(XML, town.read(plate))
            assert answer.status_code == 200
        async with town.listening(last) as ears:
            await eventually(lambda: ears.raised(plate), 30, "it rings after the crash")
            after = new_plate()
            await town.watch(after)
            assert (await camera.post(XML, town.read(after))).status_code == 200
            await eventually(lambda: ears.raised(after), 20, "what comes later rings")
            assert len(ears.raised(plate)) == 1
    events = await raised_for(town, plate)
    assert len({event.id for event in events}) == 1
    async with town.officer() as officer:
        alert = (await officer.alert(events[0].data.alert_id)).json()
    assert alert["count"] == 1
    assert alert["detection_id"] == answer.json()["accepted"][0]


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.alerts.store:MongoStore.save_step:after", "*"),
        (PUBLISH, "alert.acknowledged"),
        (f"{CLEAR}:after", "*"),
    ],
)
async def test_alerts_killed_while_a_person_acknowledges_tells_it_once(town: Town, point: str, type_name: str):
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera, town.listening() as ears:
        assert (await camera.post(XML, town.read(plate))).status_code == 200
        (alert,) = await eventually(lambda: ears.raised(plate), 20, "it rings")
    alert_id = alert["alert_id"]
    async with dying_at(town.platform.alerts, point, type_name), town.officer() as officer:
        seen = await officer.alert(alert_id)
        with contextlib.suppress(httpx.TransportError):
            await officer.acknowledge(alert_id, seen.headers["etag"])
    kafka = town.platform.engines.kafka.address

    async def told() -> list:
        steps = await ledger.events(kafka, ALERTS.name, "alert.acknowledged")
        return [event for event in steps if event.data.alert_id == alert_id]

    await eventually(told, 30, "the acknowledgement is told")
    assert len({event.id for event in await told()}) == 1
    async with town.officer() as officer:
        assert (await officer.alert(alert_id)).json()["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("rasid.storage.objects:ObjectStore.put:after", "*"),
        (PUBLISH, "plate.read"),
    ],
)
async def test_ingest_killed_before_its_answer_takes_the_same_post_again_as_the_same_event(
    town: Town, point: str, type_name: str
):
    plate = new_plate()
    content_type, body = multipart(town.read(plate), {PICTURE_KINDS[0]: plate_jpeg(plate)})
    async with town.camera() as camera:
        async with dying_at(town.platform.ingest, point, type_name):
            await eventually(lambda: _is_cut_off(camera, content_type, body), 20, "ingest dies without an answer")
        answer = await camera.post(content_type, body)
        assert answer.status_code == 200
    reads = await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name, "plate.read")
    mine = {event.id for event in reads if event.data.plate.raw.replace(" ", "") == plate.replace(" ", "")}
    assert mine == set(answer.json()["accepted"])


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        (PUBLISH, "camera.state"),
        (f"{CLEAR}:before", "*"),
        (f"{CLEAR}:after", "*"),
    ],
)
async def test_ingest_killed_between_the_registry_and_its_topic_tells_the_registration(
    town: Town, point: str, type_name: str
):
    mark = new_plate().replace(" ", "").lower()
    camera = Camera(f"cam-{mark}", Site(f"site-{mark}", "جسر", "pont", "bridge", "main_street", 31.8, 47.1), 90)
    async with dying_at(town.platform.ingest, point, type_name):
        with contextlib.suppress(httpx.TransportError):
            await town.register(camera)
    await town.register(camera)
    kafka = town.platform.engines.kafka.address

    async def told() -> list:
        rows = await ledger.events(kafka, CAMERAS.name, "camera.state")
        return [row for row in rows if row.data.camera_id == camera.camera_id]

    await eventually(told, 30, "the registration is told")
    assert len({event.id for event in await told()}) == 1


async def _is_cut_off(camera, content_type: str, body: bytes) -> bool:
    try:
        answer = await camera.post(content_type, body)
    except httpx.TransportError:
        return True
    assert answer.status_code == 503, "nothing may be acknowledged before the step at which it dies"
    return False
