"""SIGKILL of alerts while it asks for a clip, or keeps what became of it: asked for once, kept once, told once."""

import contextlib
import secrets
from datetime import timedelta

import httpx
import pytest

from rasid.contract.envelope import Event, new_event
from rasid.contract.event_ids import caused_id
from rasid.contract.evidence import EvidenceStoredV1
from rasid.contract.fields import utc_text
from rasid.contract.topics import ALERTS, EVIDENCE
from rasid.storage.mongo import Mongo
from services.alerts.settings import AlertsSettings
from services.alerts.store import ALERTS as ALERTS_STORED
from tests.fault.conftest import dying_at
from tests.support import ledger
from tests.support.eventually import eventually
from tests.support.town import AGENCY, Town, new_plate

XML = "application/xml"
PUBLISH = "rasid.stream.producer:KafkaProducer.publish_message"
CLEAR = "rasid.storage.outbox:MongoOutbox.clear"
COMMIT = "rasid.stream.kafka_consumer:KafkaGroupConsumer.commit"

DATABASE = AlertsSettings.model_fields["database"].default

pytestmark = pytest.mark.timeout(180)


async def on(town: Town, topic: str, type_name: str, alert_id: str) -> list[Event]:
    found = await ledger.events(town.platform.engines.kafka.address, topic, type_name)
    return [event for event in found if event.data.alert_id == alert_id]


async def rings(town: Town, camera) -> dict:
    """The alert of a plate that has just passed."""
    plate = new_plate()
    await town.watch(plate)
    async with town.listening() as ears:
        assert (await camera.post(XML, town.read(plate))).status_code == 200
        (raised,) = await eventually(lambda: ears.raised(plate), 20, "it rings")
    return raised


def stored(town: Town, asked: Event) -> Event:
    """What the archive would say of a clip that was asked for."""
    data = EvidenceStoredV1(
        evidence_id=asked.data.evidence_id,
        version=1,
        alert_id=asked.data.alert_id,
        agency=AGENCY,
        at=utc_text(town.platform.clock.now()),
        camera_id=asked.data.camera_id,
        object=f"clips/{secrets.token_hex(32)}",
        version_id=secrets.token_hex(8),
        sha256=secrets.token_hex(32),
        size_bytes=1 + secrets.randbelow(10**6),
        media_type="video/mp4",
        from_at=asked.data.from_at,
        to_at=asked.data.to_at,
    )
    return new_event(caused_id(data.evidence_id, "1"), "/archive", town.platform.clock.now(), data)


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.alerts.store:MongoStore.open_alert:after", "*"),
        (f"{PUBLISH}:after", "alert.raised"),
        (f"{PUBLISH}:before", "evidence.requested"),
        (f"{PUBLISH}:after", "evidence.requested"),
        (f"{COMMIT}:before", "*"),
    ],
)
async def test_killed_while_an_alert_is_raised_its_clip_is_asked_for_as_one_event(
    town: Town, point: str, type_name: str
):
    plate = new_plate()
    entry = await town.watch(plate)
    async with town.camera() as camera:
        async with dying_at(town.platform.alerts, point, type_name):
            assert (await camera.post(XML, town.read(plate))).status_code == 200
        async with town.officer() as officer:
            where = {"entry_id": entry["entry_id"]}

            async def alerts() -> list:
                return (await officer.client.get("/v1/alerts", params=where)).json().get("items")

            (alert,) = await eventually(alerts, 30, "it is there after the crash")
    alert_id = alert["alert_id"]
    await eventually(lambda: on(town, EVIDENCE.name, "evidence.requested", alert_id), 30, "its clip is asked for")
    asked = await on(town, EVIDENCE.name, "evidence.requested", alert_id)
    assert len({event.id for event in asked}) == 1
    assert [clip["evidence_id"] for clip in alert["evidence"]] == [asked[0].data.evidence_id]


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.alerts.store:MongoStore.note:before", "*"),
        ("services.alerts.store:MongoStore.note:after", "*"),
        (f"{PUBLISH}:after", "alert.updated"),
        (f"{COMMIT}:before", "*"),
        (f"{COMMIT}:after", "*"),
    ],
)
async def test_killed_while_it_keeps_what_the_archive_says_it_is_kept_and_told_once(
    town: Town, point: str, type_name: str
):
    async with town.camera() as camera:
        alert_id = (await rings(town, camera))["alert_id"]
    (asked,) = await on(town, EVIDENCE.name, "evidence.requested", alert_id)
    said = stored(town, asked)
    async with dying_at(town.platform.alerts, point, type_name), town.platform.producer("test-archive") as producer:
        await producer.publish(said)
    await eventually(lambda: on(town, ALERTS.name, "alert.updated", alert_id), 30, "it is told after the crash")
    told = await on(town, ALERTS.name, "alert.updated", alert_id)
    assert len({event.id for event in told}) == 1
    async with town.officer() as officer:
        alert = (await officer.alert(alert_id)).json()
    (clip,) = alert["evidence"]
    assert (clip["state"], clip["sha256"]) == ("stored", said.data.sha256)
    assert (alert["version"], alert["count"]) == (2, 1)


@pytest.mark.parametrize(
    ("point", "type_name"),
    [
        ("services.alerts.store:MongoStore.save_request:after", "*"),
        (f"{PUBLISH}:after", "evidence.requested"),
        (f"{CLEAR}:after", "*"),
    ],
)
async def test_killed_while_a_person_asks_for_a_clip_it_is_asked_for_as_one_event(
    town: Town, point: str, type_name: str
):
    async with town.camera() as camera:
        raised = await rings(town, camera)
    where = f"/v1/alerts/{raised['alert_id']}/evidence"
    now = town.platform.clock.now()
    window = {"from_at": utc_text(now - timedelta(seconds=90)), "to_at": utc_text(now - timedelta(seconds=30))}
    async with dying_at(town.platform.alerts, point, type_name), town.officer() as officer:
        with contextlib.suppress(httpx.TransportError):
            await officer.client.post(where, json=window | {"reason": "who-was-with-it"})
    async with town.officer() as officer:
        answer = await officer.client.post(where, json=window | {"reason": "who-was-with-it"})
    assert answer.status_code == 202

    async def asked() -> list:
        events = await on(town, EVIDENCE.name, "evidence.requested", raised["alert_id"])
        return [event for event in events if event.data.by is not None]

    await eventually(asked, 30, "it is asked for")
    assert {event.data.evidence_id for event in await asked()} == {answer.json()["evidence_id"]}
    assert len({event.id for event in await asked()}) == 1
    await eventually(lambda: nothing_waits(town), 30, "what waited in the outbox is told and cleared")


async def nothing_waits(town: Town) -> bool:
    """Whoever was killed held the relay's lease: what it left is told when that has run out."""
    mongo = Mongo(town.platform.engines.mongo.address, DATABASE)
    await mongo.start()
    try:
        return await mongo.collection(ALERTS_STORED).count({"pending_events.id": {"$gt": ""}}) == 0
    finally:
        await mongo.stop()
