"""The issue in one file: a payload posted over HTTP rings, once, and everything shown stands in the audit log."""

import asyncio
from pathlib import Path

import httpx
import pytest

from rasid.contract.topics import AUDIT, DETECTIONS, INGEST_DEAD_LETTERS
from tests.support import ledger
from tests.support.engines import killable
from tests.support.eventually import eventually
from tests.support.load import alerts_of
from tests.support.town import AGENCY, LIVE_PURPOSE, Town, new_plate
from tools.demo.cameras import CameraClient
from tools.demo.connecting import http_client
from tools.demo.drawing import plate_jpeg, scene_jpeg
from tools.demo.hikvision import PICTURE_KINDS, multipart

XML = "application/xml"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "hikvision"


async def posted(camera, content_type: str, body: bytes) -> str:
    """The id of the one event of a payload."""
    answer = await camera.post(content_type, body)
    assert answer.status_code == httpx.codes.OK, answer.text
    (event_id,) = answer.json()["accepted"]
    return event_id


async def test_a_wanted_plate_rings_once_with_the_read_beside_the_entry(town: Town):
    plate = new_plate()
    entry = await town.watch(plate)
    async with town.camera(basic=False) as camera, town.listening() as ears:
        pictures = dict(zip(PICTURE_KINDS, (plate_jpeg(plate), scene_jpeg(plate, 1)), strict=True))
        content_type, body = multipart(town.read(plate), pictures)
        event_id = await posted(camera, content_type, body)
        await eventually(lambda: ears.raised(plate), 10, "the alert rings")
        again = await posted(camera, content_type, body)
        assert again == event_id
        sentinel = new_plate()
        await town.watch(sentinel)
        await posted(camera, XML, town.read(sentinel))
        await eventually(lambda: ears.raised(sentinel), 10, "a later alert rings")
    (alert,) = ears.raised(plate)
    assert alert["detection_id"] == event_id
    assert alert["entry_id"] == entry["entry_id"]
    assert len(alert["images"]) == 2


async def test_an_arabic_plate_rings_for_its_entry_in_any_digits(town: Town):
    await town.watch("٤٥٢٧١ ب")
    async with town.camera() as camera, town.listening() as ears:
        await posted(camera, XML, town.read("۴۵۲۷۱ب"))
        await eventually(lambda: [event for event in ears.heard if event.name == "raised"], 10, "the alert rings")


async def test_after_a_restart_of_every_process_it_still_rings_once(town: Town):
    plate, other = new_plate(), new_plate()
    await town.watch(plate)
    await town.watch(other)
    async with town.camera() as camera:
        body = town.read(plate)
        async with town.listening() as ears:
            await posted(camera, XML, body)
            await eventually(lambda: ears.raised(plate), 10, "the alert rings")
            last = ears.heard[-1].id
        await town.platform.stop()
        await town.platform.start()
        async with town.listening(last) as ears:
            await posted(camera, XML, body)
            await posted(camera, XML, town.read(other))
            await eventually(lambda: ears.raised(other), 15, "the other alert rings")
            assert not ears.raised(plate)
    async with town.officer() as officer:
        alerts = await officer.alerts(camera_id=camera.camera_id)
    assert sorted(alert["count"] for alert in alerts) == [1, 1]


async def test_an_alert_is_acknowledged_with_the_version_that_was_seen(town: Town):
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera, town.listening() as ears, town.officer() as officer:
        await posted(camera, XML, town.read(plate))
        (alert,) = await eventually(lambda: ears.raised(plate), 10, "the alert rings")
        etag = (await officer.alert(alert["alert_id"])).headers["etag"]
        assert (await officer.acknowledge(alert["alert_id"], '"999"')).status_code == 412
        assert (await officer.acknowledge(alert["alert_id"], etag)).status_code == 200
        await eventually(lambda: [e for e in ears.heard if e.name == "acknowledged"], 10, "everyone hears of it")


async def test_without_a_case_nothing_is_shown_and_the_refusal_is_audited(town: Town):
    plate = new_plate()
    await town.watch(plate)
    headers = {"Authorization": f"Bearer {town.token('investigator')}", "Rasid-Purpose": LIVE_PURPOSE}
    async with http_client(town.platform.alerts.address, headers=headers) as client:
        answer = await client.get("/v1/alerts")
    assert answer.status_code == 403
    assert "Rasid-Case" in answer.json()["detail"]
    audited = await ledger.events(town.platform.engines.kafka.address, AUDIT.name)
    mine = [row.data for row in audited if row.data.actor.subject == town.officer_name]
    assert any(record.decision == "deny" and "case-missing" in record.reasons for record in mine)


async def test_every_alert_shown_has_its_audit_record_naming_who_was_connected(town: Town):
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera, town.listening() as ears:
        await posted(camera, XML, town.read(plate))
        (alert,) = await eventually(lambda: ears.raised(plate), 10, "the alert rings")
    audited = await ledger.events(town.platform.engines.kafka.address, AUDIT.name)
    about = [row.data for row in audited if f"alert:{alert['alert_id']}" in row.data.reasons]
    assert [town.officer_name in record.recipients for record in about] == [True]
    assert not any(plate.replace(" ", "") in subject for record in about for subject in record.subjects)


@pytest.mark.timeout(180)
async def test_while_the_broker_is_away_reads_are_kept_and_nothing_is_shown_and_then_it_rings(town: Town):
    plate = new_plate()
    await town.watch(plate)
    kafka = killable(town.platform.engines.kafka)
    async with town.camera() as camera, town.officer() as officer:
        await kafka.stop()
        try:
            kept = await camera.post(XML, town.read(plate))
            hidden = await officer.client.get("/v1/alerts")
        finally:
            await kafka.start()
        assert kept.status_code == 200
        assert hidden.status_code == 503
        assert plate.replace(" ", "") not in hidden.text
        alerts = await eventually(lambda: alerts_of(town, plate), 60, "what was kept rings")
        assert len(alerts) == 1


async def test_a_camera_speaks_only_for_itself_and_an_unknown_one_not_at_all(town: Town):
    async with town.camera() as one, town.camera() as other:
        pretending = CameraClient(town.platform.ingest.address, other.camera_id, one.credential, basic=True)
        async with pretending:
            assert (await pretending.post(XML, town.read(new_plate()))).status_code in {401, 403}
    async with http_client(town.platform.ingest.address) as client:
        answer = await client.post("/v1/cameras/nobody/events", content=b"<x/>", auth=("nobody", "x" * 40))
        assert answer.status_code == 401


async def test_what_cannot_be_read_is_told_and_kept_as_a_dead_letter(town: Town):
    async with town.camera() as camera:
        answer = await camera.post(XML, b"<EventNotificationAlert><broken>")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
    letters = await ledger.records(town.platform.engines.kafka.address, INGEST_DEAD_LETTERS.name)
    (letter,) = [row for row in letters if row.key == camera.camera_id.encode()]
    assert b"authorization" not in str(letter.headers).lower().encode()
    assert b"<broken>" in letter.value


# What each file of the samples is, as facts: the type of the event, and its plate where it has one.
FACTS = {
    "anpr_cn_A7XG66.xml": ("plate.read", "皖A7XG66"),
    "anpr_kz_test_795AAZ15.xml": ("plate.read", "795AAZ15"),
    "anpr_multipart_A8HK52.txt": ("plate.read", "苏A8HK52"),
    "parkpow_anpr.xml": ("plate.read", "PECT600"),
    "hanext_cam1_DS-2CD2T46G2-ISU_io_notification.xml": ("rule.triggered", None),
    "hanext_cam2_DS-2CD2346G2-ISU_io_notification.xml": ("rule.triggered", None),
    "hanext_fielddetection_human.xml": ("rule.triggered", None),
    "hanext_ipc_1_fielddetection.xml": ("rule.triggered", None),
    "hanext_pir.xml": ("rule.triggered", None),
    "facesnapmatch_doc.jsonc": None,
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the vendors' samples are not here ({SAMPLES.name})")
async def test_real_hikvision_payloads_give_the_right_events_or_refusals(town: Town):
    async with town.camera() as camera:
        answers = {}
        for name in FACTS:
            body = (SAMPLES / name).read_bytes()
            content_type = "multipart/form-data" if "multipart" in name else XML
            answers[name] = await camera.post(content_type, body)
    published = await ledger.events(town.platform.engines.kafka.address, DETECTIONS.name)
    by_id = {row.id: row for row in published}
    for name, fact in FACTS.items():
        if fact is None:
            assert answers[name].status_code == 422, name
            continue
        assert answers[name].status_code == 200, (name, answers[name].text)
        (event_id,) = answers[name].json()["accepted"]
        event = by_id[event_id]
        plate = event.data.plate.text if event.type == "plate.read" else None
        assert (event.type, plate) == fact, name


async def test_another_agency_sees_nothing_of_it(town: Town):
    plate = new_plate()
    await town.watch(plate)
    async with town.camera() as camera, town.listening() as ears:
        await posted(camera, XML, town.read(plate))
        (alert,) = await eventually(lambda: ears.raised(plate), 10, "the alert rings")
    spy = f"spy-{town.officer_name}"
    async with town.supervisor("intelligence") as supervisor:
        await supervisor.open(f"x-{spy}", "investigation", [spy])
    headers = {
        "Authorization": f"Bearer {town.platform.token(spy, 'intelligence', ['investigator'])}",
        "Rasid-Case": f"x-{spy}",
        "Rasid-Purpose": "counter-terrorism",
    }
    async with http_client(town.platform.alerts.address, headers=headers) as client:
        await eventually(lambda: _is_ok(client), 10, "the case is known to alerts")
        answers = await asyncio.gather(client.get("/v1/alerts"), client.get(f"/v1/alerts/{alert['alert_id']}"))
    assert answers[0].json()["items"] == []
    assert answers[1].status_code == 404
    assert AGENCY not in answers[1].text


async def _is_ok(client: httpx.AsyncClient) -> bool:
    return (await client.get("/v1/alerts")).status_code == 200
